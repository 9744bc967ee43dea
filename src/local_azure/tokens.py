"""The signing keys of the local Entra and of the local GitHub issuer, and what they sign."""

import json
import time
import uuid
from typing import Any, cast

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from local_azure.store import Store

ENTRA, GITHUB = "entra", "github"
_VERIFIED_KEPT = 1000
FEDERATED_AUDIENCE = "api://AzureADTokenExchange"


class SigningKey:
    """An RS256 key pair, made once in a state directory."""

    def __init__(self, store: Store, name: str) -> None:
        saved = store.get("signing_key", "", name)
        if saved is None:
            saved = {"pem": _new_pem(), "kid": uuid.uuid4().hex}
            store.put("signing_key", "", name, saved)
        private = serialization.load_pem_private_key(saved["pem"].encode(), password=None)
        self._private = cast("rsa.RSAPrivateKey", private)
        self._kid: str = saved["kid"]
        self._verified: dict[str, dict[str, Any]] = {}

    def sign(self, claims: dict[str, Any], *, lifetime: float) -> str:
        """A JWT valid from now for `lifetime` wall-clock seconds."""
        now = int(time.time())
        times = {"iat": now, "nbf": now, "exp": int(now + lifetime)}
        token = {**times, "jti": str(uuid.uuid4()), **claims}
        return jwt.encode(token, self._private, algorithm="RS256", headers={"kid": self._kid})

    def verify(self, token: str) -> dict[str, Any]:
        """The claims, whatever the audience; raises jwt.InvalidTokenError.

        `exp` is a whole number; nothing is said of the other claims.

        A client sends one token again and again: its signature is looked at once.
        """
        if token not in self._verified:
            if len(self._verified) >= _VERIFIED_KEPT:
                self._verified.clear()
            self._verified[token] = self._decoded(token)
        claims = self._verified[token]
        if claims["exp"] <= time.time():
            raise jwt.ExpiredSignatureError
        return dict(claims)

    def _decoded(self, token: str) -> dict[str, Any]:
        options: Any = {"verify_aud": False, "require": ["exp"]}
        claims = jwt.decode(
            token, self._private.public_key(), algorithms=["RS256"], options=options
        )
        if type(claims["exp"]) is not int:  # PyJWT also reads a text
            raise jwt.DecodeError("exp is not a number")
        return dict(claims)

    def jwks(self) -> dict[str, Any]:
        public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self._private.public_key()))
        return {"keys": [{**public, "kid": self._kid, "use": "sig", "alg": "RS256"}]}


def _new_pem() -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return pem.decode()
