"""The environment variables that turn the real SDKs to this server."""

import shlex
from pathlib import Path

from local_azure.certificates import Certificates
from local_azure.state import State
from local_azure.tokens import FEDERATED_AUDIENCE

_FEDERATED_TOKEN_DAYS = 365  # the file is written anew at every start


def variables(state: State, url: str, certificates: Certificates) -> dict[str, str]:
    """Writes the federated token file that one of them names."""
    bundle = str(certificates.bundle.resolve())
    return {
        "LOCAL_AZURE_URL": url,
        "AZURE_AUTHORITY_HOST": url,
        # In this version a list of clouds, as the Azure CLI reads it.
        "ARM_CLOUD_METADATA_URL": f"{url}/metadata/endpoints?api-version=2019-05-01",
        "AZURE_TENANT_ID": state.identity.tenant_id,
        "AZURE_CLIENT_ID": state.identity.client_id,
        "AZURE_SUBSCRIPTION_ID": state.identity.subscription_id,
        "AZURE_FEDERATED_TOKEN_FILE": str(_federated_token_file(state, url)),
        "AZURE_TOKEN_CREDENTIALS": "WorkloadIdentityCredential",
        "SSL_CERT_FILE": bundle,
        "REQUESTS_CA_BUNDLE": bundle,
        "NODE_EXTRA_CA_CERTS": bundle,
    }


def export_lines(environment: dict[str, str]) -> str:
    return "".join(f"export {name}={shlex.quote(value)}\n" for name, value in environment.items())


def write_env_file(path: Path, environment: dict[str, str]) -> None:
    """All at once, so that a reader who sees the file sees a server that listens."""
    temporary = path.with_name(f"{path.name}.tmp")
    lines = "".join(f"{name}={value}\n" for name, value in environment.items())
    temporary.write_text(lines, encoding="utf-8")
    temporary.replace(path)


def _federated_token_file(state: State, url: str) -> Path:
    claims = {
        "iss": f"{url}/_github/oidc",
        "sub": state.settings.oidc_subject,
        "aud": FEDERATED_AUDIENCE,
    }
    token = state.github_key.sign(claims, lifetime=_FEDERATED_TOKEN_DAYS * 86400)
    path = (state.directory / "federated-token.jwt").resolve()
    path.write_text(token, encoding="ascii")
    return path
