"""What an environment can do that has an endpoint and a key, and nobody signed in."""

import json
import sys
from pathlib import Path

import pytest

if sys.platform == "win32":
    pytest.skip("Windows cannot fork", allow_module_level=True)

from tests.end_to_end.desk import Desk
from tests.local_azure.conftest import LocalAzure

GROUP = "rg-keys"
SIGNED_OUT = {"AZURE_FEDERATED_TOKEN_FILE": "absent", "AZURE_TOKEN_CREDENTIALS": "prod"}


@pytest.fixture
def desk(quick_azure: LocalAzure, folder: Path, patch: pytest.MonkeyPatch) -> Desk:
    """An account with keys, whose candidate somebody deployed who was signed in."""
    patch.setenv("AZURE_RESOURCE_GROUP", GROUP)
    desk = Desk(quick_azure, folder)
    desk.done("provision", "create", "--keys")
    return desk


def sign_out(desk: Desk, patch: pytest.MonkeyPatch) -> None:
    accounts = desk.azure.cognitive().accounts
    (account,) = accounts.list_by_resource_group(GROUP)
    key = accounts.list_keys(GROUP, account.name).key1
    named = {"AZURE_OPENAI_ENDPOINT": account.properties.endpoint, "AZURE_OPENAI_KEY": key}
    for name, value in {**SIGNED_OUT, **named}.items():
        patch.setenv(name, value)


def test_a_key_alone_trains_talks_and_compares_and_the_rest_says_what_it_needs(
    desk: Desk, patch: pytest.MonkeyPatch
) -> None:
    """What was deployed under a sign-in is compared; what manages it is refused in a sentence."""
    with pytest.MonkeyPatch.context() as without:
        sign_out(desk, without)
        assert desk.done("fine_tune", "submit")["created_job"]
        desk.done("fine_tune", "wait")
        assert desk.done("fine_tune", "status")["status"] == "succeeded"
        assert [each["status"] for each in desk.done("fine_tune", "list")] == ["succeeded"]
        assert desk.done("fine_tune", "metrics")["steps"]
        said = desk.done("chat", "--only", "base", "--prompt", "¿Hola?")
        assert list(said) == ["gpt-4o"]
        for command in (("deploy", "show"), ("deploy", "candidate")):
            assert desk.run(*command).refused(6, "This needs a sign-in", "az login")
    candidate = desk.done("deploy", "candidate")
    sign_out(desk, patch)
    out = desk.folder / "compared"
    compared = desk.run("smoke_test", "run", "--samples", "1", "--out", str(out), "--json")
    assert compared.code in (0, 1, 4), compared.narration
    assert "taken to be what the configuration says" in compared.narration
    record = json.loads(compared.shown)
    assert record["models"]["candidate"] == [candidate["model"]]
    assert record["origin"]["job"] == candidate["job"]
    again = desk.run("deploy", "promote", "--run", str(out / "run.json"))
    assert again.refused(6, "This needs a sign-in")
