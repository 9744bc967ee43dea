"""Put another model under a deployment's name, and where that fails what served before."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tuneops.azure.chat import ChatSession
from tuneops.azure.deployments import Deployment, WantedDeployment
from tuneops.errors import (
    AzureRefusedError,
    StillRunningError,
    TuneopsError,
    UndecidedError,
)
from tuneops.release import plan
from tuneops.release.target import ReleaseTarget
from tuneops.signals import Interrupted
from tuneops.tags import JOB
from tuneops.waiting import attempts

Narrate = Callable[[str], None]

_BROKEN = frozenset({"Failed", "Canceled", "Disabled"})
_IN_FLIGHT_SECONDS = 3.0  # for which a request whose answer was not awaited may take effect


@dataclass(frozen=True)
class Switch:
    """``current`` is what was deployed when this was decided; None where nothing was."""

    place: ReleaseTarget
    current: Deployment | None
    wanted: WantedDeployment
    narrate: Narrate

    def put(self) -> Deployment:
        """Replace in place; where Azure does not change a deployment's model, make it anew.

        Only a refusal without a known cause (quota, SKU, life cycle, lock) is read that way.
        """
        wanted, current = self.wanted, self.current
        self.narrate(
            f"Deploying {wanted.model} as {wanted.name} ({wanted.sku}, {wanted.capacity}K)."
        )
        try:
            return self._told(self.place.put(wanted, over=[current]))
        except AzureRefusedError as error:
            known_cause = type(error) is not AzureRefusedError
            if known_cause or current is None or current.model == wanted.model:
                raise
            self.narrate(f"Azure does not replace it in place ({error.message}); deploying anew.")
        plan.check_unchanged(self.place.find(wanted.name), [current], wanted)
        self.place.delete(wanted.name)
        return self._told(self.place.put(wanted, over=[None]))

    def _told(self, deployed: Deployment) -> Deployment:
        if deployed.capacity < self.wanted.capacity:
            self.narrate(
                f"The quota leaves {deployed.name} {deployed.capacity}K tokens a minute of the "
                f"{self.wanted.capacity}K that the configuration asks for."
            )
        return deployed

    def check(self, deployed: Deployment) -> None:
        """Raises: UndecidedError where another run put something else there meanwhile."""
        plan.check_unchanged(self.place.find(self.wanted.name), [deployed], self.wanted)

    @contextmanager
    def undone_on_failure(self) -> Iterator[None]:
        """Where what is done within fails or is interrupted, put back what served before.

        Raises:
            StillRunningError: Interrupted; what served before serves again.
            UndecidedError: Another run changed the deployment; or it could not be put back.
        """
        try:
            yield
        except UndecidedError:
            raise
        except (TuneopsError, Interrupted) as error:
            self._undo(error)
            if not isinstance(error, Interrupted):
                raise
            raise StillRunningError(
                f"Interrupted ({error}): {self._before()}.",
                remedy="Run it again when you want the release.",
            ) from error

    @contextmanager
    def never_missing(self) -> Iterator[None]:
        """Where what is done within fails and nothing serves, put back what served before."""
        try:
            yield
        except UndecidedError:
            raise
        except TuneopsError:
            found = self.place.find(self.wanted.name)
            if self.current is not None and (found is None or found.state in _BROKEN):
                self.narrate(f"That failed: putting {self.current.model} back.")
                self.place.put(plan.as_it_was(self.current), over=[found])
            raise

    def _undo(self, error: TuneopsError | Interrupted) -> None:
        unknown = isinstance(error, Interrupted) or error.may_have_happened
        try:
            if self.current is None:
                self._take_away(unknown=unknown)
            else:
                self._put_back(self.current, unknown=unknown)
        except (TuneopsError, Interrupted) as failed:
            raise self._stuck(error, failed) from error

    def _put_back(self, current: Deployment, *, unknown: bool) -> None:
        """Look for a while, where a request of ours may still take effect."""
        old = plan.as_it_was(current)
        for _ in attempts(_IN_FLIGHT_SECONDS if unknown else 0):
            if not plan.serves(self.place.find(old.name), old):
                self.narrate(f"That failed: putting {old.model} back.")
                self.place.put(old, over=[None, current, self.wanted])

    def _take_away(self, *, unknown: bool) -> None:
        """Delete what came under a name that nothing had."""
        for _ in attempts(_IN_FLIGHT_SECONDS if unknown else 0):
            found = self.place.find(self.wanted.name)
            if found is not None:
                plan.check_unchanged(found, [self.wanted], self.wanted)
                self.narrate(f"That failed: taking {found.name} away, which nothing served before.")
                self.place.delete(found.name)
                return

    def _stuck(
        self, error: TuneopsError | Interrupted, failed: TuneopsError | Interrupted
    ) -> UndecidedError:
        job = self.wanted.tags[JOB]
        back = f"--to {self.current.model}" if self.current else "--to nothing"
        return UndecidedError(
            f"{_said(error)} Then it could not be undone: {_said(failed)} "
            f"{self.wanted.name} may serve {self.wanted.model}.",
            remedy=f"Run 'deploy.py rollback --job {job} {back}'.",
        )

    def _before(self) -> str:
        name = self.wanted.name
        return f"{name} serves {self.current.model}" if self.current else f"there is no {name}"


def answering(place: ReleaseTarget, deployment: Deployment, narrate: Narrate) -> Deployment:
    """Wait until the deployment answers."""
    narrate(f"Waiting for the first answer of {deployment.name}.")
    ChatSession(place.target).wait_until_ready(deployment.name)
    return deployment


def _said(error: TuneopsError | Interrupted) -> str:
    return f"Interrupted ({error})." if isinstance(error, Interrupted) else error.message
