"""What the commands of product.py do."""

import json
import shutil
from pathlib import Path
from typing import Any

from tuneops import config as configuration
from tuneops import config_files, confirmation, console, products
from tuneops.azure.cloud import connect
from tuneops.commands.next_command import after
from tuneops.errors import ConfigError
from tuneops.methods import Method
from tuneops.new_product.files import DEFAULT_BASES, base_of, files_of, owner_lines
from tuneops.provision.create import Voice
from tuneops.provision.teardown import belongings, check_gone, tear_down

_OWNERS = Path("CODEOWNERS")


def init(
    product: str,
    *,
    language: str | None,
    method: Method,
    base: str | None,
    region: str,
    owner: str | None,
    dry_run: bool,
) -> dict[str, Any]:
    """Write the files of a new product, all or none.

    Raises:
        ConfigError: One of them is there already, the name is none, or another product has one of
            its names in Azure.
    """
    chosen = base_of(base or DEFAULT_BASES[method])
    texts = files_of(product, language=language, method=method, base=chosen, region=region)
    _require_room(product)
    if not dry_run:
        _write(product, texts)
        if owner:
            with _OWNERS.open("a", encoding="utf-8", newline="\n") as file:
                file.write(owner_lines(product, owner))
        _next(product, owner)
    return {"product": product, "files": list(texts), "written": not dry_run}


def teardown(path: Path, *, yes: bool, dry_run: bool) -> list[dict[str, Any]]:
    """Delete all that the product has, in its place and in its environments, and read back.

    Raises:
        LockedError: A lock keeps some of it; nothing was changed.
        UndecidedError: Something is still there, or nobody consented.
    """
    home = configuration.load(path)
    beside = [configuration.load(each) for each in config_files.configurations(path.parent)]
    others = [place for c in beside if c.product != home.product for place in c.places()]
    places = home.places()
    sessions = [connect(place.azure.subscription) for place in places]
    found = [belongings(p, s, others) for p, s in zip(places, sessions, strict=True)]
    going = [each for each in found if not each.is_nothing]
    if going and not dry_run:
        if not yes:
            console.say(json.dumps([each.facts() for each in going], indent=2))
            confirmation.require_typed(home.product, "All of this will be deleted for good.")
        voice = Voice(console.say, console.warn)
        for place, session, each in zip(places, sessions, found, strict=True):
            tear_down(place, session, each, voice)
            check_gone(place, session, others)
    return [each.facts() | {"deleted": not dry_run and not each.is_nothing} for each in found]


def _require_room(product: str) -> None:
    if not products.CONFIG_FOLDER.is_dir():
        raise ConfigError(
            f"There is no folder {products.CONFIG_FOLDER} here.",
            remedy="Run this at the root of the repository.",
        )
    for path in (products.CONFIG_FOLDER / f"{product}.yaml", products.DATA_FOLDER / product):
        if path.exists():
            raise ConfigError(
                f"{path.as_posix()} is there already.",
                remedy="Nothing was written. Choose another name, or remove what is there.",
            )


def _write(product: str, texts: dict[str, str]) -> None:
    """All the files; none where the configuration they make is not valid."""
    folder = products.DATA_FOLDER / product
    try:
        folder.mkdir(parents=True)
        for name, text in texts.items():
            Path(name).write_text(text, encoding="utf-8", newline="\n")
        products.find()
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        (products.CONFIG_FOLDER / f"{product}.yaml").unlink(missing_ok=True)
        raise


def _next(product: str, owner: str | None) -> None:
    config = products.CONFIG_FOLDER / f"{product}.yaml"
    console.say(f"1. Write your rows over the placeholders in data/{product}/.")
    console.say(f"2. Say in {config} who the assistant is, and what its answers must hold to.")
    console.say(f"3. Run: {after(config, 'check')['next']}")
    console.say(f"4. Open one pull request with {config} and data/{product}/.")
    if owner:
        console.say("   CODEOWNERS changed too: that goes into a pull request of its own.")
