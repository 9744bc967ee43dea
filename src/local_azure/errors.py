"""Refusals, each in the form in which Azure words it."""

from collections.abc import Mapping, Sequence
from typing import Any

from local_azure.json_text import JSONResponse

# Codes that OpenAI's own form words otherwise; the rest are the same in both.
_OPENAI_CODES = {"invalidPayload": "invalid_value", "notFound": None, "unexpectedEntityState": None}
_OPENAI_TYPES = {429: "too_many_requests", 500: "server_error"}


class AzureError(Exception):
    """Ends a request; `body` replaces the usual {"error": {...}} where a gateway answers.

    `param` is what of the request is wrong; only OpenAI's form says so.
    """

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        headers: Mapping[str, str] | None = None,
        param: str | None = None,
        details: Sequence[Mapping[str, Any]] = (),
        body: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.headers = dict(headers or {})
        self.param = param
        self.details = list(details)
        self.body = body

    def to_response(self) -> JSONResponse:
        content = self.body if self.body is not None else {"error": self._error()}
        return JSONResponse(content, self.status, self.headers)

    def in_openai_form(self) -> "AzureError":
        """The same, as the surfaces word it that Azure has taken over from OpenAI."""
        error = {
            "message": self.message,
            "type": _OPENAI_TYPES.get(self.status, "invalid_request_error"),
            "param": self.param,
            "code": _OPENAI_CODES.get(self.code, self.code),
        }
        more = (self.body or {}).get("error", {})
        error |= {key: value for key, value in more.items() if value is not None}
        body = {"error": error}
        return AzureError(self.status, self.code, self.message, headers=self.headers, body=body)

    def _error(self) -> dict[str, Any]:
        error: dict[str, Any] = {"code": self.code, "message": self.message}
        if self.details:
            error["details"] = self.details
        return error


def bad_request(code: str, message: str) -> AzureError:
    return AzureError(400, code, message)


def not_found(code: str, message: str) -> AzureError:
    return AzureError(404, code, message)


def conflict(code: str, message: str) -> AzureError:
    return AzureError(409, code, message)


def missing_api_version() -> AzureError:
    return bad_request(
        "MissingApiVersionParameter",
        "The api-version query parameter (?api-version=) is required for all requests.",
    )


def gateway_unauthorized() -> AzureError:
    """The data plane's 401, which has a form of its own."""
    message = (
        "Unauthorized. Access token is missing, invalid, audience is incorrect "
        "(https://cognitiveservices.azure.com), or have expired."
    )
    return AzureError(401, "Unauthorized", message, body={"statusCode": 401, "message": message})


def missing_data_action(principal: str, action: str, operation: str) -> AzureError:
    """Azure says so with 401, not 403."""
    return AzureError(
        401,
        "PermissionDenied",
        f"The principal {principal} lacks the required data action {action} to perform "
        f"{operation} operation. For instructions on granting the necessary permissions, see "
        "https://aka.ms/FoundryPermissions.",
    )


def missing_action(client: str, principal: str, action: str, scope: str) -> AzureError:
    return AzureError(
        403,
        "AuthorizationFailed",
        f"The client '{client}' with object id '{principal}' does not have authorization to "
        f"perform action '{action}' over scope '{scope}' or the scope is invalid. If access was "
        "recently granted, please refresh your credentials.",
    )


def keys_disabled() -> AzureError:
    return AzureError(
        403,
        "AuthenticationTypeDisabled",
        "Key based authentication is disabled for this resource.",
    )


def data_plane_not_found() -> AzureError:
    """No such account, or one that is being created or deleted: its host name does not answer."""
    return not_found("ResourceNotFound", "The requested resource was not found.")


def batch_only(deployment: str) -> AzureError:
    """The real service's words for this are not known."""
    return bad_request(
        "OperationNotSupported",
        f"The deployment '{deployment}' has a batch SKU: it answers batch jobs only.",
    )


def operation_not_supported(operation: str, model: str) -> AzureError:
    return bad_request(
        "OperationNotSupported",
        f"The {operation} operation does not work with the specified model, {model}. Please "
        "choose different model and try again. You can learn more about which models can be used "
        "with each operation here: https://go.microsoft.com/fwlink/?linkid=2197993.",
    )


def deployment_not_found() -> AzureError:
    return not_found(
        "DeploymentNotFound",
        "The API deployment for this resource does not exist. If you created the deployment "
        "within the last 5 minutes, please wait a moment and try again.",
    )
