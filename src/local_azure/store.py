"""All state as JSON documents in one SQLite file, beside a folder of uploaded bytes."""

import shutil
import sqlite3
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

Document = dict[str, Any]
Documents = list[Document]  # inside Store, `list` is the method
_Rows = list[tuple[Any, ...]]

# Raise it with every change of what the documents hold: there is no migration.
VERSION = 7
_FILE, _BLOBS = "state.sqlite", "blobs"
_PARTS = (_FILE, f"{_FILE}-wal", f"{_FILE}-shm", _BLOBS)
_SCHEMA = """
CREATE TABLE IF NOT EXISTS documents (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    scope TEXT NOT NULL,
    name TEXT NOT NULL,
    body TEXT NOT NULL,
    UNIQUE (kind, scope, name)
);
CREATE INDEX IF NOT EXISTS documents_in_scope ON documents (scope, kind, seq);
CREATE TABLE IF NOT EXISTS tags (
    kind TEXT NOT NULL,
    tag TEXT NOT NULL,
    value TEXT NOT NULL,
    scope TEXT NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (kind, tag, scope, name)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS tags_in_scope ON tags (scope, name, kind);
CREATE INDEX IF NOT EXISTS tags_by_value ON tags (kind, tag, value, scope, name);
"""
_TAGGED = ("group", "account", "project", "managed_identity", "kept_resource")
_UNTAG = "DELETE FROM tags WHERE kind = ? AND scope = ? AND name = ?"
_PUT = """
INSERT INTO documents (kind, scope, name, body) VALUES (?, ?, ?, ?)
ON CONFLICT (kind, scope, name) DO UPDATE SET body = excluded.body
"""
# A scope's descendants are the strings between "scope/" and "scope0": "0" follows "/" in ASCII.
_UNDER = "(scope = ? OR (scope >= ? AND scope < ?))"


class Store:
    """Documents by (kind, scope, name), listed in the order they were first put.

    Scopes and names compare without regard to case, as ARM does; the name to show lies in the
    body. What put() or a transaction() has returned from survives a kill of the process.
    """

    def __init__(self, directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self.blobs = directory / _BLOBS
        self.blobs.mkdir(exist_ok=True)
        self._lock = threading.RLock()
        self._depth = 0
        self._kept: dict[tuple[str, str], Documents] = {}
        self._connection = sqlite3.connect(
            directory / _FILE, isolation_level=None, check_same_thread=False
        )
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA synchronous=NORMAL")
        self._connection.executescript(_SCHEMA)
        self._connection.execute(f"PRAGMA user_version={VERSION}")

    def put(self, kind: str, scope: str, name: str, body: Document) -> None:
        row = (kind, scope.lower(), name.lower(), msgspec.json.encode(body).decode())
        with self.transaction():
            self._execute(_PUT, row)
            if kind in _TAGGED:
                self._tag(kind, scope.lower(), name.lower(), body.get("tags") or {})
        self._forget(kind)

    def _tag(self, kind: str, scope: str, name: str, tags: dict[str, str]) -> None:
        """What list_tagged() finds a document by."""
        self._execute(_UNTAG, (kind, scope, name))
        for tag, value in tags.items():
            self._execute(
                "INSERT OR REPLACE INTO tags VALUES (?, ?, ?, ?, ?)",
                (kind, tag.lower(), value, scope, name),
            )

    def get(self, kind: str, scope: str, name: str) -> Document | None:
        rows = self._execute(
            "SELECT body FROM documents WHERE kind = ? AND scope = ? AND name = ?",
            (kind, scope.lower(), name.lower()),
        )
        return msgspec.json.decode(rows[0][0]) if rows else None

    def list(
        self,
        kind: str,
        scope: str,
        *,
        after: str | None = None,
        limit: int | None = None,
        newest_first: bool = False,
    ) -> Documents:
        """One page, starting behind the document named `after`; an unknown cursor gives none."""
        sql = "SELECT body FROM documents WHERE scope = ? AND kind = ?"
        values: list[Any] = [scope.lower(), kind]
        if after is not None:
            cursor = "SELECT seq FROM documents WHERE kind = ? AND scope = ? AND name = ?"
            sql += f" AND seq {'<' if newest_first else '>'} ({cursor})"
            values += [kind, scope.lower(), after.lower()]
        sql += f" ORDER BY seq {'DESC' if newest_first else 'ASC'} LIMIT ?"
        rows = self._execute(sql, [*values, -1 if limit is None else limit])
        return [msgspec.json.decode(body) for (body,) in rows]

    def list_under(
        self,
        kind: str,
        scope: str,
        *,
        after: tuple[str, str] | None = None,
        limit: int | None = None,
    ) -> Documents:
        """The documents of a scope and of those below it, by scope and name.

        `after` is the scope and name of the last one seen, which need not exist any more.
        """
        rows = self._execute(
            f"SELECT body FROM documents WHERE kind = ? AND {_UNDER} "  # noqa: S608
            "AND (scope, name) > (?, ?) ORDER BY scope, name LIMIT ?",
            (
                kind,
                *_range(scope),
                *(part.lower() for part in after or ("", "")),
                -1 if limit is None else limit,
            ),
        )
        return [msgspec.json.decode(body) for (body,) in rows]

    def list_tagged(
        self,
        kind: str,
        scope: str,
        tag: tuple[str, str | None],
        *,
        after: tuple[str, str],
        limit: int,
    ) -> Documents:
        """As list_under, of those with a tag; its name has no case, its value may be any."""
        name, value = tag
        rows = self._execute(
            "SELECT body FROM tags JOIN documents USING (kind, scope, name) "  # noqa: S608
            f"WHERE kind = ? AND tag = ? {'' if value is None else 'AND value = ?'} AND {_UNDER} "
            "AND (scope, name) > (?, ?) ORDER BY scope, name LIMIT ?",
            (
                kind,
                name.lower(),
                *(() if value is None else (value,)),
                *_range(scope),
                *(part.lower() for part in after),
                limit,
            ),
        )
        return [msgspec.json.decode(body) for (body,) in rows]

    def watched(self, kind: str, scope: str) -> Documents:
        """list_under, kept until a document of the kind changes; not to be changed by callers."""
        key = (kind, scope.lower())
        found = self._kept.get(key)
        if found is None:
            found = self._kept[key] = self.list_under(kind, scope)
        return found

    def _forget(self, kind: str | None = None) -> None:
        for key in [key for key in self._kept if kind in (None, key[0])]:
            del self._kept[key]

    def count_under(self, kind: str, scope: str) -> int:
        sql = f"SELECT COUNT(*) FROM documents WHERE kind = ? AND {_UNDER}"  # noqa: S608
        return int(self._execute(sql, (kind, *_range(scope)))[0][0])

    def count(self, kind: str, scope: str) -> int:
        rows = self._execute(
            "SELECT COUNT(*) FROM documents WHERE scope = ? AND kind = ?", (scope.lower(), kind)
        )
        return int(rows[0][0])

    def delete(self, kind: str, scope: str, name: str) -> bool:
        rows = self._execute(
            "DELETE FROM documents WHERE kind = ? AND scope = ? AND name = ? RETURNING seq",
            (kind, scope.lower(), name.lower()),
        )
        if kind in _TAGGED:
            self._execute(_UNTAG, (kind, scope.lower(), name.lower()))
        self._forget(kind)
        return bool(rows)

    def delete_scope(self, scope: str) -> None:
        """Delete the documents of every kind in a scope and in the scopes below it."""
        for table in ("documents", "tags"):
            self._execute(f"DELETE FROM {table} WHERE {_UNDER}", _range(scope))  # noqa: S608
        self._forget()

    def clear(self, *, keep: Iterable[str]) -> None:
        """Delete every document but those of the kinds to keep, and all bytes."""
        kinds = tuple(keep)
        marks = ",".join("?" * len(kinds))
        self._execute(f"DELETE FROM documents WHERE kind NOT IN ({marks})", kinds)  # noqa: S608
        self._execute("DELETE FROM tags", ())
        self._forget()
        for path in self.blobs.iterdir():
            path.unlink(missing_ok=True)

    def blob(self, file_id: str) -> Path:
        """Where an uploaded file's bytes lie: write beside it, then os.replace()."""
        return self.blobs / file_id

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing; the outermost of nested transactions commits."""
        with self._lock:
            self._begin()
            try:
                yield
            except BaseException:
                self._end("ROLLBACK")
                self._forget()
                raise
            self._end("COMMIT")

    def close(self) -> None:
        self._connection.close()

    def _begin(self) -> None:
        if self._depth == 0:
            self._connection.execute("BEGIN IMMEDIATE")
        self._depth += 1

    def _end(self, statement: str) -> None:
        self._depth -= 1
        if self._depth == 0:
            self._connection.execute(statement)

    def _execute(self, sql: str, values: Iterable[Any]) -> _Rows:
        with self._lock:
            return self._connection.execute(sql, tuple(values)).fetchall()


def set_aside_if_foreign(directory: Path) -> Path | None:
    """Move away what another version has left; returns where it lies now."""
    file = directory / _FILE
    if not file.exists() or _version(file) == VERSION:
        return None
    number = 1 + sum(1 for _ in directory.glob("old-*"))
    aside = directory / f"old-{number}"
    aside.mkdir()
    for part in _PARTS:
        if (directory / part).exists():
            shutil.move(directory / part, aside / part)
    return aside


def _version(file: Path) -> int | None:
    """Of a file that is no database, None."""
    connection = sqlite3.connect(file)
    try:
        return int(connection.execute("PRAGMA user_version").fetchone()[0])
    except sqlite3.DatabaseError:
        return None
    finally:
        connection.close()


def _range(scope: str) -> tuple[str, str, str]:
    scope = scope.lower()
    return scope, f"{scope}/", f"{scope}0"
