"""Products of any kind, each from `product.py init` to production on the local Azure."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

if sys.platform == "win32":
    pytest.skip("Windows cannot fork", allow_module_level=True)

from local_azure.catalog import Catalog
from tests.end_to_end.desk import Desk
from tests.local_azure.conftest import LocalAzure

CITIES = (
    *("Bergen", "Cork", "Delft", "Exeter", "Faro", "Ghent", "Halle"),
    *("Izmir", "Jena", "Kiel", "Lille", "Malmö", "Nantes", "Oulu"),
)
TRAINING = CITIES[:12]


def question(city: str) -> dict[str, str]:
    return {"role": "user", "content": f"Which depot serves {city}?"}


def answer(city: str) -> dict[str, str]:
    return {"role": "assistant", "content": f"{city} is served by depot {len(city)}{city[0]}."}


def conversation(city: str) -> dict[str, Any]:
    return {"messages": [question(city), answer(city)]}


def pair(city: str) -> dict[str, Any]:
    worse = {"role": "assistant", "content": f"I could not say who serves {city}."}
    asked = {"messages": [question(city)]}
    return {"input": asked, "preferred_output": [answer(city)], "non_preferred_output": [worse]}


def exercise(city: str) -> dict[str, Any]:
    return {"messages": [question(city)], "answer": answer(city)["content"]}


ROWS = {"supervised": conversation, "dpo": pair, "reinforcement": exercise}
WRONG = {"supervised": pair, "dpo": exercise, "reinforcement": conversation}


def lines(rows: list[dict[str, Any]]) -> str:
    return "".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows)


def write_rows(product: str, row: Any) -> None:  # noqa: ANN401 - one of those above
    data = Path("data", product)
    (data / "training.jsonl").write_text(lines([row(city) for city in TRAINING]), "utf-8")
    (data / "validation.jsonl").write_text(lines([row(city) for city in CITIES[12:]]), "utf-8")


@pytest.fixture
def desk(quick_azure: LocalAzure, folder: Path) -> Desk:
    Path("config").mkdir(exist_ok=True)
    return Desk(quick_azure, folder)


def begin(
    desk: Desk, patch: pytest.MonkeyPatch, product: str, method: str, *more: str
) -> dict[str, Any]:
    """Init, and the product's configuration in the environment; what it holds."""
    written = desk.done("product", "init", product, "--method", method, *more)
    assert [Path(name).is_file() for name in written["files"]] == [True] * 5
    path = Path("config", f"{product}.yaml")
    patch.setenv("TUNEOPS_CONFIG", str(path))
    document: dict[str, Any] = yaml.safe_load(path.read_text("utf-8"))
    return document


def uploaded(desk: Desk) -> int:
    return int(desk.azure.admin("GET", "state")["files"]["count"])


TOOL: dict[str, Any] = {
    "type": "function",
    "function": {
        "name": "find_depot",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string"}},
            "required": ["city"],
        },
    },
}
PLACE = TOOL["function"]["parameters"]
DEPOT = {
    "type": "object",
    "properties": {"depot": {"type": "string"}},
    "required": ["depot"],
    "additionalProperties": False,
}


def calling(city: str) -> dict[str, Any]:
    """A row whose answer calls the tool."""
    function = {"name": "find_depot", "arguments": json.dumps({"city": city})}
    calls = [{"id": "call_1", "type": "function", "function": function}]
    asked = {"role": "user", "content": f"Look up the depot of {city}, please."}
    return {"messages": [asked, {"role": "assistant", "tool_calls": calls}], "tools": [TOOL]}


def help_desk_prompts() -> list[dict[str, Any]]:
    """Plain ones, one that has to call the tool, and one whose answer has a form."""
    plain = [{"id": f"plain-{n}", "prompt": f"Where does truck {n} go next?"} for n in range(20)]
    called = {
        "id": "tool",
        "messages": [
            {"role": "system", "content": "Call a tool where you can."},
            {"role": "user", "content": "Which depot is in Porto?"},
        ],
        "tools": [TOOL],
        "tool_choice": "required",
        "checks": [{"check": "tool_call", "function": "find_depot", "arguments": PLACE}],
    }
    form = {"type": "json_schema", "json_schema": {"name": "depot", "schema": DEPOT}}
    checks = [{"check": "json_schema", "schema": DEPOT}]
    formed = {"id": "json", "prompt": "Porto?", "response_format": form, "checks": checks}
    return [*plain, called, formed]


def test_a_help_desk_with_tools_and_json_answers_is_compared_and_promoted(
    desk: Desk, patch: pytest.MonkeyPatch
) -> None:
    """The real smoke test: prompts with tools, a system message and a form of their own."""
    document = begin(desk, patch, "help-desk", "supervised", "--language", "en")
    document["smoke_test"] |= {
        "samples": 1,
        "gates": {name: {"zero_tolerance": True} for name in ("tool_call", "json_schema")},
        "must_pass": ["tool", "json"],
    }
    Path("config/help-desk.yaml").write_text(yaml.safe_dump(document), "utf-8")
    write_rows("help-desk", conversation)
    data = Path("data/help-desk")
    with (data / "training.jsonl").open("a", encoding="utf-8") as file:
        file.write(lines([calling(city) for city in TRAINING]))
    (data / "smoke_prompts.jsonl").write_text(lines(help_desk_prompts()), "utf-8")
    desk.train()
    desk.done("deploy", "candidate")
    out = desk.folder / "help-desk"
    compared = desk.run("smoke_test", "run", "--out", str(out), "--json")
    record = json.loads(compared.shown)
    assert compared.code == 0, record["verdict"]
    said = {
        each["answer"]["prompt_id"]: each["answer"]
        for each in record["answers"]
        if each["answer"]["arm"] == "candidate"
    }
    assert said["tool"]["tool_calls"][0]["name"] == "find_depot"
    assert json.loads(said["json"]["text"]).keys() == {"depot"}
    report = (out / "report.html").read_text(encoding="utf-8")
    assert "find_depot(" in report
    promoted = ("deploy", "promote", "--approved-by", "ana", "--run", str(out / "run.json"))
    assert desk.done(*promoted)["deployment"] == "help-desk"


def test_a_model_is_trained_further_by_another_product(
    desk: Desk, patch: pytest.MonkeyPatch
) -> None:
    """The chain is in key, tags, card and show; who has no model yet cannot be continued."""
    first = begin(desk, patch, "north", "supervised")
    write_rows("north", conversation)
    second = begin(desk, patch, "south", "supervised")
    second["azure"] = {**first["azure"], "account": "tuneops-both-depots"}
    second["base"]["continue_from"] = "north"
    first["azure"]["account"] = "tuneops-both-depots"
    for document in (first, second):
        path = Path("config", f"{document['product']}.yaml")
        path.write_text(yaml.safe_dump(document), "utf-8")
    write_rows("south", lambda city: conversation(city.upper()))
    desk.done("provision", "create")
    before = uploaded(desk)
    assert desk.run("fine_tune", "submit").refused(6, "No job trained this content")
    assert uploaded(desk) == before
    patch.setenv("TUNEOPS_CONFIG", "config/north.yaml")
    parent = desk.train()
    patch.setenv("TUNEOPS_CONFIG", "config/south.yaml")
    child = desk.train()
    assert child["model"] == parent["fine_tuned_model"]
    released = desk.release()
    assert released["continues"] == parent["fine_tuned_model"]
    assert desk.done("deploy", "show")[-1]["continues"] == parent["fine_tuned_model"]
    card = desk.run("deploy", "show", "--markdown").shown
    assert f"{parent['fine_tuned_model']} ← gpt-4o-2024-08-06" in card.replace("\\", "")
    key = desk.done("fine_tune", "submit", "--dry-run")["key"]
    write_rows("north", lambda city: conversation(f"New {city}"))
    assert desk.done("fine_tune", "submit", "--dry-run")["key"] != key


@pytest.mark.parametrize("method", ROWS)
def test_what_init_writes_does_not_pass(desk: Desk, patch: pytest.MonkeyPatch, method: str) -> None:
    """Five rows are too few, and their placeholders are errors."""
    begin(desk, patch, f"fresh-{method}"[:20], method, "--language", "en")
    checked = desk.run("validate_data", "check", "--json")
    assert checked.code == 1
    found = {each["code"] for each in json.loads(checked.shown)["findings"]}
    assert found >= ({"E601"} if method == "reinforcement" else {"E601", "W1906"})
    taken = desk.run("product", "init", f"fresh-{method}"[:20])
    assert taken.refused(2, "is there already")


def test_what_the_base_model_does_already_is_not_paid_for(
    desk: Desk, patch: pytest.MonkeyPatch
) -> None:
    """The first submit of a product asks its base model; nothing is uploaded where it passes."""
    document = begin(desk, patch, "needless", "supervised")
    write_rows("needless", conversation)
    prompts = [{"id": f"p{n}", "prompt": f"Where does truck {n} go next?"} for n in range(4)]
    Path("data/needless/smoke_prompts.jsonl").write_text(lines(prompts), "utf-8")
    desk.done("provision", "create")
    before = uploaded(desk)
    stopped = desk.run("fine_tune", "submit")
    assert stopped.refused(4, "passes every gate before any training", "--train-anyway")
    assert uploaded(desk) == before
    alone = desk.run("smoke_test", "run", "--baseline-only", "--few-shot", "3", "--json")
    assert alone.code == 4
    without, with_rows = json.loads(alone.shown)
    assert (without["shots"], with_rows["shots"], without["passes"]) == (0, 3, True)
    depots = {"check": "contains", "name": "names_a_depot", "texts": ["depot"]}
    document["smoke_test"]["checks"]["more"] = [depots]
    Path("config/needless.yaml").write_text(yaml.safe_dump(document), "utf-8")
    submitted = desk.run("fine_tune", "submit", "--json")
    assert submitted.code == 0
    assert "The base model alone misses: names_a_depot" in submitted.narration
    write_rows("needless", lambda city: conversation(f"New {city}"))
    asked = chats(desk)
    desk.done("fine_tune", "submit")  # not the product's first job
    assert chats(desk) == asked


def test_a_small_quota_is_shared_and_everybody_is_told_what_they_got(
    desk: Desk, patch: pytest.MonkeyPatch
) -> None:
    """Base, candidate and production of an open-weight model count against one quota."""
    name = "AIServices.GlobalStandard.gpt-oss-20b"
    before = {name: 250, "OpenAI.GlobalStandard.gpt-4o": 10**6, "OpenAI.Standard.gpt-4o": 10**6}
    desk.azure.admin("PATCH", "settings", {"quota": before | {name: 60}})
    begin(desk, patch, "small", "supervised", "--base", "gpt-oss-20b")
    write_rows("small", conversation)
    created = desk.run("provision", "create", "--json")
    assert json.loads(created.shown)["capacity"] == 20
    assert "gpt-oss-20b gets 20K, and 40K stay for the fine-tuned" in created.narration
    desk.train()
    candidate = desk.run("deploy", "candidate", "--json")
    assert json.loads(candidate.shown)["capacity"] == 40
    assert "leaves small-candidate 40K tokens a minute of the 50K" in candidate.narration
    desk.azure.admin("PATCH", "settings", {"quota": before})


def test_a_grader_is_tried_before_it_costs_anything(desk: Desk, patch: pytest.MonkeyPatch) -> None:
    """One that tells no answer from another, and one that the service does not take, are told."""
    document = begin(desk, patch, "codes", "reinforcement")
    write_rows("codes", exercise)
    desk.done("provision", "create")
    same = desk.run("fine_tune", "grade", "--sample", "6", "--json")
    assert same.code == 4  # the base model never says the reference word for word
    assert json.loads(same.shown)["most"] == 0
    alike = {
        "type": "text_similarity",
        "name": "alike",
        "input": "{{sample.output_text}}",
        "reference": "{{item.answer}}",
        "evaluation_metric": "fuzzy_match",
    }
    document["fine_tuning"]["grader"] = alike
    Path("config/codes.yaml").write_text(yaml.safe_dump(document), "utf-8")
    graded = desk.done("fine_tune", "grade", "--sample", "6")
    assert (graded["answers"], graded["unsteady"], graded["errors"]) == (6, 0, {})
    assert 0 <= graded["least"] < graded["most"] <= 1
    assert "█" in desk.run("fine_tune", "grade", "--sample", "6").shown
    document["fine_tuning"]["grader"] = {
        "type": "multi",
        "name": "both",
        "graders": {"alike": alike},
        "calculate_output": "alike * unknown",
    }
    Path("config/codes.yaml").write_text(yaml.safe_dump(document), "utf-8")
    assert desk.run("fine_tune", "grade").refused(3, "formula")


def test_a_grader_that_asks_a_model_trains_to_production(
    desk: Desk, patch: pytest.MonkeyPatch
) -> None:
    document = begin(desk, patch, "judged", "reinforcement")
    document["fine_tuning"]["grader"] = {
        "type": "score_model",
        "name": "judge",
        "model": document["base"]["deployment"],
        "input": [{"role": "user", "content": "Rate <{{sample.output_text}}>."}],
        "range": [0, 10],
    }
    Path("config/judged.yaml").write_text(yaml.safe_dump(document), "utf-8")
    write_rows("judged", exercise)
    job = desk.train()
    assert "Azure pauses the job at 5,000 USD" in desk.done("fine_tune", "status")["cost"]
    steps = desk.done("fine_tune", "metrics")["steps"]
    assert all(0 <= step["train_reward"] <= 10 for step in steps)
    assert desk.release()["model"] == job["fine_tuned_model"]


def chats(desk: Desk) -> int:
    return sum("chat/completions" in seen["path"] for seen in desk.azure.admin("GET", "requests"))


def trainable() -> list[tuple[str, str]]:
    """Every base of the local catalogue with its first method, and the other methods once."""
    models = [m for m in Catalog.load().models if m.training and not m.retired("fineTune")]
    named = {m.name: f"{m.name}:{m.version}:{m.format}" for m in models}
    firsts = [(named[m.name], m.methods[0]) for m in models]
    return [*firsts, (named["gpt-4o"], "dpo")]


@pytest.mark.parametrize(("base", "method"), trainable())
def test_every_base_goes_from_init_to_production(
    desk: Desk, patch: pytest.MonkeyPatch, base: str, method: str
) -> None:
    """Rows of another method are refused before anything is uploaded."""
    name = base.split(":", maxsplit=1)[0].lower().replace(".", "-")[:20].rstrip("-")
    product = f"{name}-{method[:3]}"
    begin(desk, patch, product, method, "--language", "en", "--base", base)
    desk.done("provision", "create")
    before = uploaded(desk)
    write_rows(product, WRONG[method])
    assert desk.run("fine_tune", "submit").refused(1, f"(method {method}) are wanted")
    assert uploaded(desk) == before
    write_rows(product, ROWS[method])
    desk.done("fine_tune", "submit", "--train-anyway")
    job = desk.done("fine_tune", "wait")
    released = desk.release()
    assert (released["deployment"], released["model"]) == (product, job["fine_tuned_model"])
