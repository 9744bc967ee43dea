"""An ARM template and its parameters: the resources it wants, in which order, and its outputs."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from typing import Any

from pydantic import ConfigDict, validate_call

from local_azure.arm.template_functions import FUNCTIONS
from local_azure.arm.template_language import TemplateError, require_known, require_small, resolved

Json = dict[str, Any]
Read = Callable[[str], Json]  # the whole resource of an id, as its GET answers

_TYPES: dict[str, type | tuple[type, ...]] = {
    "string": str,
    "securestring": str,
    "int": int,
    "bool": bool,
    "object": dict,
    "secureobject": dict,
    "array": list,
}
_SHOWN = {
    name.lower(): name
    for name in ("String", "SecureString", "Int", "Bool", "Object", "SecureObject", "Array")
}
_NOT_SENT = frozenset(
    {"type", "name", "apiVersion", "dependsOn", "condition", "scope", "comments", "metadata"}
)
_LIMITS = (
    ("allowedValues", lambda value, allowed: value in allowed),
    ("minLength", lambda value, least: len(value) >= least),
    ("maxLength", lambda value, most: len(value) <= most),
    ("minValue", lambda value, least: value >= least),
    ("maxValue", lambda value, most: value <= most),
)
_OWN = ("parameters", "variables", "resourcegroup", "subscription", "resourceid", "if")
_NAMES = {*FUNCTIONS, *_OWN, "subscriptionresourceid", "reference"}


@dataclass(frozen=True)
class Place:
    """Where a template is deployed: what its functions resourceGroup and subscription give."""

    group: Json
    subscription: Json


@dataclass(frozen=True)
class Resource:
    """One that a template wants; `depends_on` has ids of others in it."""

    id: str
    type: str
    name: str
    api_version: str
    depends_on: list[str]
    described: Json  # what will be sent, with its expressions as they are


def _is_secure(kind: str) -> bool:
    return kind.lower().startswith("secure")


class Template:
    """Raises TemplateError wherever something in it is wrong, or is not served here."""

    def __init__(self, content: Json, parameters: Json, place: Place) -> None:
        """`parameters` are plain values; those that are missing are taken from the template."""
        self._content, self._place = content, place
        self._variables: Json = {}
        self._begun: set[str] = set()
        require_small([content, parameters])
        _require_served(content)
        require_known(content, _NAMES)
        self._functions = self._bound()
        self.parameters: Json = {}
        self._given = {name.lower(): value for name, value in parameters.items()}
        self._set_parameters(parameters)
        del self._functions["newguid"]  # which only their defaults may have
        self.resources = self._planned()

    def body(self, resource: Resource, read: Read) -> Json:
        """What is to be sent for a resource."""
        found: Json = resolved(resource.described, self._with_reference(read))
        require_small(found)
        return {key: value for key, value in found.items() if value is not None}

    def outputs(self, read: Read) -> Json:
        described = _section(self._content, "outputs")
        functions = self._with_reference(read)
        found = {
            name: _output(resolved(output, functions))
            for name, output in described.items()
            if resolved(output.get("condition", True), functions)
        }
        require_small(found)
        return found

    def shown_parameters(self) -> Json:
        """As a deployment answers them: without what is secret."""
        kinds = {name: self._kind(name) for name in self.parameters}
        return {
            name: {"type": _SHOWN[kind.lower()]}
            | ({} if _is_secure(kind) else {"value": self.parameters[name]})
            for name, kind in kinds.items()
        }

    def _kind(self, name: str) -> str:
        return str(_section(self._content, "parameters")[name].get("type"))

    def _set_parameters(self, given: Json) -> None:
        described = _section(self._content, "parameters")
        unknown = given.keys() - {name for name in given if _named(described, name) is not None}
        if unknown:
            raise TemplateError(
                f"The template parameters '{', '.join(sorted(unknown))}' in the parameters file "
                "are not valid; they are not present in the original template and can therefore "
                "not be provided at deployment time. The only supported parameters for this "
                f"template are '{', '.join(described)}'"
            )
        for name in described:
            self._parameter(name)

    def _parameter(self, name: str) -> Any:  # noqa: ANN401
        described = _section(self._content, "parameters")
        known = _named(described, name)
        if known is None:
            raise TemplateError(f"The template parameter '{name}' is not found")
        if known not in self.parameters:
            with self._once(f"parameter '{known}'"):
                self.parameters[known] = self._checked(known, described[known])
        return self.parameters[known]

    def _checked(self, name: str, described: Json) -> Any:  # noqa: ANN401
        if self._given.get(name.lower()) is not None:
            value = self._given[name.lower()]
        elif "defaultValue" in described:
            value = resolved(described["defaultValue"], self._functions)
        else:
            raise TemplateError(
                f"The value for the template parameter '{name}' is not provided. Please see "
                "https://aka.ms/arm-create-parameter-file for usage details"
            )
        expected = _TYPES.get(str(described.get("type")).lower())
        if (
            expected is None
            or not isinstance(value, expected)
            or (expected is int and isinstance(value, bool))
        ):
            raise TemplateError(
                f"Template parameter '{name}' has a value that is not of its type "
                f"'{described.get('type')}'"
            )
        _require_limits(name, described, value)
        require_small(value)
        return value

    def _variable(self, name: str) -> Any:  # noqa: ANN401
        described = _section(self._content, "variables")
        known = _named(described, name)
        if known is None:
            raise TemplateError(f"The template variable '{name}' is not found")
        if known not in self._variables:
            with self._once(f"variable '{known}'"):
                value = resolved(described[known], self._functions)
            require_small(value)
            self._variables[known] = value
        return self._variables[known]

    @contextmanager
    def _once(self, what: str) -> Iterator[None]:
        if what in self._begun:
            raise TemplateError(f"The template {what} refers to itself")
        self._begun.add(what)
        yield

    def _bound(self) -> dict[str, Callable[..., Any]]:
        strict = validate_call(config=ConfigDict(strict=True))
        return {
            **FUNCTIONS,
            "parameters": strict(self._parameter),
            "variables": strict(self._variable),
            "resourcegroup": strict(lambda: self._place.group),
            "subscription": strict(lambda: self._place.subscription),
            "resourceid": strict(self._resource_id),
            "subscriptionresourceid": strict(self._subscription_resource_id),
        }

    def _with_reference(self, read: Read) -> dict[str, Callable[..., Any]]:
        def reference(name: str, version: str = "", full: str = "") -> Any:  # noqa: ANN401
            del version
            whole = read(self._id_of(name))
            return whole if full.lower() == "full" else whole.get("properties", {})

        strict = validate_call(config=ConfigDict(strict=True))
        return {**self._functions, "reference": strict(reference)}

    def _id_of(self, name: str) -> str:
        """Of a resource that is named in full, or as it is called in this template."""
        if name.startswith("/"):
            return name
        for resource in self.resources:
            if resource.name.lower() == name.lower():
                return resource.id
        raise TemplateError(f"The resource referenced by '{name}' is not defined in the template")

    def _resource_id(self, first: str, *more: str) -> str:
        before, kind, names = _split_arguments((first, *more))
        subscription, group = self._place.subscription["subscriptionId"], self._place.group["name"]
        if len(before) == 1:
            group = before[0]
        elif before:
            subscription, group = before
        scope = f"/subscriptions/{subscription}/resourceGroups/{group}"
        return f"{scope}/providers/{_interleaved(kind, names)}"

    def _subscription_resource_id(self, first: str, *more: str) -> str:
        before, kind, names = _split_arguments((first, *more))
        subscription = before[0] if before else self._place.subscription["subscriptionId"]
        return f"/subscriptions/{subscription}/providers/{_interleaved(kind, names)}"

    def _planned(self) -> list[Resource]:
        """With those left out whose condition does not hold."""
        wanted, left_out = [], set()
        for described in _flat(self._content.get("resources", [])):
            one = self._resource(described)
            if self._holds(described.get("condition", True)):
                wanted.append((one, described))
            else:
                left_out.add(one.id.lower())
        ids = [one.id for one, _ in wanted]
        if len({each.lower() for each in ids}) != len(ids):
            raise TemplateError("A resource is defined multiple times in the template")
        for one, described in wanted:
            one.depends_on.extend(self._others(described.get("dependsOn", []), ids, left_out))
        _require_no_circle([one for one, _ in wanted])
        return [one for one, _ in wanted]

    def _others(self, names: object, ids: list[str], left_out: set[str]) -> Iterator[str]:
        """The ids of those that a resource depends on, but for those that are left out."""
        if not isinstance(names, list):
            raise TemplateError("A resource's dependsOn must be an array")
        for name in map(str, resolved(names, self._functions)):
            found = _matching(name, ids)
            if found is not None:
                yield found
            elif _matching(name, left_out) is None:
                raise TemplateError(
                    f"The resource '{name}' is not defined in the template. Please see "
                    "https://aka.ms/arm-syntax for usage details"
                )

    def _holds(self, condition: object) -> bool:
        holds = resolved(condition, self._functions)
        if not isinstance(holds, bool):
            raise TemplateError("A resource's condition must be a bool")
        return holds

    def _resource(self, described: Json) -> Resource:
        kind, name, version, scope = (
            resolved(described.get(key), self._functions)
            for key in ("type", "name", "apiVersion", "scope")
        )
        if not (isinstance(kind, str) and isinstance(name, str) and isinstance(version, str)):
            raise TemplateError("A resource has a type, a name and an apiVersion, all texts")
        if len(kind.split("/")) != len(name.split("/")) + 1 or not all(name.split("/")):
            raise TemplateError(
                f"The template resource '{name}' for type '{kind}' has incorrect segment lengths. "
                "A nested resource type must have identical number of segments as its resource "
                "name"
            )
        parent = str(scope or self._place.group["id"])
        if not parent.startswith("/"):
            parent = f"{self._place.group['id']}/providers/{parent}"
        full = f"{parent}/providers/{_interleaved(kind, name.split('/'))}"
        sent = {key: value for key, value in described.items() if key not in _NOT_SENT}
        return Resource(full, kind, name, version, [], sent)


def _require_served(content: Json) -> None:
    if not isinstance(content.get("resources", []), list):
        raise TemplateError("The local Azure takes resources as a list only: no languageVersion")
    if content.get("functions"):
        raise TemplateError("The local Azure takes no functions of a template's own")
    waiting: list[object] = [content]
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict) and "copy" in item:
            raise TemplateError("The local Azure takes no copy loops")
        waiting += (
            item.values() if isinstance(item, dict) else item if isinstance(item, list) else ()
        )


def _require_limits(name: str, described: Json, value: Any) -> None:  # noqa: ANN401
    for limit, holds in _LIMITS:
        try:
            within = limit not in described or holds(value, described[limit])
        except TypeError:
            within = False
        if not within:
            raise TemplateError(
                f"The provided value for the template parameter '{name}' is not valid: its "
                f"{limit} is '{described[limit]}'"
            )


def _section(content: Json, name: str) -> dict[str, Any]:
    section = content.get(name) or {}
    if not isinstance(section, dict):
        raise TemplateError(f"The template's {name} must be an object")
    if name != "variables" and not all(isinstance(one, dict) for one in section.values()):
        raise TemplateError(f"Each of the template's {name} must be an object")
    return section


def _named(described: Mapping[str, Any], name: str) -> str | None:
    """Names of parameters and variables have no case."""
    return next((known for known in described if known.lower() == name.lower()), None)


def _output(output: Json) -> Json:
    kind = str(output.get("type"))
    if kind.lower() not in _SHOWN:
        raise TemplateError(f"The type '{kind}' of a template output is not valid")
    shown = {"type": _SHOWN[kind.lower()]}
    return shown if _is_secure(kind) else shown | {"value": output.get("value")}


def _split_arguments(arguments: tuple[str, ...]) -> tuple[list[str], str, list[str]]:
    """What lies before the type, the type, and the names."""
    for position, argument in enumerate(arguments):
        if "/" in argument:
            names = list(arguments[position + 1 :])
            if position > 2 or len(names) != argument.count("/"):  # noqa: PLR2004
                break
            return list(arguments[:position]), argument, names
    raise ValueError("a type must be followed by as many names as it has segments")


def _interleaved(kind: str, names: list[str]) -> str:
    namespace, *types = kind.split("/")
    pairs = [part for pair in zip(types, names, strict=True) for part in pair]
    return "/".join([namespace, *pairs])


def _flat(resources: list[Any], parent: Json | None = None) -> Iterator[Json]:
    """Children that are written in their parent, each behind it and under its full name."""
    for resource in resources:
        if not isinstance(resource, dict):
            raise TemplateError("A resource must be an object")
        whole = dict(resource)
        children = whole.pop("resources", [])
        if parent is not None:
            whole["type"] = f"{parent['type']}/{whole.get('type')}"
            whole["name"] = _joined(str(parent["name"]), str(whole.get("name")))
        yield whole
        yield from _flat(children if isinstance(children, list) else [children], whole)


def _joined(parent: str, child: str) -> str:
    """Two names, each a text or an expression, as one expression."""
    parts = [
        name[1:-1] if name.startswith("[") else "'" + name.replace("'", "''") + "'"
        for name in (parent, child)
    ]
    return f"[concat({parts[0]}, '/', {parts[1]})]"


def _matching(name: str, ids: Iterable[str]) -> str | None:
    """By its id, or by the end of it: its name, or its type and name."""
    wanted = name.lower()
    for each in ids:
        if each.lower() == wanted or each.lower().endswith(f"/{wanted}"):
            return each
    return None


def _require_no_circle(resources: list[Resource]) -> None:
    graph = {one.id: one.depends_on for one in resources}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        raise TemplateError(
            f"Circular dependency detected on resource: '{error.args[1][0]}'. Please see "
            "https://aka.ms/arm-syntax-resources for usage details"
        ) from None
