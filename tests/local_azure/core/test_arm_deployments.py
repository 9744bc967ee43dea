"""Deployments of base and fine-tuned models: quota, SKUs, conflicts, expiry."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from azure.core.exceptions import HttpResponseError, ResourceExistsError, ResourceNotFoundError

from local_azure.arm.deployments import (
    DEVELOPER_SECONDS,
    IDLE_SECONDS,
    MAX_FINE_TUNED,
    MAX_STANDARD,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.local_azure.conftest import LocalAzure

GROUP, ACCOUNT, REGION = "rg-core", "core-account", "swedencentral"


Model = dict[str, str]
Poller = Any  # the untyped client's LROPoller


def model(name: str = "gpt-4o", version: str = "2024-08-06", format_: str = "OpenAI") -> Model:
    return {"format": format_, "name": name, "version": version}


def deploy(
    local_azure: LocalAzure,
    deployment: str,
    *,
    sku: str = "GlobalStandard",
    capacity: int = 10,
    **wanted: str,
) -> Poller:
    body = {"sku": {"name": sku, "capacity": capacity}, "properties": {"model": model(**wanted)}}
    return local_azure.cognitive().deployments.begin_create_or_update(
        GROUP, ACCOUNT, deployment, body
    )


@dataclass(frozen=True)
class Refusal:
    status: int | None
    code: str
    message: str


def refusal(action: Callable[[], object]) -> Refusal:
    with pytest.raises(HttpResponseError) as refused:
        action()
    error = refused.value.error
    assert error is not None
    return Refusal(refused.value.status_code, str(error.code), str(error.message))


def usage(local_azure: LocalAzure, name: str = "OpenAI.GlobalStandard.gpt-4o") -> float:
    found = list(local_azure.cognitive().usages.list(REGION, filter=f"name.value eq '{name}'"))
    assert [one.name.value for one in found] == [name]
    return float(found[0].current_value)


@pytest.mark.usefixtures("account")
class TestBaseModels:
    def test_a_deployment_is_made_at_once(self, local_azure: LocalAzure) -> None:
        """A base model's PUT answers Succeeded; limits follow from the capacity."""
        made = deploy(local_azure, "chat", capacity=50).result()
        assert made.properties.provisioning_state == "Succeeded"
        assert (made.sku.name, made.sku.capacity) == ("GlobalStandard", 50)
        limits = {limit.key: limit for limit in made.properties.rate_limits}
        assert 60 / limits["token"].renewal_period * limits["token"].count == 50_000
        assert 60 / limits["request"].renewal_period * limits["request"].count == 300
        assert made.etag

    def test_delete_frees_the_quota(self, local_azure: LocalAzure) -> None:
        """Usages count what is deployed."""
        deploy(local_azure, "chat", capacity=50).result()
        assert usage(local_azure) == 50
        deployments = local_azure.cognitive().deployments
        for _ in range(2):
            deployments.begin_delete(GROUP, ACCOUNT, "CHAT").result()
        assert usage(local_azure) == 0
        with pytest.raises(ResourceNotFoundError):
            deployments.get(GROUP, ACCOUNT, "chat")

    def test_quota_is_a_wall(self, local_azure: LocalAzure) -> None:
        """What does not fit is refused with the numbers; what fits exactly is not."""
        local_azure.admin("PATCH", "settings", {"quota": {"OpenAI.GlobalStandard.gpt-4o": 30}})
        deploy(local_azure, "one", capacity=20).result()
        refused = refusal(lambda: deploy(local_azure, "two", capacity=11))
        assert (refused.status, refused.code) == (400, "InsufficientQuota")
        words = "require 11 new capacity in quota Tokens Per Minute (thousands) - gpt-4o"
        assert words in refused.message
        assert "available capacity 10. The current quota usage is 20" in refused.message
        assert "the quota limit is 30 for quota" in refused.message
        deploy(local_azure, "two", capacity=10).result()
        deploy(local_azure, "one", capacity=20).result()

    def test_quota_is_held_until_purge(self, local_azure: LocalAzure) -> None:
        """A soft-deleted account keeps its quota."""
        deploy(local_azure, "chat", capacity=50).result()
        cognitive = local_azure.cognitive()
        cognitive.accounts.begin_delete(GROUP, ACCOUNT).result()
        assert usage(local_azure) == 50
        cognitive.deleted_accounts.begin_purge(REGION, GROUP, ACCOUNT).result()
        assert usage(local_azure) == 0

    def test_patch_changes_capacity_and_tags(self, local_azure: LocalAzure) -> None:
        """PATCH respects the quota too."""
        deploy(local_azure, "chat").result()
        deployments = local_azure.cognitive().deployments
        changed = deployments.begin_update(
            GROUP,
            ACCOUNT,
            "chat",
            {"sku": {"name": "GlobalStandard", "capacity": 40}, "tags": {"a": "b"}},
        ).result()
        assert (changed.sku.capacity, changed.tags) == (40, {"a": "b"})
        too_much = {"sku": {"name": "GlobalStandard", "capacity": 451}}
        refused = refusal(lambda: deployments.begin_update(GROUP, ACCOUNT, "chat", too_much))
        assert refused.code == "InsufficientQuota"

    @pytest.mark.parametrize("sku", ["DeveloperTier", "ManagedCompute"])
    def test_a_sku_must_be_offered(self, local_azure: LocalAzure, sku: str) -> None:
        """DeveloperTier is for fine-tuned models only, though the catalogue lists it."""
        refused = refusal(
            lambda: deploy(local_azure, "d", sku=sku, name="gpt-4.1", version="2025-04-14")
        )
        assert refused.code == "InvalidResourceProperties"
        assert refused.message == (
            f"The specified SKU '{sku}' of account deployment is not supported by the model "
            "'gpt-4.1' version: '2025-04-14'."
        )

    @pytest.mark.parametrize(
        ("wanted", "words"),
        [
            (model(version="1999-01-01"), "Version: 1999-01-01, Source: '"),
            (model("gpt-9"), "Name: gpt-9"),
            (model(format_="Alibaba"), "Format: Alibaba"),
            (model("gpt-35-turbo", "0125"), "there are better models available"),
        ],
    )
    def test_an_unknown_or_retired_model(
        self, local_azure: LocalAzure, wanted: dict[str, str], words: str
    ) -> None:
        """A model that is not there or no longer there is refused, each in its own words."""
        body = {"sku": {"name": "Standard", "capacity": 1}, "properties": {"model": wanted}}
        refused = refusal(
            lambda: local_azure.cognitive().deployments.begin_create_or_update(
                GROUP, ACCOUNT, "d", body
            )
        )
        assert refused.code == "DeploymentModelNotSupported"
        assert words in refused.message

    def test_a_model_can_be_retired(self, local_azure: LocalAzure) -> None:
        """The settings end a model's life at once, in the catalogue as well."""
        local_azure.admin("PATCH", "settings", {"retired": ["gpt-4o:2024-08-06"]})
        assert "better models" in refusal(lambda: deploy(local_azure, "d")).message
        models = local_azure.cognitive().models.list(REGION)
        found = next(one.model for one in models if one.model.name == "gpt-4o")
        today = datetime.now(UTC).isoformat()
        assert found.deprecation.inference < today
        assert found.deprecation.fine_tune < today

    def test_deployments_are_limited(self, local_azure: LocalAzure) -> None:
        """An account takes so many deployments and no more."""
        for number in range(MAX_STANDARD):
            deploy(local_azure, f"d{number}", capacity=1).result()
        refused = refusal(lambda: deploy(local_azure, "one-more", capacity=1))
        assert refused.code == "DeploymentLimitReached"


class TestFineTunedModels:
    def test_a_fine_tuned_model_takes_its_time(
        self, local_azure: LocalAzure, fine_tuned: str
    ) -> None:
        """PUT answers Creating with an operation; while it runs, nobody else may write."""
        local_azure.admin("POST", "clock", {"freeze": True})
        poller = deploy(local_azure, "candidate", sku="Standard", name=fine_tuned, version="1")
        deployments = local_azure.cognitive().deployments
        found = deployments.get(GROUP, ACCOUNT, "candidate")
        assert found.properties.provisioning_state == "Creating"
        accounts = local_azure.cognitive().accounts
        for action in (
            partial(deploy, local_azure, "other"),
            partial(deployments.begin_delete, GROUP, ACCOUNT, "candidate"),
            partial(accounts.begin_update, GROUP, ACCOUNT, {"tags": {}}),
        ):
            with pytest.raises(ResourceExistsError, match=r"^\(RequestConflict\)") as refused:
                action()
            assert f"/accounts/{ACCOUNT}'. Please try again later." in refused.value.message
        local_azure.admin("POST", "clock", {"step_seconds": 3600})
        made = poller.result()
        assert made.properties.provisioning_state == "Succeeded"
        assert (made.properties.model.name, made.properties.model.version) == (fine_tuned, "1")
        deploy(local_azure, "other").result()

    def test_a_fine_tuned_model_must_exist_in_the_account(
        self, local_azure: LocalAzure, fine_tuned: str
    ) -> None:
        """Another account deploys it only by naming its source."""
        cognitive = local_azure.cognitive()
        accounts = {"location": "eastus2", "kind": "OpenAI", "sku": {"name": "S0"}}
        cognitive.accounts.begin_create(GROUP, "elsewhere", accounts).result()
        source = cognitive.accounts.get(GROUP, ACCOUNT).id
        wanted = model(fine_tuned, "1")
        body = {"sku": {"name": "Standard", "capacity": 1}, "properties": {"model": wanted}}

        def put() -> Poller:
            return cognitive.deployments.begin_create_or_update(GROUP, "elsewhere", "d", body)

        assert refusal(put).code == "DeploymentModelNotSupported"
        wanted["source"] = source
        assert put().result().properties.model.source == source

    def test_gpt_4o_has_no_developer_tier(self, local_azure: LocalAzure, fine_tuned: str) -> None:
        """DeveloperTier is not offered for every fine-tuned model."""
        refused = refusal(
            lambda: deploy(local_azure, "d", sku="DeveloperTier", name=fine_tuned, version="1")
        )
        assert refused.code == "InvalidResourceProperties"
        assert fine_tuned in refused.message

    def test_a_developer_deployment_lasts_a_day(
        self, local_azure: LocalAzure, account: str, train: Callable[[str], str]
    ) -> None:
        """After 24 hours it is gone, and its quota is free."""
        del account
        name = train("gpt-4.1-2025-04-14")
        deploy(local_azure, "trial", sku="DeveloperTier", name=name, version="1").result()
        local_azure.admin("POST", "clock", {"step_seconds": DEVELOPER_SECONDS - 60})
        assert usage(local_azure, "OpenAI.DeveloperTier.gpt-4.1") == 10
        local_azure.admin("POST", "clock", {"step_seconds": 60})
        assert usage(local_azure, "OpenAI.DeveloperTier.gpt-4.1") == 0
        assert not list(local_azure.cognitive().deployments.list(GROUP, ACCOUNT))

    def test_an_idle_fine_tuned_deployment_is_deleted(
        self, local_azure: LocalAzure, fine_tuned: str
    ) -> None:
        """Fifteen days without a call end a fine-tuned deployment, never a base model's."""
        deploy(local_azure, "idle", sku="Standard", name=fine_tuned, version="1").result()
        deploy(local_azure, "base").result()
        local_azure.admin("POST", "clock", {"step_seconds": IDLE_SECONDS})
        left = [one.name for one in local_azure.cognitive().deployments.list(GROUP, ACCOUNT)]
        assert left == ["base"]

    def test_ten_fine_tuned_deployments_and_no_more(
        self, local_azure: LocalAzure, fine_tuned: str
    ) -> None:
        """The limit of fine-tuned deployments is the account's, and base models do not count."""
        local_azure.admin("PATCH", "settings", {"deployment_seconds": 0})
        deploy(local_azure, "base").result()

        def put(number: int) -> Poller:
            return deploy(
                local_azure, f"ft{number}", sku="Standard", name=fine_tuned, version="1", capacity=1
            )

        for number in range(MAX_FINE_TUNED):
            put(number).result()
        assert refusal(lambda: put(MAX_FINE_TUNED)).code == "DeploymentLimitReached"

    def test_the_account_lists_what_was_trained_in_it(
        self, local_azure: LocalAzure, fine_tuned: str
    ) -> None:
        """A fine-tuned model shows its base and the SKUs in which it deploys."""
        listed = local_azure.cognitive().accounts.list_models(GROUP, ACCOUNT)
        found = next(one for one in listed if one.name == fine_tuned)
        assert (found.base_model.name, found.base_model.version) == ("gpt-4o", "2024-08-06")
        assert {sku.name for sku in found.skus} == {
            "Standard", "GlobalStandard", "DataZoneStandard", "ProvisionedManaged",
        }  # fmt: skip
