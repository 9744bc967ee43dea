"""What the signed-in principal may do: Azure's built-in roles, as far as they matter here."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase

from pydantic import BaseModel, ConfigDict, field_validator

_COGNITIVE = "Microsoft.CognitiveServices"
_OPENAI = f"{_COGNITIVE}/accounts/OpenAI"
_VERBS = {"GET": "read", "HEAD": "read", "PUT": "write", "PATCH": "write", "DELETE": "delete"}
_LAST_PROVIDER = re.compile(r"(?P<parent>.*)/providers/(?P<typed>[^/]+/.+)", re.IGNORECASE)
_OF_PROJECTS = frozenset({"deployments", "connections", "datasets"})
_KINDS = {"fine_tuning": "fine-tunes"}  # the data plane's paths in the words of its actions


@dataclass(frozen=True)
class Role:
    """Patterns of actions: of Azure Resource Manager, and of the data plane."""

    actions: tuple[str, ...] = ()
    not_actions: tuple[str, ...] = ()
    data_actions: tuple[str, ...] = ()

    def allows(self, action: str) -> bool:
        return _matches(action, self.actions) and not _matches(action, self.not_actions)

    def allows_data(self, action: str) -> bool:
        return _matches(action, self.data_actions)


EVERYTHING = Role(actions=("*",), data_actions=("*",))
_SEES_ACCOUNTS = (f"{_COGNITIVE}/accounts/read", f"{_COGNITIVE}/accounts/*/read")
_DEPLOYS = tuple(f"{_COGNITIVE}/accounts/deployments/{verb}" for verb in ("write", "delete"))
_FOUNDRY_USER = Role(_SEES_ACCOUNTS, data_actions=(f"{_COGNITIVE}/*",))
ROLES = {
    "Owner": Role(("*",)),
    "Contributor": Role(
        ("*",), ("Microsoft.Authorization/*/delete", "Microsoft.Authorization/*/write")
    ),
    "Reader": Role(("*/read",)),
    "User Access Administrator": Role(("*/read", "Microsoft.Authorization/*")),
    "Cognitive Services Contributor": Role(
        (
            f"{_COGNITIVE}/*",
            "Microsoft.Authorization/*/read",
            "Microsoft.Resources/deployments/*",
            "Microsoft.Resources/subscriptions/resourceGroups/read",
        )
    ),
    "Cognitive Services OpenAI Contributor": Role(
        _SEES_ACCOUNTS + _DEPLOYS, data_actions=(f"{_OPENAI}/*",)
    ),
    "Cognitive Services OpenAI User": Role(
        _SEES_ACCOUNTS,
        data_actions=(
            f"{_OPENAI}/*/read",
            f"{_OPENAI}/deployments/*/action",
            f"{_OPENAI}/responses/*",
        ),
    ),
    "Cognitive Services User": Role(
        (f"{_COGNITIVE}/*/read", f"{_COGNITIVE}/accounts/listKeys/action"),
        data_actions=(f"{_COGNITIVE}/*",),
    ),
    "Cognitive Services Usages Reader": Role((f"{_COGNITIVE}/locations/usages/read",)),
    "Foundry User": _FOUNDRY_USER,
    "Azure AI User": _FOUNDRY_USER,  # its name until 2026
    "Foundry Owner": Role((f"{_COGNITIVE}/*",), data_actions=(f"{_COGNITIVE}/*",)),
}


# The ids of Azure's built-in roles, the same in every tenant (built-in-roles, Azure docs).
ROLE_IDS = {
    "Owner": "8e3af657-a8ff-443c-a75c-2fe8c4bcb635",
    "Contributor": "b24988ac-6180-42a0-ab88-20f7382dd24c",
    "Reader": "acdd72a7-3385-48ef-bd42-f606fba81ae7",
    "User Access Administrator": "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9",
    "Cognitive Services Contributor": "25fbc0a9-bd7c-42a3-aa1a-3b75d497ee68",
    "Cognitive Services OpenAI Contributor": "a001fd3d-188f-4b5d-821b-7da978bf7442",
    "Cognitive Services OpenAI User": "5e0bd9bd-7b93-4f28-af87-19fc36ad61bd",
    "Cognitive Services User": "a97b65f3-24c7-4388-baec-2e87135dc908",
    "Cognitive Services Usages Reader": "bba48692-92b0-4667-a9ad-c31c7b334ac2",
    "Foundry User": "53ca6127-db72-4b80-b1b0-d745d6d5456d",
    "Foundry Owner": "c883944f-8b7b-4483-af10-35834be79c4a",
}


class Assignment(BaseModel):
    """A role at the ARM id of a group, a resource or the subscription; "" is the subscription."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    role: str
    scope: str = ""

    @field_validator("role")
    @classmethod
    def _known(cls, name: str) -> str:
        if name not in ROLES:
            raise ValueError(f"the roles are {', '.join(ROLES)}")
        return name

    def covers(self, path: str) -> bool:
        return covers(self.scope, path)


def covers(scope: str, path: str) -> bool:
    """Whether what lies at `path` lies in an ARM scope."""
    return f"{path}/".lower().startswith(f"{scope.rstrip('/')}/".lower())


def granted(assignments: Iterable[Assignment] | None, path: str) -> list[Role]:
    """The roles that count for what lies at `path`; None is everything everywhere."""
    if assignments is None:
        return [EVERYTHING]
    return [ROLES[one.role] for one in assignments if one.covers(path)]


def arm_action(method: str, path: str) -> str:
    """Microsoft.CognitiveServices/accounts/deployments/write, for a PUT of a deployment."""
    verb = _VERBS.get(method, "action")
    found = _LAST_PROVIDER.fullmatch(path)
    if found is None:
        return "/".join(["Microsoft.Resources", *path.strip("/").split("/")[::2], verb])
    namespace, *named = found["typed"].strip("/").split("/")
    return "/".join([namespace, *named[::2], verb])


def data_action(method: str, path: str) -> str:
    """Of an operation's path; the names of those for fine-tuning are not confirmed."""
    if method == "POST" and path.endswith(("/chat/completions", "/embeddings")):
        what = "embeddings" if path.endswith("/embeddings") else "chat/completions"
        return f"{_OPENAI}/deployments/{what}/action"
    kind = path.strip("/").partition("/")[0]
    verb = {"GET": "read", "DELETE": "delete"}.get(method, "write")
    if kind in _OF_PROJECTS:
        return f"{_COGNITIVE}/accounts/AIServices/{kind}/{verb}"
    return f"{_OPENAI}/{_KINDS.get(kind, kind)}/{verb}"


def _matches(action: str, patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(action.lower(), pattern.lower()) for pattern in patterns)
