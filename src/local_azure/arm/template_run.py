"""Carries template deployments out: whichever request comes next finds what can be done by then."""

import json
from collections.abc import Callable, Sequence
from typing import Any

from starlette.datastructures import QueryParams
from starlette.responses import Response
from starlette.routing import Route

from local_azure.arm.routing import ArmRequest, ArmRoute, checked_body, require_allowed
from local_azure.arm.template import Template
from local_azure.arm.template_deployments import KIND, RUNNING, invalid_template, place_of
from local_azure.arm.template_language import TemplateError
from local_azure.auth import Principal
from local_azure.errors import AzureError, not_found
from local_azure.state import State
from local_azure.store import Document

_BUSY = "RequestConflict"  # somebody else writes to the account; the template waits its turn
_FAILED = (
    "At least one resource deployment operation failed. Please list deployment operations for "
    "details. Please see https://aka.ms/arm-deployment-operations for usage details."
)


class _NotYet(Exception):  # noqa: N818  it is no error
    """A resource that another refers to is still being made."""


def advance(state: State, routes: Sequence[Route]) -> None:
    """Costs one look at an index where nothing runs."""
    for running in state.store.watched(RUNNING, state.subscription):
        deployment = state.store.get(KIND, running["group"], running["name"])
        if deployment is None:  # its group has been deleted
            state.store.delete(RUNNING, running["group"], running["name"])
        else:
            served = [route for route in routes if isinstance(route, ArmRoute)]
            _Run(state, served, deployment).advance()


class _Run:
    def __init__(self, state: State, routes: Sequence[ArmRoute], deployment: Document) -> None:
        self._state, self._routes, self._deployment = state, routes, deployment
        self._steps: list[Document] = deployment["_steps"]
        self._waits = False

    def advance(self) -> None:
        try:
            template = self._template()
            while any(self._move(template, step) for step in self._steps):
                pass
            if not self._waits and all(step["state"] != "Running" for step in self._steps):
                self._end(template)
        except AzureError as error:  # its group is gone
            self._close({"code": error.code, "message": error.message})
        except TemplateError as error:
            self._close(_worded(invalid_template(error)))
        except Exception as error:  # noqa: BLE001  a template must not stop the server
            self._close({"code": "InternalServerError", "message": type(error).__name__})

    def _template(self) -> Template:
        group_id, name = self._deployment["_scope"].rsplit("/", 1)
        group = self._state.store.get("group", self._state.subscription, name)
        if group is None:
            raise not_found("ResourceGroupNotFound", f"Resource group '{name}' could not be found.")
        place = place_of(self._request("GET", group_id, ""), group)
        return Template(self._deployment["_content"], self._deployment["_parameters"], place)

    def _move(self, template: Template, step: Document) -> bool:
        """Whether the step is further than it was."""
        if step["state"] == "Running":
            return self._look(step)
        if step["state"] != "Waiting" or not self._may_begin(step):
            return False
        try:
            self._begin(template, step)
        except _NotYet:
            return False
        except TemplateError as error:
            self._fail(step, invalid_template(error))
        except AzureError as error:
            if error.code == _BUSY:
                self._waits = True
                return False
            self._fail(step, error)
        return True

    def _may_begin(self, step: Document) -> bool:
        done = {one["id"] for one in self._steps if one["state"] == "Succeeded"}
        return done.issuperset(step["depends_on"])

    def _begin(self, template: Template, step: Document) -> None:
        """One transaction: the resource is written, and that it is."""
        resource = next(one for one in template.resources if one.id == step["id"])
        body = checked_body(template.body(resource, self._reader()))
        arm = self._request("PUT", step["id"], step["version"], body)
        require_allowed(arm)
        with self._state.store.transaction():
            self._answer(arm)
            step |= {"state": "Running", "began": self._state.clock.now()}
            self._save()

    def _look(self, step: Document) -> bool:
        """A resource that lists and reads do not show yet is still being made."""
        try:
            made = self._read(step["id"], step["version"])
        except AzureError as error:
            if error.status == 404:  # noqa: PLR2004
                return False
            self._fail(step, error)
            return True
        if made.get("properties", {}).get("provisioningState", "Succeeded") != "Succeeded":
            return False
        step |= {"state": "Succeeded", "ended": self._state.clock.now()}
        self._save()
        return True

    def _fail(self, step: Document, error: AzureError) -> None:
        now = self._state.clock.now()
        step |= {"state": "Failed", "ended": now, "error": _worded(error)}
        step["began"] = step["began"] or now
        self._save()

    def _end(self, template: Template) -> None:
        failed = [step["error"] for step in self._steps if step["state"] == "Failed"]
        if failed:
            error = {"code": "DeploymentFailed", "target": self._deployment["id"]}
            self._close({**error, "message": _FAILED, "details": failed})
            return
        if any(step["state"] == "Waiting" for step in self._steps):
            raise TemplateError("Resources refer to each other in a circle")
        properties = self._deployment["properties"]
        try:
            properties["outputs"] = template.outputs(self._reader())
        except (TemplateError, AzureError) as error:
            message = f"Unable to evaluate template outputs: '{error}'."
            self._close({"code": "DeploymentOutputEvaluationFailed", "message": message})
            return
        properties["outputResources"] = [{"id": step["id"]} for step in self._steps]
        self._close(None)

    def _close(self, error: Document | None) -> None:
        """The template and its parameters, secret ones too, are forgotten."""
        deployment = self._deployment
        if error is not None:
            deployment["properties"]["error"] = error
        deployment["_ended"] = self._state.clock.now()
        del deployment["_content"], deployment["_parameters"]
        with self._state.store.transaction():
            self._save()
            self._state.store.delete(RUNNING, deployment["_scope"], deployment["name"])

    def _save(self) -> None:
        deployment = self._deployment
        self._state.store.put(KIND, deployment["_scope"], deployment["name"], deployment)

    def _reader(self) -> Callable[[str], Document]:
        """Of resources that expressions refer to, as far as the caller may read them."""
        steps = {step["id"].lower(): step for step in self._steps}

        def read(resource_id: str) -> Document:
            step = steps.get(resource_id.lower())
            if step is not None and step["state"] in ("Waiting", "Running"):
                raise _NotYet
            require_allowed(self._request("GET", resource_id, ""))
            return self._read(resource_id, step["version"] if step else "2025-04-01")

        return read

    def _read(self, resource_id: str, version: str) -> Document:
        response = self._answer(self._request("GET", resource_id, version))
        found: Document = json.loads(bytes(response.body))
        return found

    def _request(
        self, method: str, path: str, version: str, body: dict[str, Any] | None = None
    ) -> ArmRequest:
        """As the one who deploys would make it."""
        return ArmRequest(
            self._state,
            Principal(*self._deployment["_principal"]),
            method,
            path,
            {},
            QueryParams({"api-version": version}),
            self._deployment["_base"],
            body or {},
        )

    def _answer(self, arm: ArmRequest) -> Response:
        for route in self._routes:
            params = route.params_of(arm.path)
            if params is not None and arm.method in route.handlers:
                return route.handlers[arm.method](arm.with_params(params))
        raise not_found("NotFound", f"The request path '{arm.path}' is not known.")


def _worded(error: AzureError) -> Document:
    return {"code": error.code, "message": error.message}
