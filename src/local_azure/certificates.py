"""A certificate authority kept in the state directory, and the bundle that trusts it."""

import os
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import certifi
import trustme

HOSTS = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True)
class Certificates:
    chain: Path  # the server's certificate
    key: Path
    bundle: Path  # the system's authorities and ours


def prepare(directory: Path, names: Sequence[str] = ()) -> Certificates:
    """Make what is missing; the authority stays the same from one start to the next.

    `names` are further host names of the server, with a wildcard or without.
    """
    authority = _authority(directory)
    leaf = authority.issue_cert(*HOSTS, *names)
    made = Certificates(*(directory / name for name in ("server.pem", "server.key", "bundle.pem")))
    _write(made.key, leaf.private_key_pem.bytes())
    _write(made.chain, b"".join(blob.bytes() for blob in leaf.cert_chain_pems))
    _write(made.bundle, _bundle(authority.cert_pem.bytes()))
    return made


def _authority(directory: Path) -> trustme.CA:
    certificate, key = directory / "ca.pem", directory / "ca.key"
    if certificate.exists() and key.exists():
        return trustme.CA.from_pem(certificate.read_bytes(), key.read_bytes())
    authority = trustme.CA(organization_name="Local Azure")
    _write(key, authority.private_key_pem.bytes())
    _write(certificate, authority.cert_pem.bytes())
    return authority


def _bundle(ours: bytes) -> bytes:
    """What this process trusts, which may be a bundle from here already, and our authority."""
    trusted = Path(ssl.get_default_verify_paths().cafile or certifi.where()).read_bytes()
    return trusted if ours in trusted else trusted.rstrip() + b"\n" + ours


def _write(path: Path, content: bytes) -> None:
    temporary = path.with_name(f"{path.name}.tmp")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    temporary.replace(path)
