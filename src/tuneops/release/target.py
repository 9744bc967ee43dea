"""Where a model was trained and where it is deployed, and the deployments there."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from tuneops.azure import catalog, deployments
from tuneops.azure.account import Foundry, open_foundry
from tuneops.azure.deployments import Deployment, WantedDeployment
from tuneops.config import BaseModelChoice, Config
from tuneops.errors import QuotaError
from tuneops.release import plan


@dataclass(frozen=True)
class ReleaseTarget:
    """Mostly ``home``, where the model was trained, and ``target`` are the same account."""

    home: Foundry
    target: Foundry
    base: BaseModelChoice

    @property
    def source(self) -> str | None:
        """The account that a deployment elsewhere takes the model from."""
        same = self.home.account.id.lower() == self.target.account.id.lower()
        return None if same else self.home.account.id

    def find(self, name: str) -> Deployment | None:
        return deployments.find(self.target.session, self.target.account, name)

    def put(self, wanted: WantedDeployment, *, over: plan.Known) -> Deployment:
        """Deploy over one of what may be there by what this run knows and did.

        Where Azure refuses for the quota, with the capacity that is left of it.

        Azure takes one write per account at a time; what another run wrote while this one waited
        is not overwritten.

        Raises:
            UndecidedError: Another run put a different model there.
        """

        def check() -> None:
            plan.check_unchanged(self.find(wanted.name), over, wanted)

        def put(asked: WantedDeployment) -> Deployment:
            return deployments.put(self.target.session, self.target.account, asked, before=check)

        try:
            return put(wanted)
        except QuotaError:
            left = self._capacity_left(wanted)
            if not 0 < left < wanted.capacity:
                raise
            return put(replace(wanted, capacity=left))

    def _capacity_left(self, wanted: WantedDeployment) -> int:
        """What the SKU's quota leaves, with what the deployment has of it; 0 if not known."""
        session, region = self.target.session, self.target.account.region
        base = self.base
        model = catalog.find(catalog.models(session, region), base.format, base.model, base.version)
        sku = model.sku(wanted.sku) if model else None
        quota = catalog.quota(session, region, sku.usage_name) if sku and sku.usage_name else None
        found = self.find(wanted.name)
        held = found.capacity if found and found.sku.lower() == wanted.sku.lower() else 0
        return quota.left + held if quota else 0

    def delete(self, name: str) -> None:
        deployments.delete(self.target.session, self.target.account, name)

    def tag(self, deployment: Deployment, tags: Mapping[str, str | None]) -> None:
        """Change tags of what is deployed, as long as it is that.

        Raises:
            UndecidedError: Another run put something else there.
        """

        def check(found: Deployment | None) -> None:
            plan.check_same(found, deployment)

        deployments.tag(
            self.target.session, self.target.account, deployment.name, tags, check=check
        )


def open_place(config: Config) -> ReleaseTarget:
    """Raises: NotFoundError where an account does not exist."""
    target = open_foundry(config)
    home = config.at_home()
    return ReleaseTarget(target if home is config else open_foundry(home), target, config.base)
