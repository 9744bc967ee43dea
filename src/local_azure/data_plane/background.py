"""Slow work, done once in a thread and kept in the store.

Whoever reads a result that is not there yet starts the work again, so a killed server loses
nothing but time.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from local_azure.store import Document, Store

Work = Callable[[], Document]


class Computations:
    def __init__(self, store: Store) -> None:
        self._store = store
        self._threads = ThreadPoolExecutor(2, "local-azure")
        self._tasks: dict[tuple[str, str], asyncio.Task[Document]] = {}

    def peek(self, kind: str, scope: str, name: str, work: Work) -> Document | None:
        """The result if it is there; otherwise the work is under way after this call."""
        found = self._store.get(kind, scope, name)
        if found is None:
            self._task(kind, scope, name, work)
        return found

    async def result(self, kind: str, scope: str, name: str, work: Work) -> Document:
        found = self._store.get(kind, scope, name)
        if found is not None:
            return found
        return await asyncio.shield(self._task(kind, scope, name, work))

    def _task(self, kind: str, scope: str, name: str, work: Work) -> asyncio.Task[Document]:
        key = (kind, name)
        if key not in self._tasks:
            task = asyncio.create_task(self._run(kind, scope, name, work))
            self._tasks[key] = task
            task.add_done_callback(lambda _: self._tasks.pop(key))
        return self._tasks[key]

    async def _run(self, kind: str, scope: str, name: str, work: Work) -> Document:
        result = await asyncio.get_running_loop().run_in_executor(self._threads, work)
        self._store.put(kind, scope, name, result)
        return result
