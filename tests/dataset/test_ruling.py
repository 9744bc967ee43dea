"""Rules as a product's configuration and its exceptions file want them."""

import io
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from rich.console import Console

from tuneops.config import load
from tuneops.dataset import exceptions, present, ruling, scan
from tuneops.dataset.findings import Severity
from tuneops.dataset.outputs import WRITERS
from tuneops.dataset.scan import Report
from tuneops.errors import ConfigError

Lines = Callable[..., list[str]]
Check = Callable[..., Report]

ROOT = Path(__file__).parents[2]
SOON = str(datetime.now(UTC).date() + timedelta(days=180))


def _answered(answer: str) -> str:
    system = {"role": "system", "content": "Eres un asistente de viajes."}
    user = {"role": "user", "content": "¿Qué me cuentas de Lima para ir en mayo?"}
    talk = [system, user, {"role": "assistant", "content": answer}]
    return json.dumps({"messages": talk}, ensure_ascii=False)


@pytest.fixture
def product(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Report]:
    """The check of a product whose training file has these lines, under these rules."""

    monkeypatch.chdir(tmp_path)
    for folder in ("data/travel", "config"):
        (tmp_path / folder).mkdir(parents=True)

    def check(rows: list[str], **rules: Any) -> Report:  # noqa: ANN401 - any YAML
        document = yaml.safe_load((ROOT / "config" / "travel.yaml").read_text(encoding="utf-8"))
        paths = {"training": rows, "validation": [], "smoke_prompts": []}
        for name, content in paths.items():
            path = Path("data/travel") / f"{name}.jsonl"
            path.write_text("".join(f"{row}\n" for row in content), encoding="utf-8")
            document["data"][name] = path.as_posix()
        document["rules"] = rules
        config = tmp_path / "product.yaml"
        config.write_text(yaml.safe_dump(document), encoding="utf-8")
        return scan.check_product(load(config))

    return check


def _found(report: Report, line: int) -> dict[str, Severity]:
    return {
        one.code: one.severity
        for one in report.findings
        if one.line == line and one.file.endswith("training.jsonl")
    }


def test_the_shipped_data_has_no_finding() -> None:
    """The example that ships passes its own product's rules without a warning."""
    report = scan.check_product(load(ROOT / "config" / "travel.yaml"))
    assert [one for one in report.findings if one.severity is not Severity.INFO] == []


BREACHES = {
    "E1807": "Te recomiendo el Hotel Miramar, que tiene vistas al mar y piscina. ¿Te gusta?",
    "W1812": "Lima is a great city for food lovers and for those who like museums. Shall we start?",
    "W1813": "Lima tiene museos, mercados y un malecón precioso para pasear por la tarde.",
    "W1814": "Sí, claro. ¿Cuándo vas?",
}


@pytest.mark.parametrize("code", BREACHES)
def test_an_answer_is_held_to_the_configured_policy(
    code: str, lines: Lines, product: Callable[..., Report]
) -> None:
    """What the smoke test asks of answers the training rows may not teach the opposite of."""
    report = product([*lines(), _answered(BREACHES[code])])
    assert code in _found(report, 61)


def test_an_answer_that_declines_keeps_the_policy(
    lines: Lines, product: Callable[..., Report]
) -> None:
    """A row that mentions a hotel and declines is fine."""
    answer = "De hoteles no puedo hablarte, pero Barranco tiene galerías y mar. ¿Te gusta el arte?"
    assert _found(product([*lines(), _answered(answer)]), 61) == {}


def test_a_rule_is_switched_off_or_changed(lines: Lines, product: Callable[..., Report]) -> None:
    """A rule that is off says nothing; a changed severity decides whether the check passes."""
    rows = [*lines(), _answered("Eres idiota, te lo he dicho ya tres veces. ¿Vas o no vas?")]
    assert _found(product(rows), 61) == {"E2101": Severity.ERROR}
    assert _found(product(rows, off=["insult"]), 61) == {}
    changed = product(rows, severity={"E2101": "warning"})
    assert _found(changed, 61) == {"E2101": Severity.WARNING}
    assert changed.counts[Severity.WARNING] == 1


def test_profiles_differ_on_the_byte_order_mark(
    lines: Lines, product: Callable[..., Report]
) -> None:
    """OpenAI does not want the mark that Azure asks for."""
    rows = ["\ufeff" + lines()[0], *lines()[1:]]
    assert _found(product(rows), 1) == {"I114": Severity.INFO}
    assert _found(product(rows, profile="openai"), 1) == {"I114": Severity.WARNING}


def _seen(images: int) -> dict[str, Any]:
    image = {"type": "image_url", "image_url": {"url": "https://example.com/foto.png"}}
    return {"role": "user", "content": [{"type": "text", "text": "¿Qué es?"}, *[image] * images]}


def test_profiles_differ_on_images_and_billed_tokens(
    lines: Lines, product: Callable[..., Report]
) -> None:
    """OpenAI takes ten images in an example and none in a pair, and bills without a limit."""
    answer = {"role": "assistant", "content": "Es la catedral de Cusco. ¿La conoces?"}
    rows = [*lines(), json.dumps({"messages": [_seen(11), answer]})]
    assert "E1009" not in _found(product(rows), 61)
    assert _found(product(rows, profile="openai"), 61)["E1009"] is Severity.ERROR
    assert "E1009" not in _found(product(rows, profile="openai", off=["openai-image-count"]), 61)
    pair = {"input": {"messages": [_seen(1)]}, "preferred_output": [answer]}
    other = {"non_preferred_output": [{"role": "assistant", "content": "No lo sé."}]}
    pairs = [json.dumps(pair | other)] * 10
    assert "E1010" not in _found(product(pairs), 1)
    assert "E1010" in _found(product(pairs, profile="openai"), 1)
    assert ruling.PROFILES["openai"]["E607"] is None


def test_an_unknown_rule_is_a_usage_error(lines: Lines, product: Callable[..., Report]) -> None:
    """A misspelt rule is not ignored."""
    with pytest.raises(ConfigError, match="no rule 'E9999'"):
        product(lines(), off=["E9999"])


def _entry(row: str, until: str, **changes: str) -> dict[str, str]:
    entry = {
        "line": exceptions.digest_of(row),
        "rule": "insult",
        "reason": "a quotation that the film needs",
        "who": "marta",
        "until": until,
    }
    return entry | changes


def test_an_exception_holds_for_its_line_until_its_day(
    lines: Lines, product: Callable[..., Report]
) -> None:
    """An accepted finding is told apart, wherever its line stands; an expired entry is no use."""
    row = _answered("Eres idiota, te lo he dicho ya tres veces. ¿Vas o no vas?")
    other = _answered("Eres imbécil, te lo he dicho ya cuatro veces. ¿Vas o no vas?")
    file = Path("config/exceptions.yaml")
    file.write_text(json.dumps([_entry(row, SOON)]), encoding="utf-8")
    report = product([*lines()[:9], row, *lines()[9:], other], exceptions=str(file))
    assert _found(report, 10) == {}
    [accepted] = report.accepted
    assert (accepted.line, accepted.code) == (10, "E2101")
    assert accepted.hint == f"Accepted by marta until {SOON}: a quotation that the film needs"
    assert "E2101" in _found(report, 62)
    file.write_text(json.dumps([_entry(row, "2020-01-01")]), encoding="utf-8")
    late = product([*lines()[:9], row, *lines()[9:]], exceptions=str(file))
    assert "E2101" in _found(late, 10)
    assert "W2011" in {one.code for one in late.findings}


def test_entries_to_paste_are_made_and_unused_ones_are_told(
    lines: Lines, product: Callable[..., Report]
) -> None:
    """What is pasted and completed accepts the finding; when the line goes, the entry is told."""
    row = _answered("Eres idiota, te lo he dicho ya tres veces. ¿Vas o no vas?")
    made = yaml.safe_load(WRITERS["exceptions"](product([*lines(), row])))
    [entry] = [one for one in made if one["rule"] == "E2101"]
    file = Path("config/exceptions.yaml")
    whole = entry | {"reason": "a film is quoted", "who": "ana", "until": SOON}
    file.write_text(json.dumps([whole]), encoding="utf-8")
    assert _found(product([*lines(), row], exceptions=str(file)), 61) == {}
    gone = product(lines(), exceptions=str(file))
    assert [one.code for one in gone.findings if one.file == str(file)] == ["I2012"]


def test_a_severity_that_was_changed_is_shown(lines: Lines, product: Callable[..., Report]) -> None:
    """Where a product makes a rule graver or milder, the text says so."""
    report = product([*lines(), lines()[0]], severity={"duplicate": "error"})
    shown = io.StringIO()
    Console(file=shown, width=200).print(present.shown(report))
    assert "W701 (error) [duplicate]" in shown.getvalue()


@pytest.mark.parametrize(
    "broken", [{"reason": "no"}, {"line": "x"}, {"rule": "none"}, {"extra": "x"}]
)
def test_a_malformed_exception_is_a_usage_error(broken: dict[str, str], tmp_path: Path) -> None:
    """An entry without reason, line, rule or with an unknown key is refused."""
    file = tmp_path / "exceptions.yaml"
    file.write_text(json.dumps([_entry("{}", SOON, **broken)]), encoding="utf-8")
    with pytest.raises(ConfigError):
        exceptions.load(file)


@pytest.mark.attack
def test_nothing_is_accepted_for_longer_than_180_days(tmp_path: Path) -> None:
    """A day further ahead is refused, and nothing else of the file counts."""
    today = datetime(2026, 3, 1, tzinfo=UTC).date()
    file = tmp_path / "exceptions.yaml"
    for days in (180, 181):
        entry = _entry("{}", str(today + timedelta(days=days)))
        file.write_text(json.dumps([entry]), encoding="utf-8")
        if days <= exceptions.LONGEST.days:
            assert exceptions.load(file, today).accepted
    with pytest.raises(ConfigError, match="runs until 2026-08-29"):
        exceptions.load(file, today)


def test_accepted_findings_are_counted_in_every_output(
    lines: Lines, product: Callable[..., Report]
) -> None:
    row = _answered("Eres idiota, te lo he dicho ya tres veces. ¿Vas o no vas?")
    file = Path("config/exceptions.yaml")
    file.write_text(json.dumps([_entry(row, SOON)]), encoding="utf-8")
    report = product([*lines(), row], exceptions=str(file))
    shown = io.StringIO()
    Console(file=shown, width=200).print(present.shown(report))
    for text in (shown.getvalue(), present.summary(report)):
        assert "1 finding accepted by exceptions" in text
        assert "a quotation that the film needs" in text
    [accepted] = json.loads(WRITERS["json"](report))["accepted"]
    assert accepted["code"] == "E2101"
