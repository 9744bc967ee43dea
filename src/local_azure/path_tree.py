"""Finds the route of a request by a tree of path segments, of which ARM's have no case."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from starlette.exceptions import HTTPException
from starlette.routing import Match, Route
from starlette.types import Receive, Scope, Send


@dataclass
class _Node:
    literals: dict[str, "_Node"] = field(default_factory=dict)
    variable: "_Node | None" = None
    routes: list[Route] = field(default_factory=list)


class PathTree:
    """An ASGI application. Routes with a variable of several segments are tried last, in order."""

    def __init__(self, routes: Sequence[Route]) -> None:
        self._root = _Node()
        self._wide = [route for route in routes if ":path}" in route.path]
        for route in routes:
            if route not in self._wide:
                self._add(route)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        partly: Route | None = None
        parts = scope["path"].lower().strip("/").split("/")
        for route in (*_candidates(self._root, parts, 0), *self._wide):
            match, found = route.matches(scope)
            if match == Match.FULL:
                scope.update(found)
                await route.handle(scope, receive, send)
                return
            if match == Match.PARTIAL and partly is None:
                partly = route
        if partly is None:
            raise HTTPException(404)
        await partly.handle(scope, receive, send)

    def _add(self, route: Route) -> None:
        node = self._root
        for part in route.path.lower().strip("/").split("/"):
            if part.startswith("{"):
                node.variable = node.variable or _Node()
                node = node.variable
            else:
                node = node.literals.setdefault(part, _Node())
        node.routes.append(route)


def _candidates(node: _Node, parts: Sequence[str], at: int) -> Iterator[Route]:
    """Literal segments go before variables."""
    if at == len(parts):
        yield from node.routes
        return
    literal = node.literals.get(parts[at])
    if literal is not None:
        yield from _candidates(literal, parts, at + 1)
    if node.variable is not None:
        yield from _candidates(node.variable, parts, at + 1)
