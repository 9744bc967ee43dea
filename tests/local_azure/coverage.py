"""Which operations of the specifications the local Azure has: run it to renew the docs' table."""

from __future__ import annotations

import re
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.routing import Match, Route

from local_azure.arm import routes as arm
from local_azure.arm import unknown
from local_azure.data_plane import routes as data_plane
from local_azure.data_plane.router import Router, address_of
from tests.local_azure import contract

PAGE = Path(__file__).resolve().parents[2] / "docs" / "local_azure.md"
BEGIN, END = "<!-- coverage: begin -->\n", "<!-- coverage: end -->\n"
TITLES = {
    contract.DATED: "Azure OpenAI authoring, 2024-10-21",
    contract.PREVIEW: "Azure OpenAI authoring, 2025-04-01-preview",
    contract.V1: "Azure OpenAI v1",
    contract.OPENAI: "OpenAI's own surface, below /openai/v1",
    contract.RESPONSES: "OpenAI's Responses, below /openai/v1",
    contract.STORED: "OpenAI's embeddings, batches and stored completions, below /openai/v1",
    contract.EVALS: "OpenAI's evals, below /openai/v1",
    contract.RESOURCES: "ARM resources, 2025-04-01",
    contract.LOCKS: "ARM locks, 2020-05-01",
    contract.COGNITIVE: "Microsoft.CognitiveServices, 2025-09-01",
}
_OPENAIS = (contract.V1, contract.OPENAI, contract.RESPONSES, contract.STORED, contract.EVALS)
_PREFIXES = {contract.DATED: "", contract.PREVIEW: "", **dict.fromkeys(_OPENAIS, "/v1")}
_VARIABLE = re.compile(r"\{[\w-]+\}")


def _arm_routes() -> list[Route]:
    return arm.routes()[: -len(unknown.routes())]


def _filled(operation: contract.Operation) -> str:
    """The path with names in it that a route can match."""
    scope = "/subscriptions/s/resourceGroups/g"
    path = operation.path.replace("/{scope}", scope).replace("{default}", "default")
    path = path.replace("{parentResourcePath}/", "")
    path = path.replace("{resourceProviderNamespace}", "Microsoft.CognitiveServices")
    path = _VARIABLE.sub("name", path)
    if operation.file in _PREFIXES:
        return f"/accounts/name/openai{_PREFIXES[operation.file]}{path}"
    return path


def _is_there(operation: contract.Operation, routes: list[Route], router: Router) -> bool:
    method, path = operation.method.upper(), _filled(operation)
    if operation.file in _PREFIXES:
        address = address_of(path.removeprefix("/accounts"))
        try:
            return address is not None and router.find(method, address) is not None
        except HTTPException:
            return False
    scope = {"type": "http", "method": method, "path": path}
    return any(route.matches(scope)[0] == Match.FULL for route in routes)


def _known() -> list[tuple[contract.Operation, bool]]:
    routes, router = _arm_routes(), Router(None, data_plane.OPERATIONS)  # type: ignore[arg-type]
    every = [one for file in TITLES for _, one in contract.operations(file)]
    return [(one, _is_there(one, routes, router)) for one in every]


def _is_found(operation: contract.Operation) -> bool:
    """Not by another name of the same operation, as a lock has at every scope."""
    version = "2025-04-01-preview" if operation.file == contract.PREVIEW else ""
    return contract.find(operation.method, _filled(operation), version) == operation


KNOWN = _known() if contract.SPECS.is_dir() else []
LISTED = [operation for operation, there in KNOWN if there and _is_found(operation)]


def coverage_table() -> str:
    parts = []
    for file, title in TITLES.items():
        here = [(one, there) for one, there in KNOWN if one.file == file]
        count = sum(there for _, there in here)
        lines = [f"| `{one.name}` | {'yes' if there else 'no'} |" for one, there in here]
        head = f"### {title}: {count} of {len(here)}\n\n| operation | here |\n|---|---|"
        parts.append("\n".join([head, *lines]))
    return "\n\n".join(parts) + "\n"


def on_page(page: str) -> str:
    return page.partition(BEGIN)[2].partition(END)[0]


if __name__ == "__main__":
    text = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(text.replace(on_page(text), coverage_table()), encoding="utf-8")
