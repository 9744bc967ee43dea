"""Files and uploads, with the real SDK over TLS."""

from __future__ import annotations

import hashlib
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING, Any

import openai
import pytest

from tests.local_azure.data_plane.conftest import PROCESSED, jsonl, tienda

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.local_azure.data_plane.conftest import Service

DAY = 86400


def status(service: Service, file_id: str) -> str:
    return str(service.raw("GET", f"/v1/files/{file_id}").body["status"])


def test_a_file_comes_back_as_it_was_sent(service: Service) -> None:
    """What is uploaded can be listed, read and deleted, and then it is gone."""
    content = jsonl(tienda())
    file = service.v1.files.create(file=("viajes.jsonl", content), purpose="fine-tune")
    assert (file.filename, file.bytes, file.purpose) == ("viajes.jsonl", len(content), "fine-tune")
    assert [listed.id for listed in service.v1.files.list().data] == [file.id]
    assert service.v1.files.content(file.id).read() == content
    deleted = service.v1.files.delete(file.id)
    assert (deleted.id, deleted.deleted) == (file.id, True)
    with pytest.raises(openai.NotFoundError) as refusal:
        service.v1.files.retrieve(file.id)
    assert refusal.value.code == "notFound"


def test_status_goes_with_the_clock(service: Service) -> None:
    """Pending, running, processed, and nothing but the clock decides when."""
    file = service.dated.files.create(file=("a.jsonl", jsonl(tienda())), purpose="fine-tune")
    assert status(service, file.id) == "pending"
    service.step(10)
    assert status(service, file.id) == "running"
    service.step(PROCESSED)
    assert (
        service.dated.files.wait_for_processing(file.id, poll_interval=0.05).status == "processed"
    )


def test_the_two_surfaces_create_differently(service: Service) -> None:
    """201 with the new file's address on the dated one, 200 on v1."""
    dated = service.dated.files.with_raw_response.create(
        file=("a.jsonl", b"{}"), purpose="fine-tune"
    )
    assert dated.status_code == 201
    location = dated.headers["location"]
    assert location.startswith(service.azure.url)
    answer = service.azure.request("GET", location, headers={"api-key": str(service.v1.api_key)})
    assert answer.body["id"] == dated.parse().id
    v1 = service.v1.files.with_raw_response.create(file=("a.jsonl", b"{}"), purpose="fine-tune")
    assert (v1.status_code, v1.headers.get("location")) == (200, None)


def test_a_bad_file_ends_in_error(service: Service) -> None:
    """The SDK's wait returns normally; status and details say that the file is of no use."""
    bad = jsonl([*tienda(3), {"messages": []}])
    file = service.dated.files.create(file=("bad.jsonl", bad), purpose="fine-tune")
    service.step(PROCESSED)
    done = service.dated.files.wait_for_processing(file.id, poll_interval=0.05)
    assert done.status == "error"
    assert done.status_details == "Validation of jsonl file failed: Line 4 has no 'messages'."


def test_a_byte_order_mark_is_tolerated(service: Service) -> None:
    """The service's documents ask for one, and its own notebooks do without."""
    content = b"\xef\xbb\xbf" + jsonl(tienda())
    file = service.v1.files.create(file=("bom.jsonl", content), purpose="fine-tune")
    service.step(PROCESSED)
    assert service.v1.files.wait_for_processing(file.id, poll_interval=0.05).status == "processed"
    assert service.v1.files.content(file.id).read() == content


def test_listing_has_no_pages(service: Service) -> None:
    """No has_more, only the purpose chooses, and the newest comes first."""
    first = service.v1.files.create(file=("a.jsonl", b"{}"), purpose="fine-tune")
    other = service.v1.files.create(file=("b.jsonl", b"{}"), purpose="batch")
    body = service.raw("GET", "/v1/files").body
    assert set(body) == {"object", "data"}
    assert [file["id"] for file in body["data"]] == [other.id, first.id]
    chosen = service.dated.files.list(purpose="fine-tune").data
    assert [file.id for file in chosen] == [first.id]


def test_a_file_may_expire(service: Service) -> None:
    """`expires_after` sets when, within 14 to 30 days, and then the file is gone."""
    expiry: Any = {"anchor": "created_at", "seconds": 14 * DAY}
    file = service.v1.files.create(
        file=("a.jsonl", b"{}"), purpose="fine-tune", expires_after=expiry
    )
    assert file.expires_at == file.created_at + 14 * DAY
    service.step(14 * DAY)
    assert service.v1.files.list().data == []
    with pytest.raises(openai.NotFoundError):
        service.v1.files.content(file.id)
    with pytest.raises(openai.BadRequestError):
        service.v1.files.create(
            file=("a.jsonl", b"{}"), purpose="fine-tune", expires_after=expiry | {"seconds": DAY}
        )


@pytest.mark.parametrize("purpose", ["fine-tune-results", "vision", ""])
def test_unknown_purposes_are_refused(service: Service, purpose: Any) -> None:  # noqa: ANN401
    """Only what a user may upload is taken."""
    with pytest.raises(openai.BadRequestError) as refusal:
        service.v1.files.create(file=("a.jsonl", b"{}"), purpose=purpose)
    assert refusal.value.code == "invalidPayload"


def test_a_form_without_a_file_is_refused(service: Service) -> None:
    """A body that is no form at all, and one that lacks its file, are the caller's mistake."""
    assert service.raw("POST", "/v1/files", {"purpose": "fine-tune"}).status == 400
    for part in ("data", "purpose"):
        with pytest.raises(openai.BadRequestError) as refusal:
            service.v1.post(
                "/files",
                body={"purpose": "fine-tune"},
                files=[(part, b"{}")],
                options={"headers": {"Content-Type": "multipart/form-data"}},
                cast_to=object,
            )
        assert refusal.value.code == "invalidPayload"


def test_other_peoples_files_are_not_there(service: Service) -> None:
    """A wrong key is refused in the gateway's own form, which has no error object."""
    stranger = service.v1.with_options(api_key="0" * 32)
    with pytest.raises(openai.AuthenticationError) as refusal:
        stranger.files.list()
    assert refusal.value.status_code == 401
    assert "Access token is missing, invalid" in str(refusal.value)


def test_api_versions(service: Service) -> None:
    """Dated paths need one, v1 takes none but its own."""
    assert service.raw("GET", "/files").status == 400
    assert service.raw("GET", "/files?api-version=2025-04-01-preview").status == 200
    assert service.raw("GET", "/files?api-version=yesterday").status == 404
    assert service.raw("GET", "/v1/files?api-version=preview").status == 200
    assert service.raw("GET", "/v1/files?api-version=2024-10-21").status == 400


@pytest.fixture
def web() -> Iterator[str]:
    """The address of a web server that has a training file under every path but /missing."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            content = jsonl(tienda())
            stated = 512_000_001 if self.path == "/large" else len(content)
            self.send_response(404 if self.path == "/missing" else 200)
            self.send_header("Content-Length", str(stated))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def imported(service: Service, url: str) -> dict[str, Any]:
    body = {"purpose": "fine-tune", "filename": "a.jsonl", "content_url": url}
    answer: Any = service.dated.post("/files/import", body=body, cast_to=object)
    service.step(PROCESSED)
    while status(service, answer["id"]) == "running":
        pass
    found: dict[str, Any] = service.raw("GET", f"/v1/files/{answer['id']}").body
    return found


def test_a_file_may_be_imported(service: Service, web: str) -> None:
    """The service fetches it itself, and says so when it cannot."""
    file = imported(service, f"{web}/training")
    assert (file["status"], file["bytes"]) == ("processed", len(jsonl(tienda())))
    assert service.v1.files.content(file["id"]).read() == jsonl(tienda())
    missing = imported(service, f"{web}/missing")
    assert missing["status"] == "error"
    assert "404" in missing["status_details"]
    large = imported(service, f"{web}/large")
    assert large["status"] == "error"
    assert "more than 512000000 bytes" in large["status_details"]


@pytest.mark.parametrize("url", ["file:///etc/hostname", "ftp://127.0.0.1/a", "a.jsonl", 7])
def test_only_web_addresses_are_imported(service: Service, url: Any) -> None:  # noqa: ANN401
    """Nothing else is fetched, least of all a file of this machine."""
    with pytest.raises(openai.BadRequestError):
        imported(service, url)


def test_an_upload_in_parts(service: Service) -> None:
    """Parts become one file in the order that completion names."""
    content = jsonl(tienda())
    upload = service.dated.uploads.create(
        bytes=len(content), filename="a.jsonl", mime_type="application/jsonl", purpose="fine-tune"
    )
    assert (upload.status, upload.expires_at) == ("pending", upload.created_at + 7200)
    second = service.dated.uploads.parts.create(upload.id, data=content[1000:])
    first = service.dated.uploads.parts.create(upload.id, data=content[:1000])
    done = service.dated.uploads.complete(
        upload.id,
        part_ids=[first.id, second.id],
        md5=hashlib.md5(content).hexdigest(),  # noqa: S324
    )
    assert done.status == "completed"
    assert done.file is not None
    assert service.dated.files.content(done.file.id).read() == content


def test_the_sdk_uploads_a_large_file_by_itself(service: Service) -> None:
    """upload_file_chunked cuts, sends and completes."""
    content = jsonl(tienda(200))
    done = service.dated.uploads.upload_file_chunked(
        file=content,
        filename="a.jsonl",
        bytes=len(content),
        mime_type="application/jsonl",
        purpose="fine-tune",
        part_size=20_000,
    )
    assert done.file is not None
    assert done.file.bytes == len(content)


def test_uploads_that_cannot_be_completed(service: Service) -> None:
    """Not with parts missing, not after two hours, and not once cancelled."""
    create: Any = {"filename": "a.jsonl", "mime_type": "text/plain", "purpose": "fine-tune"}
    short = service.dated.uploads.create(bytes=10, **create)
    part = service.dated.uploads.parts.create(short.id, data=b"12345")
    with pytest.raises(openai.BadRequestError):
        service.dated.uploads.complete(short.id, part_ids=[part.id])
    with pytest.raises(openai.BadRequestError):
        service.dated.uploads.complete(short.id, part_ids=["part-0"])
    assert service.dated.uploads.cancel(short.id).status == "cancelled"
    late = service.dated.uploads.create(bytes=5, **create)
    service.step(7200)
    for upload in (short, late):
        with pytest.raises(openai.BadRequestError):
            service.dated.uploads.parts.create(upload.id, data=b"12345")


def test_uploads_are_not_on_v1(service: Service) -> None:
    """The v1 surface does not have them."""
    with pytest.raises(openai.NotFoundError):
        service.v1.uploads.create(
            bytes=1, filename="a.jsonl", mime_type="text/plain", purpose="fine-tune"
        )
