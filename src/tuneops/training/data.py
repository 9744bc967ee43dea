"""The bytes that a job was trained on."""

import hashlib
from typing import TYPE_CHECKING

from tuneops.azure import files, jobs
from tuneops.errors import NotFoundError

if TYPE_CHECKING:
    from openai import OpenAI


def trained_digest(client: "OpenAI", job_id: str) -> str:
    """SHA-256 (64 hex digits) of the job's training file as Azure holds it; empty if it is gone."""
    try:
        return hashlib.sha256(
            files.content(client, jobs.get(client, job_id).training_file)
        ).hexdigest()
    except NotFoundError:
        return ""
