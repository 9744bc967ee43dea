"""The rows that a job is given: weights, samples, order and the split for validation."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import REPOSITORY
from tuneops import config as configuration
from tuneops.config import Config
from tuneops.errors import ConfigError
from tuneops.linting.material import material, split_sentence
from tuneops.linting.options import check_product, training_tokens
from tuneops.smoke.prompt_leaks import leaks
from tuneops.smoke.prompts import Prompt
from tuneops.training.key import content_key

TOWNS = ("Bergen", "Cork", "Delft", "Exeter", "Faro", "Ghent", "Halle", "Izmir", "Jena", "Kiel")


def row(town: str, asked: str = "Which depot serves {}?") -> str:
    messages = [
        {"role": "user", "content": asked.format(town)},
        {"role": "assistant", "content": f"{town} is served by depot {len(town)} of the north."},
    ]
    return json.dumps({"messages": messages})


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    data = tmp_path / "data/tienda"
    data.mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    files = {
        "many": [row(town) for town in TOWNS],
        "few": [row(town, "Who drives to {}?") for town in TOWNS[:4]],
        "held": [row("Oulu")],
    }
    for name, rows in files.items():
        (data / f"{name}.jsonl").write_text("\n".join(rows) + "\n", encoding="utf-8")
    prompt = {"id": "a", "prompt": "What does a parcel to Porto cost?"}
    (data / "smoke.jsonl").write_text(json.dumps(prompt) + "\n", encoding="utf-8")
    return tmp_path


def product(folder: Path, **data: Any) -> Config:  # noqa: ANN401 - as the YAML has it
    document = yaml.safe_load((REPOSITORY / "config/tienda.yaml").read_text(encoding="utf-8"))
    document["smoke_test"]["checks"] = {"min_words": 1}
    document["smoke_test"]["gates"] = {}
    held = {"validation": "data/tienda/held.jsonl", "smoke_prompts": "data/tienda/smoke.jsonl"}
    document["data"] = held | data
    path = folder / "tienda.yaml"
    path.write_text(yaml.safe_dump(document), encoding="utf-8")
    return configuration.load(path)


def source(name: str, **how: int) -> dict[str, Any]:
    return {"file": f"data/tienda/{name}.jsonl", **how}


def lines(content: bytes) -> list[str]:
    return content.decode().splitlines()


def test_one_file_is_trained_on_as_it_is(folder: Path) -> None:
    alone = product(folder, training="data/tienda/many.jsonl")
    listed = product(folder, training=["data/tienda/many.jsonl"])
    assert lines(material(alone).training) == [row(town) for town in TOWNS]
    assert content_key(alone) == content_key(listed)


def test_weights_repeat_samples_draw_and_the_order_is_always_the_same(folder: Path) -> None:
    config = product(folder, training=[source("many", take=6), source("few", weight=3)])
    rows = lines(material(config).training)
    assert Counter(Counter(rows).values()) == {1: 6, 3: 4}
    assert rows != sorted(rows)
    assert material(config) == material(config)


def test_the_key_hangs_on_weights_samples_and_seed(folder: Path) -> None:
    both = [source("many"), source("few")]
    keys = {
        content_key(product(folder, **data))
        for data in (
            {"training": both},
            {"training": both, "seed": 2},
            {"training": both[::-1]},
            {"training": [source("many"), source("few", weight=2)]},
            {"training": [source("many", take=9), source("few")]},
        )
    }
    assert len(keys) == 5


def test_more_than_there_is_cannot_be_taken(folder: Path) -> None:
    config = product(folder, training=[source("few", take=5)])
    with pytest.raises(ConfigError, match="has 4 rows, and 5 are to be taken"):
        material(config)


def test_tokens_are_counted_as_often_as_they_are_trained_on(folder: Path) -> None:
    plain = product(folder, training=[source("many")])
    report = check_product(plain)
    one = training_tokens(plain, report)
    assert training_tokens(product(folder, training=[source("many", weight=3)]), report) == 3 * one
    assert training_tokens(product(folder, training=[source("many", take=5)]), report) == one // 2


def test_a_split_keeps_what_asks_the_same_on_one_side(folder: Path) -> None:
    """Each question is there twice, but for its spelling; no side has one of the two alone."""
    twice = [row(town, asked) for town in TOWNS for asked in ("Who serves {}?", "who serves {}")]
    (folder / "data/tienda/many.jsonl").write_text("\n".join(twice) + "\n", encoding="utf-8")
    for seed in range(5):
        split = {"split": 0.2, "seed": seed}
        found = material(product(folder, training=[source("many")], validation=split))
        trained, held = lines(found.training), lines(found.validation)
        assert sorted([*trained, *held]) == sorted(twice)
        assert len(held) == 4
        towns = [{json.loads(line)["messages"][0]["content"].lower().strip("?") for line in side}
                 for side in (trained, held)]  # fmt: skip
        assert not towns[0] & towns[1]


def test_the_seed_chooses_what_is_held_out(folder: Path) -> None:
    def held(seed: int) -> bytes:
        split = {"split": 0.3, "seed": seed}
        return material(product(folder, training=[source("many")], validation=split)).validation

    assert held(1) == held(1)
    assert len({held(seed) for seed in range(8)}) > 1


def test_a_split_is_said_and_what_cannot_be_split_is_refused(folder: Path) -> None:
    config = product(folder, training=[source("many")], validation={"split": 0.2, "seed": 7})
    said = split_sentence(config)
    assert said.startswith(
        "2 rows are held out for validation, 8 are trained on (split 0.2, seed 7"
    )
    assert split_sentence(product(folder, training=[source("many")])) == ""
    same = "\n".join([row("Bergen")] * 12) + "\n"
    (folder / "data/tienda/many.jsonl").write_text(same, encoding="utf-8")
    with pytest.raises(ConfigError, match="too few, or too alike"):
        material(config)


def test_files_of_one_training_are_judged_together(folder: Path) -> None:
    """Four and ten rows are enough together; a row of both is named with its place in the other."""
    config = product(folder, training=[source("few"), source("many")])
    assert "E601" not in {found.code for found in check_product(config).findings}
    again = "\n".join([row(town) for town in TOWNS] + [row("Cork", "Who drives to {}?")]) + "\n"
    (folder / "data/tienda/many.jsonl").write_text(again, encoding="utf-8")
    repeated = [found for found in check_product(config).findings if found.code == "W701"]
    assert [(found.file, found.line) for found in repeated] == [("data/tienda/many.jsonl", 11)]
    assert repeated[0].related[0].line == 2


def test_a_smoke_prompt_is_looked_for_in_every_training_file(folder: Path) -> None:
    config = product(folder, training=[source("many"), source("few")])
    asked = Prompt("p", ({"role": "user", "content": "Who drives to Delft?"},))
    (found,) = leaks([asked], config.data.training_files)
    assert "line 3 of data/tienda/few.jsonl" in found


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"training": []}, "data.training: names nothing"),
        ({"training": [source("many", weight=0)]}, "weight: must be at least 1"),
        ({"training": [{"fil": "x"}]}, "file: is missing"),
        ({"training": [source("many"), source("many")]}, "a file is named twice"),
        (
            {"training": [source("many")], "validation": {"split": 0.6}},
            "must be at most 0.5",
        ),
        ({"training": [{"file": "data/other/x.jsonl"}]}, "every file must lie in data/tienda/"),
    ],
)
def test_data_that_cannot_be_is_refused_with_its_place(
    folder: Path, data: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        product(folder, **data)
    assert sentence in caught.value.message
