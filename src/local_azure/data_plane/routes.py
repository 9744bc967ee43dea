"""The data plane of Azure OpenAI, below /accounts/NAME/openai, and of Foundry projects."""

import re

from starlette.routing import Mount

from local_azure.data_plane import (
    batches,
    chat,
    embeddings,
    evals,
    files,
    grading,
    job_operations,
    models,
    projects,
    responses,
    stored_completions,
    uploads,
)
from local_azure.data_plane.router import Router
from local_azure.data_plane.wire import DataPlane

_MODULES = (
    files,
    uploads,
    job_operations,
    models,
    chat,
    stored_completions,
    responses,
    embeddings,
    batches,
    grading,
    evals,
    projects,
)
OPERATIONS = [operation for module in _MODULES for operation in module.OPERATIONS]


def routes(plane: DataPlane) -> list[Mount]:
    """Every operation, on each surface that has it; an id may hold a line break."""
    mount = Mount("/accounts", Router(plane, OPERATIONS))
    mount.path_regex = re.compile(mount.path_regex.pattern, re.DOTALL)
    return [mount]
