"""How near sampling comes to the token budget of a local deployment, at the calendar's own speed.

Run it as `python benchmarks/smoke_pace.py`; it takes about a minute and a half.
"""

import json
import os
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tuneops.azure.chat import open_chat
from tuneops.config import Config, load
from tuneops.smoke.prompts import read_prompts
from tuneops.smoke.rate_pacer import RateLimit
from tuneops.smoke.sampling import Sampling, ask_all

CAPACITY = 20
PROMPTS = 60
ALLOWED = 1.15
PROVISION = "scripts/provision.py"


def main() -> int:
    config = load(Path("config/travel.yaml"))
    config = config.model_copy(
        update={"base": config.base.model_copy(update={"capacity": CAPACITY})}
    )
    with tempfile.TemporaryDirectory() as folder:
        state = Path(folder) / "azure"
        with local_azure(state, speed=600):
            provision(config, Path(folder))
        with local_azure(state, speed=1):
            step_clock(3600)
            seconds, tokens = sample(config)
    budget = CAPACITY * 1000
    bound = (tokens - budget) / budget * 60
    sys.stdout.write(
        f"{tokens} tokens at {budget} a minute: at least {bound:.1f} s, took {seconds:.1f} s "
        f"({seconds / bound - 1:+.1%})\n"
    )
    return 0 if seconds <= ALLOWED * bound else 1


def sample(config: Config) -> tuple[float, int]:
    """Seconds, and the tokens that count against the rate limit."""
    test, chat = config.smoke_test, open_chat(config)
    name = config.base.deployment
    found = chat.deployment(name)
    settings = Sampling(
        system_message=config.system_message(test.system_message),
        max_tokens=test.max_tokens,
        samples=1,
        seed=1,
        limits={name: RateLimit(found.requests_per_minute, found.tokens_per_minute)},
    )
    chat.wait_until_ready(name)
    started = time.monotonic()
    answers = ask_all(
        read_prompts(config.data.smoke_prompts)[:PROMPTS],
        {"baseline": name},
        lambda deployment, messages, seed: chat.ask_once(
            deployment, messages, temperature=0.7, max_tokens=test.max_tokens, seed=seed
        ),
        settings=settings,
    )
    seconds = time.monotonic() - started
    return seconds, sum(answer.prompt_tokens + test.max_tokens for answer in answers)


def provision(config: Config, folder: Path) -> None:
    path = folder / "config.yaml"
    path.write_text(config.model_dump_json(exclude_none=True, by_alias=True), encoding="utf-8")
    command = [sys.executable, PROVISION, "create", "--config", str(path)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - our own script


def step_clock(seconds: int) -> None:
    """So that what was just made is ready at the calendar's own speed too."""
    context = ssl.create_default_context(cafile=os.environ["SSL_CERT_FILE"])
    request = urllib.request.Request(  # noqa: S310 - our own server
        f"{os.environ['LOCAL_AZURE_URL']}/_local/clock",
        json.dumps({"step_seconds": seconds}).encode(),
        {"Content-Type": "application/json"},
    )
    urllib.request.urlopen(request, context=context).close()  # noqa: S310 - same


@contextmanager
def local_azure(state: Path, *, speed: int) -> Iterator[None]:
    env_file = state.with_name(f"azure-{speed}.env")
    command = [sys.executable, "-m", "local_azure", "serve", "--state", str(state)]
    command += ["--env-file", str(env_file), "--speed", str(speed)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL)  # noqa: S603 - our own server
    try:
        while not env_file.exists():
            time.sleep(0.05)
        lines = env_file.read_text(encoding="utf-8").splitlines()
        os.environ.update(line.split("=", 1) for line in lines)
        yield
    finally:
        server.terminate()
        server.wait()


if __name__ == "__main__":
    sys.exit(main())
