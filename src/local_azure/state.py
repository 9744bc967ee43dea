"""What one server knows: everything that a route may need, made from a state directory."""

import secrets
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starlette.requests import Request

from local_azure.catalog import Catalog
from local_azure.clock import Clock
from local_azure.metrics import Metrics
from local_azure.settings import Settings
from local_azure.store import Store
from local_azure.tokens import ENTRA, GITHUB, SigningKey


@dataclass(frozen=True)
class Identity:
    """Random names, made once per state directory."""

    tenant_id: str
    client_id: str
    object_id: str
    subscription_id: str
    client_secret: str
    oidc_request_token: str

    @classmethod
    def of(cls, store: Store) -> "Identity":
        saved = store.get("identity", "", "identity")
        if saved is None:
            saved = {name: str(uuid.uuid4()) for name in cls.__dataclass_fields__}
            saved["client_secret"] = secrets.token_urlsafe(24)
            saved["oidc_request_token"] = secrets.token_urlsafe(24)
            store.put("identity", "", "identity", saved)
        return cls(**saved)


class State:
    """The store, the clock, the settings, the catalogue and the signing keys of one server."""

    def __init__(
        self, directory: Path, *, catalog_file: Path | None = None, speed: float | None = None
    ) -> None:
        """`speed` None: as it was."""
        self.directory = directory
        self.store = Store(directory)
        self.settings = Settings.model_validate(self.store.get("settings", "", "settings") or {})
        self.clock = Clock(self.store, speed=self.settings.speed)
        if speed is not None:
            self.change_settings({"speed": speed})
        self._first_speed = self.settings.speed
        self.identity = Identity.of(self.store)
        # The scope of everything in the one subscription.
        self.subscription = f"/subscriptions/{self.identity.subscription_id}"
        self.metrics = Metrics()
        self.entra_key = SigningKey(self.store, ENTRA)
        self.github_key = SigningKey(self.store, GITHUB)
        self._catalog = Catalog.load(catalog_file)

    @property
    def catalog(self) -> Catalog:
        """The catalogue as it is now, with the settings' quota and retirements."""
        return self._catalog.with_settings(self.settings.quota, self.settings.retired)

    def reset(self) -> None:
        """As new, but for the identity, the keys and the speed at which the server started."""
        self.store.clear(keep=("identity", "signing_key"))
        self.settings = Settings(speed=self._first_speed)
        self.clock = Clock(self.store, speed=self._first_speed)
        self.metrics = Metrics()
        self.change_settings({})

    def change_settings(self, changes: dict[str, Any]) -> None:
        """Raises pydantic.ValidationError and then changes nothing."""
        self.settings = self.settings.patched(changes)
        self.clock.speed = self.settings.speed
        self.store.put("settings", "", "settings", self.settings.model_dump())


def state_of(request: Request) -> State:
    state: State = request.app.state.local_azure
    return state
