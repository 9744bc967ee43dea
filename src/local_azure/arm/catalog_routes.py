"""What a location offers: models, usages, capacities, free names."""

from math import ceil

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel
from starlette.responses import Response
from starlette.routing import Route

from local_azure import trained_models
from local_azure.arm import accounts, deployments, quota
from local_azure.arm.resources import conditions
from local_azure.arm.routing import NAMESPACE, ArmRequest, arm_route, invalid_content, ok
from local_azure.catalog import CatalogModel, CatalogSku, account_model, normalize_region
from local_azure.errors import bad_request, not_found
from local_azure.store import Document

_PROVIDER = "/subscriptions/{subscription}/providers/" + NAMESPACE
_LOCATION = _PROVIDER + "/locations/{location}"
_ACCOUNT = accounts.PATH + "/{account}"


class _Camel(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel)


class RequestParameters(_Camel):
    avg_prompt_tokens: int = Field(0, ge=0)
    avg_generated_tokens: int = Field(0, ge=0)


class Workload(_Camel):
    request_per_minute: int = Field(0, ge=0)
    request_parameters: RequestParameters = RequestParameters()

    @property
    def tokens(self) -> int:
        """A minute."""
        each = self.request_parameters
        return self.request_per_minute * (each.avg_prompt_tokens + each.avg_generated_tokens)


class Workloads(_Camel):
    model: dict[str, str]
    sku_name: str
    workloads: list[Workload] = []


def routes() -> list[Route]:
    return [
        arm_route(_LOCATION + "/models", GET=_location_models),
        arm_route(_LOCATION + "/usages", GET=_location_usages),
        arm_route(_LOCATION + "/modelCapacities", GET=_location_capacities),
        arm_route(_LOCATION + "/checkSkuAvailability", POST=_check_sku),
        arm_route(_PROVIDER + "/modelCapacities", GET=_capacities),
        arm_route(_PROVIDER + "/calculateModelCapacity", POST=_calculate_capacity),
        arm_route(_PROVIDER + "/checkDomainAvailability", POST=_check_domain),
        arm_route(_PROVIDER + "/skus", GET=_skus),
        arm_route(_ACCOUNT + "/models", GET=_account_models),
        arm_route(_ACCOUNT + "/usages", GET=_account_usages),
    ]


def _require_region(arm: ArmRequest) -> str:
    location = arm.params["location"]
    region = normalize_region(location)
    regions = arm.state.catalog.regions
    if region not in regions:
        what = arm.path.rpartition("/")[2]
        raise not_found(
            "NoRegisteredProviderFound",
            f"No registered resource provider found for location '{location}' and API version "
            f"'{arm.api_version}' for type 'locations/{what}'. The supported locations are "
            f"'{', '.join(regions)}'.",
        )
    return region


def _location_models(arm: ArmRequest) -> Response:
    region = _require_region(arm)
    now = arm.state.clock.now()
    listed = [
        {"kind": kind, "skuName": "S0", "model": account_model(model, region, now)}
        for model in arm.state.catalog.in_region(region)
        for kind in (("OpenAI", "AIServices") if model.format == "OpenAI" else ("AIServices",))
    ]
    return ok({"value": listed})


def _account_models(arm: ArmRequest) -> Response:
    """The base models, and those that were fine-tuned in the account."""
    account = accounts.require_account(arm)
    catalog, region, now = arm.state.catalog, account["location"], arm.state.clock.now()
    listed = [account_model(model, region, now) for model in catalog.in_region(region)]
    for trained in trained_models.listed(arm.state.store, account["id"]):
        base = catalog.base_model(trained.base)
        if base is not None:
            listed.append(_fine_tuned_model(trained.name, base, account_model(base, region, now)))
    return ok({"value": listed})


def _fine_tuned_model(name: str, base: CatalogModel, described: Document) -> Document:
    offered = {sku.name for sku in base.skus if sku.fine_tuned}
    named = {"format": base.format, "name": base.name, "version": base.version}
    skus = [sku for sku in described["skus"] if sku["name"] in offered]
    return described | {
        "name": name,
        "version": "1",
        "isDefaultVersion": True,
        "baseModel": named,
        "skus": skus,
    }


def _location_usages(arm: ArmRequest) -> Response:
    region = _require_region(arm)
    everything = deployments.live(arm.state, arm.state.subscription)
    return _usages(arm, everything, region)


def _account_usages(arm: ArmRequest) -> Response:
    account = accounts.require_account(arm)
    return _usages(arm, deployments.live(arm.state, account["id"]), account["location"])


def _usages(arm: ArmRequest, counted: list[Document], region: str) -> Response:
    listed = quota.usages(arm.state.catalog, counted, region)
    wanted = conditions(arm, {"name.value"}).get("name.value")
    if wanted is not None:
        listed = [usage for usage in listed if usage["name"]["value"].lower() == wanted.lower()]
    return ok({"value": listed})


def _capacities(arm: ArmRequest) -> Response:
    return ok({"value": _listed_capacities(arm, arm.state.catalog.regions)})


def _location_capacities(arm: ArmRequest) -> Response:
    return ok({"value": _listed_capacities(arm, [_require_region(arm)])})


def _listed_capacities(arm: ArmRequest, regions: list[str]) -> list[Document]:
    name, version, form = (_query(arm, key) for key in ("modelName", "modelVersion", "modelFormat"))
    everything = deployments.live(arm.state, arm.state.subscription)
    listed = []
    for region in regions:
        model = arm.state.catalog.find(name, version, region)
        if model is None or model.format != form:
            continue
        used = quota.used(everything, region)
        for sku in model.skus:
            if sku.offered_in(region):
                usage_name = model.usage_name(sku)
                limit = arm.state.catalog.quota_limit(usage_name, region)
                free = max(0, limit - used[usage_name])
                listed.append(_capacity(arm, model, sku, region, free))
    return listed


def _query(arm: ArmRequest, name: str) -> str:
    if name not in arm.query:
        raise bad_request("MissingQueryParameter", f"The query parameter '{name}' is required.")
    return arm.query[name]


def _capacity(
    arm: ArmRequest, model: CatalogModel, sku: CatalogSku, region: str, free: int
) -> Document:
    path = f"/providers/{NAMESPACE}/locations/{region}/models"
    name = f"{model.format}.{sku.name}.{model.name}.{model.version}"
    return {
        "id": f"{arm.state.subscription}{path}/{name}",
        "name": name,
        "type": f"{NAMESPACE}/locations/modelCapacities",
        "location": region,
        "properties": {
            "model": {"format": model.format, "name": model.name, "version": model.version},
            "skuName": sku.name,
            "availableCapacity": float(free if sku.base else 0),
            "availableFinetuneCapacity": float(free if sku.fine_tuned else 0),
        },
    }


def _calculate_capacity(arm: ArmRequest) -> Response:
    """Tokens a minute of all workloads; 1 capacity is 1,000 of them."""
    try:
        asked = Workloads.model_validate(arm.body)
    except ValidationError as error:
        raise invalid_content(str(error)) from None
    capacity = ceil(sum(workload.tokens for workload in asked.workloads) / 1000)
    estimate = {"value": capacity, "deployableValue": capacity}
    named = {"model": asked.model, "skuName": asked.sku_name}
    return ok(named | {"estimatedCapacity": estimate})


def _check_domain(arm: ArmRequest) -> Response:
    name = str(arm.body.get("subdomainName", ""))
    valid = accounts.DOMAIN_NAME.fullmatch(name) is not None
    free = valid and arm.state.store.get("domain", "", name) is None
    answer: Document = {
        "isSubdomainAvailable": free,
        "subdomainName": name,
        "type": arm.body.get("type"),
    }
    if not free:
        answer["reason"] = (
            f"Sub domain name '{name}' is already used. Please pick a different name."
            if valid
            else f"Sub domain name '{name}' is not valid."
        )
    return ok(answer)


def _check_sku(arm: ArmRequest) -> Response:
    _require_region(arm)
    asked = arm.body
    answers = [
        {
            "kind": asked.get("kind"),
            "type": asked.get("type"),
            "skuName": sku,
            "skuAvailable": sku == "S0",
            **({} if sku == "S0" else {"reason": "NotAvailableForSubscription"}),
        }
        for sku in asked.get("skus", [])
    ]
    return ok({"value": answers})


def _skus(arm: ArmRequest) -> Response:
    listed = [
        {
            "resourceType": "accounts",
            "name": "S0",
            "tier": "Standard",
            "kind": kind,
            "locations": [region.upper()],
            "restrictions": [],
        }
        for kind in ("OpenAI", "AIServices")
        for region in arm.state.catalog.regions
    ]
    return ok({"value": listed})
