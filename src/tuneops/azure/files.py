"""Uploaded files of one account."""

import time
from contextlib import suppress
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from tuneops.azure.failures import translated
from tuneops.errors import JobFailedError, NotFoundError, StillRunningError
from tuneops.waiting import attempts

if TYPE_CHECKING:
    from openai import OpenAI

_PROCESSED_SECONDS = 1800.0


@dataclass(frozen=True)
class UploadedFile:
    """``created`` is in seconds since 1970; ``details`` are the service's words on an error."""

    id: str
    name: str
    purpose: str
    status: str
    size: int
    created: int
    details: str


@dataclass(frozen=True)
class Listing:
    """All files of an account; ``now`` is Azure's clock, in seconds since 1970."""

    files: list[UploadedFile]
    now: float


def list_all(client: "OpenAI") -> list[UploadedFile]:
    return read(client).files


def read(client: "OpenAI") -> Listing:
    """All files of the account.

    Azure's answer has no paging; the SDK's own iteration would ask for ever, so one page is read.
    """
    with translated("listing files"):
        response = client.files.with_raw_response.list()
        page = response.parse()
    return Listing([_file(file) for file in page.data], _clock(response.headers.get("date")))


def upload(client: "OpenAI", name: str, content: bytes) -> UploadedFile:
    with translated(f"uploading {name}"):
        return _file(
            client.files.create(file=(name, content, "application/jsonl"), purpose="fine-tune")
        )


def wait_until_processed(client: "OpenAI", file_id: str) -> UploadedFile:
    """Wait until the service has read the file.

    Raises:
        JobFailedError: The service refuses the file; its own words are in the message.
        NotFoundError: Somebody deleted it.
        StillRunningError: It takes longer than half an hour.
    """
    for _ in attempts(_PROCESSED_SECONDS):
        with translated(f"reading file {file_id}"):
            file = _file(client.files.retrieve(file_id))
        if file.status == "processed":
            return file
        if file.status == "deleted":
            raise NotFoundError(f"{file.name} was deleted.", remedy="Run the same command again.")
        if file.status == "error":
            raise JobFailedError(
                f"Azure refuses {file.name}: {file.details or 'no reason given'}",
                remedy="Run 'validate_data.py check', mend the file, and submit again.",
            )
    raise StillRunningError(f"Azure still reads {file.name}.", remedy="Run the same command again.")


def content(client: "OpenAI", file_id: str) -> bytes:
    with translated(f"downloading file {file_id}"):
        return client.files.content(file_id).content


def delete(client: "OpenAI", file_id: str) -> None:
    with translated(f"deleting file {file_id}"):
        client.files.delete(file_id)


def delete_if_there(client: "OpenAI", file_id: str) -> None:
    with suppress(NotFoundError):
        delete(client, file_id)


def _clock(date: str | None) -> float:
    """The time of an answer; our own clock where it does not say."""
    return parsedate_to_datetime(date).timestamp() if date else time.time()


def _file(file: Any) -> UploadedFile:  # noqa: ANN401 - the SDK's FileObject
    return UploadedFile(
        id=file.id,
        name=file.filename,
        purpose=file.purpose,
        status=file.status or "",
        size=file.bytes or 0,
        created=file.created_at,
        details=file.status_details or "",
    )
