"""publicNetworkAccess and networkAcls of an account: who reaches its data plane at all."""

from collections.abc import Mapping
from ipaddress import ip_address, ip_network
from typing import Any

from pydantic import BaseModel, ConfigDict, field_validator
from pydantic.alias_generators import to_camel

from local_azure.errors import AzureError


class _Camel(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, strict=True)


class IpRule(_Camel):
    value: str

    @field_validator("value")
    @classmethod
    def _network(cls, value: str) -> str:
        ip_network(value, strict=False)
        return value


class NetworkRules(_Camel):
    """There are no virtual networks here: of the rules, those for IP addresses count."""

    default_action: str = "Allow"
    ip_rules: list[IpRule] = []

    def allow(self, client: str) -> bool:
        networks = (ip_network(rule.value, strict=False) for rule in self.ip_rules)
        return self.default_action != "Deny" or any(ip_address(client) in n for n in networks)


def require_network(properties: Mapping[str, Any], client: str) -> None:
    """Raises the service's 403; `client` is an IP address, `properties` are the account's."""
    if properties.get("publicNetworkAccess") == "Disabled":
        raise _refused("Public access is disabled. Please configure private endpoint.")
    rules = NetworkRules.model_validate(properties.get("networkAcls") or {})
    if not rules.allow(client):
        raise _refused("Access denied due to Virtual Network/Firewall rules.")


def _refused(message: str) -> AzureError:
    return AzureError(403, "403", message)
