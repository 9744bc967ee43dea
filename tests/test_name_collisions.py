"""Two products that would write over each other in one account are refused when they are read."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import REPOSITORY
from tuneops import config as configuration
from tuneops import name_collisions, products
from tuneops.errors import ConfigError

TIENDA = yaml.safe_load((REPOSITORY / "config/tienda.yaml").read_text(encoding="utf-8"))


def product(name: str, account: str | None = "shared", **changes: Any) -> dict[str, Any]:  # noqa: ANN401
    """A product with names of its own in the account, but for the changes."""
    document: dict[str, Any] = TIENDA | {
        "product": name,
        "azure": TIENDA["azure"] | {"account": account},
    }
    document["fine_tuning"] = TIENDA["fine_tuning"] | {"suffix": f"ft-{name}"}
    document["data"] = {part: f"data/{name}/{part}.jsonl" for part in TIENDA["data"]}
    document["release"] = TIENDA["release"] | {"deployment": name}
    return document | changes


def write(folder: Path, *documents: dict[str, Any]) -> list[Path]:
    config = folder / "config"
    config.mkdir()
    paths = [config / f"{document['product']}.yaml" for document in documents]
    for path, document in zip(paths, documents, strict=True):
        path.write_text(yaml.safe_dump(document), encoding="utf-8")
    return paths


LAW = {"deployment": "law", **{k: v for k, v in TIENDA["release"].items() if k != "deployment"}}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"release": LAW | {"deployment": "TIENDA"}}, r"use 'tienda' \(release.deployment\)"),
        ({"release": LAW | {"deployment": "tienda-candidate"}}, "'tienda-candidate'"),
        (
            {"base": TIENDA["base"] | {"deployment": "tienda"}},
            r"use 'tienda' \(release.deployment\)",
        ),
        ({"fine_tuning": TIENDA["fine_tuning"] | {"suffix": "ft-tienda"}}, "fine_tuning.suffix"),
        (
            {"azure": TIENDA["azure"], "release": LAW | {"deployment": "tienda"}}
            | {"environments": {"live": TIENDA["azure"] | {"account": "Shared"}}},
            "'tienda'",
        ),
    ],
)
def test_a_name_that_two_products_write_is_refused(
    tmp_path: Path, change: dict[str, Any], words: str
) -> None:
    """By whoever reads all of them, and by whoever deploys one of them."""
    law, _ = write(tmp_path, product("law", **change), product("tienda"))
    with pytest.raises(ConfigError, match=words):
        products.find(tmp_path)
    with pytest.raises(ConfigError, match="Products 'law' and 'tienda' both use"):
        name_collisions.refuse_beside(law, configuration.load(law))


def test_names_of_ones_own_or_in_an_account_of_ones_own_are_fine(tmp_path: Path) -> None:
    """The base deployment may be everybody's; an account that is not named is a product's own."""
    same = {"release": TIENDA["release"], "fine_tuning": TIENDA["fine_tuning"]}
    paths = write(
        tmp_path, product("law"), product("tienda"), product("other", account=None, **same)
    )
    assert [each.name for each in products.find(tmp_path)] == ["law", "other", "tienda"]
    (tmp_path / "config/broken.yaml").write_text("product: [", encoding="utf-8")
    for path in paths:
        name_collisions.refuse_beside(path, configuration.load(path))
