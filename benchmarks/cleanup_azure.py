"""A local Azure with as many resource groups as a benchmark wants, for real clients to read."""

import json
import os
import ssl
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from dotenv import dotenv_values

from local_azure.store import Store
from tuneops.azure.cloud import connect
from tuneops.tags import CREATED, EXPIRES, MANAGED_BY, owner

LONG_AGO = "2026-01-01T00:00:00Z"
PLACE = {"location": "swedencentral"}
_START_SECONDS = 60


def stale_tags() -> dict[str, str]:
    """Of a group that a plan deletes."""
    times = (CREATED, EXPIRES, "tuneops-marked", "tuneops-delete-after")
    return {MANAGED_BY: owner()} | dict.fromkeys(times, LONG_AGO)


@contextmanager
def serving(state: Path, *, speed: float) -> Iterator[dict[str, str]]:
    """Run a server on the state, and give the environment that leads to it."""
    env_file = state.with_suffix(".env")
    env_file.unlink(missing_ok=True)
    command = [sys.executable, "-m", "local_azure", "serve", "--die-with-parent"]
    command += ["--state", str(state), "--speed", str(speed), "--env-file", str(env_file)]
    server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)  # noqa: S603 - our own module
    deadline = time.monotonic() + _START_SECONDS
    while not env_file.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    values = {name: value or "" for name, value in dotenv_values(env_file).items()}
    os.environ.update(values)
    try:
        yield values
    finally:
        server.terminate()
        server.wait()


@cache
def _token(server: str) -> str:
    del server
    session = connect()
    return session.credential.get_token(session.cloud.scope).token


def ask(method: str, path: str, body: object = None) -> Any:  # noqa: ANN401 - JSON
    """One request without an SDK."""
    token = _token(os.environ["LOCAL_AZURE_URL"])
    url = path if path.startswith("https://") else os.environ["LOCAL_AZURE_URL"] + path
    content = None if body is None else json.dumps(body).encode()
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    request = urllib.request.Request(url, content, headers, method=method)  # noqa: S310 - our own server
    context = ssl.create_default_context(cafile=os.environ["SSL_CERT_FILE"])
    with urllib.request.urlopen(request, context=context) as response:  # noqa: S310 - our own server
        return json.load(response)


def make_group(subscription: str, name: str) -> str:
    """Let the server make a group, and give its path."""
    path = f"/subscriptions/{subscription}/resourceGroups/{name}"
    ask("PUT", f"{path}?api-version=2025-04-01", PLACE)
    return path


def add_groups(store: Store, model: dict[str, Any], names: list[str], tags: dict[str, str]) -> None:
    """Copies of a group that the server has made, each with its own name."""
    scope = model["_scope"]
    for name in names:
        own = {"id": f"{scope}/resourceGroups/{name}", "name": name, "tags": tags}
        store.put("group", scope, name, model | own)


def add_accounts(store: Store, model: dict[str, Any], group: str, names: list[str]) -> None:
    """Copies of an account, each with its own name and host name."""
    scope = model["_scope"].rpartition("/")[0] + f"/{group}"
    for name in names:
        place = f"{scope}/providers/Microsoft.CognitiveServices/accounts/{name}"
        own = {"id": place, "name": name, "_scope": scope, "_group": group, "_domain": name}
        store.put("account", scope, name, model | own)
        owner = {"account": place, "group": scope, "name": name}
        store.put("domain", "", name, owner)
