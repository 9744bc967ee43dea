"""What a principal may do: by the settings' roles, or by role assignments where these count."""

from local_azure.roles import EVERYTHING, ROLES, Role, covers, granted
from local_azure.state import State
from local_azure.store import Document

ASSIGNMENTS = "role_assignment"


def roles_of(state: State, object_id: str, path: str) -> list[Role]:
    """The roles that count for what lies at `path`.

    The principal that every state begins with is the subscription's Owner.
    """
    settings = state.settings.roles
    if settings is None:
        return [EVERYTHING]
    if settings != "enforced":
        return granted(settings, path)
    own = [ROLES["Owner"]] if object_id == state.identity.object_id else []
    found = [one for one in assignments(state, object_id) if covers(one["_scope"], path)]
    return own + [ROLES[one["_role"]] for one in found]


def assignments(state: State, object_id: str) -> list[Document]:
    """Those of a principal that have had the time to take effect."""
    elapsed, delay = state.clock.work_elapsed, state.settings.role_seconds
    return [
        one
        for one in state.store.watched(ASSIGNMENTS, state.subscription)
        if one["properties"]["principalId"].lower() == object_id.lower()
        and elapsed(one["_made"]) >= delay
    ]


def sees_nothing(state: State, object_id: str) -> bool:
    """Whether a principal has no role at all, and so does not see the subscription."""
    if state.settings.roles == "enforced":
        return object_id != state.identity.object_id and not assignments(state, object_id)
    return state.settings.roles == []
