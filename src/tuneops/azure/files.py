"""Uploaded files of one account."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tuneops.azure.failures import translated
from tuneops.errors import JobFailedError, StillRunningError
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


def list_all(client: "OpenAI") -> list[UploadedFile]:
    """All files of the account.

    Azure's answer has no paging; the SDK's own iteration would ask for ever, so one page is read.
    """
    with translated("listing files"):
        return [_file(file) for file in client.files.list().data]


def upload(client: "OpenAI", name: str, content: bytes) -> UploadedFile:
    with translated(f"uploading {name}"):
        return _file(
            client.with_options(max_retries=0).files.create(
                file=(name, content, "application/jsonl"), purpose="fine-tune"
            )
        )


def wait_until_processed(client: "OpenAI", file_id: str) -> UploadedFile:
    """Wait until the service has read the file.

    Raises:
        JobFailedError: The service refuses the file; its own words are in the message.
        StillRunningError: It takes longer than half an hour.
    """
    for _ in attempts(_PROCESSED_SECONDS):
        with translated(f"reading file {file_id}"):
            file = _file(client.files.retrieve(file_id))
        if file.status == "processed":
            return file
        if file.status in {"error", "deleted"}:
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
