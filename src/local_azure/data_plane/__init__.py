"""The data plane of Azure OpenAI, below /accounts/{account}/openai."""

from starlette.routing import BaseRoute

from local_azure.data_plane import chat, files, job_operations, models, uploads
from local_azure.data_plane.wire import DataPlane, route


def routes(plane: DataPlane) -> list[BaseRoute]:
    """Every operation, on the dated surface and on /v1 where it exists there."""
    modules = (files, uploads, job_operations, models, chat)
    operations = [operation for module in modules for operation in module.OPERATIONS]
    return [
        *(route(plane, operation, v1=True) for operation in operations if operation.v1),
        *(route(plane, operation, v1=False) for operation in operations if operation.dated),
    ]
