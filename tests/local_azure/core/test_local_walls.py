"""What a hostile client or another user of this machine gets out of the local Azure: nothing."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import time
from typing import TYPE_CHECKING

import jwt
import pytest
import uvicorn

from local_azure import server
from local_azure.store import Store
from local_azure.tokens import ENTRA, SigningKey

if TYPE_CHECKING:
    from pathlib import Path

    from tests.local_azure.conftest import LocalAzure, Start

GROUPS = "resourceGroups"
VERSION = "api-version=2025-04-01"
COGNITIVE = "https://cognitiveservices.azure.com"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such permissions")
def test_state_and_tokens_are_for_their_owner(start_local_azure: Start, tmp_path: Path) -> None:
    """Whatever the umask and an existing folder allow, nobody else reads a file of the state."""
    folder = tmp_path / "azure"
    folder.mkdir(mode=0o755)
    before = os.umask(0)
    try:
        azure = start_local_azure("--record", str(tmp_path / "record"))
    finally:
        os.umask(before)
    azure.token()
    assert folder.stat().st_mode & 0o777 == 0o700
    open_files = [
        path
        for root in (folder, tmp_path / "record")
        for path in [root, *root.rglob("*")]
        if path.stat().st_mode & 0o077
    ]
    assert open_files == []
    assert (folder / "federated-token.jwt").exists()


def forged(azure: LocalAzure, **changes: object) -> str:
    """A token with the true signature of the local Entra and other claims."""
    identity = azure.admin("GET", "health")["identity"]
    store = Store(azure.state)
    key = SigningKey(store, ENTRA)
    claims = {
        "aud": "https://management.azure.com",
        "oid": identity["object_id"],
        "appid": identity["client_id"],
        "exp": int(time.time()) + 3600,
    } | changes
    kept = {name: value for name, value in claims.items() if value is not None}
    token = jwt.encode(kept, key._private, algorithm="RS256")
    store.close()
    return token


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": ["https://management.azure.com"]},
        {"aud": None},
        {"aud": 7},
        {"oid": None},
        {"oid": ["x"]},
        {"appid": None},
        {"exp": "9999999999"},
        {"exp": 9999999999.5},
        {"exp": None},
    ],
)
def test_a_malformed_token_is_refused(local_azure: LocalAzure, changes: dict[str, object]) -> None:
    """401 for a token whose claims have another form than Entra gives them, never a fault."""
    path = f"/subscriptions/{local_azure.subscription}/{GROUPS}?{VERSION}"
    assert local_azure.request("GET", path, token=forged(local_azure)).status == 200
    answer = local_azure.request("GET", path, token=forged(local_azure, **changes))
    assert answer.status == 401, answer
    assert answer.body["error"]["code"].startswith("InvalidAuthenticationToken")


@pytest.mark.parametrize("changes", [{"aud": [COGNITIVE]}, {"oid": None}, {"exp": "9999999999"}])
def test_the_data_plane_refuses_it_too(
    local_azure: LocalAzure, account: str, changes: dict[str, object]
) -> None:
    """With the gateway's own 401."""
    path = f"/accounts/{account}/openai/v1/models"
    good = forged(local_azure, aud=COGNITIVE)
    assert local_azure.request("GET", path, token=good).status == 200
    bad = forged(local_azure, **{"aud": COGNITIVE, **changes})
    assert local_azure.request("GET", path, token=bad).body["statusCode"] == 401


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("rg-1_(a).b", 201),
        ("a" * 90, 201),
        ("año", 201),
        ("a" * 91, 400),
        ("rg.", 400),
        ("rg%20x", 400),
        ("rg;x", 400),
        ("%3Cb%3E", 400),
        ("rg%0Ax", 404),  # no path of ARM has a line break
        ("rg%27--", 400),
    ],
)
def test_names_of_groups(local_azure: LocalAzure, name: str, status: int) -> None:
    """1 to 90 letters, digits, - _ . ( ), and no period at the end."""
    path = f"/subscriptions/{local_azure.subscription}/{GROUPS}/{name.replace('ñ', '%C3%B1')}"
    body = {"location": "eastus2"}
    answer = local_azure.request("PUT", f"{path}?{VERSION}", body, token=local_azure.token())
    assert answer.status == status, answer


@pytest.mark.parametrize("name", ["a", "-project", "pro%20ject", "p" * 65])
def test_names_of_projects(local_azure: LocalAzure, account_path: str, name: str) -> None:
    """2 to 64 letters, digits, - _ . behind a letter or digit."""
    url = f"{account_path}/projects/{name}?api-version=2025-09-01"
    body = {"location": "swedencentral", "properties": {}}
    answer = local_azure.request("PUT", url, body, token=local_azure.token())
    assert (answer.status, answer.body["error"]["code"]) == (400, "InvalidResourceName")


def test_names_of_locks_and_tags(local_azure: LocalAzure, group: str) -> None:
    """A lock's name is like a group's; a tag's has none of the reserved characters or prefixes."""
    path = f"/subscriptions/{local_azure.subscription}/{GROUPS}/{group}"
    lock = f"{path}/providers/Microsoft.Authorization/locks/a%20b?api-version=2020-05-01"
    body = {"properties": {"level": "CanNotDelete"}}
    assert local_azure.request("PUT", lock, body, token=local_azure.token()).status == 400
    for name in ("a/b", "a<b", "a%b", "microsoft-x", "Azure-x", ""):
        tagged = {"location": "swedencentral", "tags": {name: "x"}}
        answer = local_azure.request("PUT", f"{path}?{VERSION}", tagged, token=local_azure.token())
        assert (answer.status, answer.body["error"]["code"]) == (400, "InvalidTagNameCharacters")


@pytest.mark.parametrize("sent", [b"", b"G", b"GET / HTTP/1.1\r\nHost: a\r\nX-Slow: "])
def test_headers_that_do_not_come(monkeypatch: pytest.MonkeyPatch, sent: bytes) -> None:
    """A connection that never finishes its headers is closed, at the first request and later."""
    monkeypatch.setattr(server, "HEADER_SECONDS", 0.2)
    asyncio.run(_slow_headers(sent))


async def _slow_headers(sent: bytes) -> None:
    """Raises TimeoutError where the server keeps the connection."""
    protocol = server.Connections().protocol()
    config = uvicorn.Config(_hello, http=protocol, port=0, lifespan="off", log_level="error")
    running = uvicorn.Server(config)
    serving = asyncio.create_task(running.serve())
    while not running.started:  # noqa: ASYNC110  uvicorn has no event for it
        await asyncio.sleep(0.01)
    port = running.servers[0].sockets[0].getsockname()[1]
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    whole = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
    if sent.startswith(b"GET"):
        writer.write(whole)
        assert b"hello" in await asyncio.wait_for(reader.readuntil(b"hello"), 5)
    writer.write(sent)
    assert await asyncio.wait_for(_end(reader), 4) == b""
    writer.close()
    with contextlib.suppress(ConnectionError):
        await writer.wait_closed()
    running.should_exit = True
    await serving


async def _end(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.read()
    except ConnectionResetError:
        return b""


async def _hello(scope: object, receive: object, send: object) -> None:
    del scope, receive
    start = {"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"5")]}
    await send(start)  # type: ignore[operator]
    await send({"type": "http.response.body", "body": b"hello"})  # type: ignore[operator]
