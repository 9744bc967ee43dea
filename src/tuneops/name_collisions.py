"""Products that would write over each other in Azure: refused when configurations are read."""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tuneops import config as configuration
from tuneops import config_files
from tuneops.azure.account import account_name
from tuneops.config import Config
from tuneops.errors import ConfigError


@dataclass(frozen=True)
class _Claim:
    """A name that a product uses in an account; some may be used by several products."""

    product: str
    account: str
    setting: str
    name: str
    shared: bool = False

    def collides_with(self, other: "_Claim") -> bool:
        same = (self.account, self.kind, self.name.casefold())
        return (
            self.product != other.product
            and not (self.shared and other.shared)
            and same == (other.account, other.kind, other.name.casefold())
        )

    @property
    def kind(self) -> str:
        return "suffix" if self.setting == "fine_tuning.suffix" else "deployment"


def refuse(configs: Iterable[Config]) -> None:
    """Raises: ConfigError where two products have the same name for something in one account."""
    seen: list[_Claim] = []
    for config in configs:
        fresh = list(_claims(config))
        for claim in fresh:
            for other in seen:
                if claim.collides_with(other):
                    raise _collision(claim, other)
        seen += fresh


def refuse_beside(path: Path, config: Config) -> None:
    """As `refuse`, of the configuration and those of other products in its folder.

    One that is not valid is left to the commands that are about it.
    """
    others = (each for each in config_files.configurations(path.parent) if each != path)
    refuse([config.at_home(), *_valid(others)])


def _valid(paths: Iterable[Path]) -> Iterator[Config]:
    for path in paths:
        try:
            yield configuration.load(path)
        except ConfigError:
            continue


def _claims(config: Config) -> Iterator[_Claim]:
    for account in {_account(place) for place in config.places()}:
        for setting, name, shared in (
            ("base.deployment", config.base.deployment, True),
            ("release.deployment", config.release.deployment, False),
            ("release.deployment", config.release.candidate_deployment, False),
            ("fine_tuning.suffix", config.fine_tuning.suffix, False),
        ):
            yield _Claim(config.product, account, setting, name, shared)


def _account(place: Config) -> str:
    """An account's name is a host name of the whole world."""
    subscription = place.azure.subscription or os.environ.get("AZURE_SUBSCRIPTION_ID", "")
    return account_name(place, subscription).casefold()


def _collision(claim: _Claim, other: _Claim) -> ConfigError:
    return ConfigError(
        f"Products '{other.product}' and '{claim.product}' both use '{claim.name}' "
        f"({claim.setting}) in account {claim.account}.",
        remedy=f"Choose another {claim.setting} or azure.account for one of them.",
    )
