"""The index of tags, without a server."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import pytest

from local_azure.store import Store

if TYPE_CHECKING:
    from pathlib import Path


def names(store: Store, tag: str, value: str | None = None, after: str = "") -> list[str]:
    found = store.list_tagged("group", "s", (tag, value), after=("s", after), limit=10)
    return [body["name"] for body in found]


def test_tags_follow_their_documents(tmp_path: Path) -> None:
    """By name in any case and by value; changed, deleted and rolled back with the document."""
    store = Store(tmp_path)
    for name, tags in (("a", {"Owner": "x"}), ("b", {"owner": "y"}), ("c", {})):
        store.put("group", "s", name, {"name": name, "tags": tags})
    assert names(store, "OWNER") == ["a", "b"]
    assert names(store, "owner", "y") == ["b"]
    assert names(store, "owner", after="a") == ["b"]
    store.put("group", "s", "a", {"name": "a", "tags": {"other": "x"}})
    assert names(store, "owner") == ["b"]
    store.delete("group", "s", "b")
    assert names(store, "owner") == []
    store.delete_scope("s")
    assert names(store, "other") == []
    store.close()


def test_what_is_watched_is_new_after_each_change(tmp_path: Path) -> None:
    """Kept until a document of its kind changes, also by a rollback or by a whole scope's end."""
    store = Store(tmp_path)
    assert store.watched("k", "s") == []
    store.put("k", "s", "a", {"name": "a"})
    first = store.watched("k", "s")
    assert first == [{"name": "a"}]
    assert store.watched("k", "s") is first
    store.put("other", "s", "a", {"name": "a"})
    assert store.watched("k", "s") is first
    with pytest.raises(sqlite3.Error), store.transaction():  # noqa: PT012  the block rolls back
        store.put("k", "s", "b", {"name": "b"})
        assert len(store.watched("k", "s")) == 2
        store._execute("no SQL", ())
    assert store.watched("k", "s") == [{"name": "a"}]
    store.delete_scope("s")
    assert store.watched("k", "s") == []
    store.close()
