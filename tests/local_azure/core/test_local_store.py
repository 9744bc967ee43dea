"""The store and the clock, without a server."""

import time
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local_azure.clock import Clock
from local_azure.store import Store

NAMES = st.lists(st.text("abAB/0-", min_size=1, max_size=4), max_size=20)


def walk(store: Store, size: int, *, newest_first: bool) -> list[str]:
    seen: list[str] = []
    while page := store.list(
        "k", "s", after=seen[-1] if seen else None, limit=size, newest_first=newest_first
    ):
        seen += [body["name"] for body in page]
    return seen


@given(names=NAMES, size=st.integers(1, 5), newest_first=st.booleans())
def test_pages_are_the_whole_list(names: list[str], size: int, newest_first: bool) -> None:
    """Walking by pages sees each document once, in the order of first writing, or the reverse."""
    with TemporaryDirectory() as directory:
        store = Store(Path(directory))
        for name in names:
            store.put("k", "s", name, {"name": name})
        order = {name.lower(): name for name in names}
        expected = [order[key] for key in dict.fromkeys(name.lower() for name in names)]
        if newest_first:
            expected.reverse()
        assert walk(store, size, newest_first=newest_first) == expected
        store.close()


@given(scopes=NAMES, doomed=st.text("abAB/0-", min_size=1, max_size=3))
def test_a_scope_goes_with_all_below_it(scopes: list[str], doomed: str) -> None:
    """delete_scope takes a path and its descendants, and nothing that only begins like it."""
    with TemporaryDirectory() as directory:
        store = Store(Path(directory))
        for scope in scopes:
            store.put("k", scope, "n", {"scope": scope.lower()})
        below = f"{doomed}/".lower()
        left = {s.lower() for s in scopes if not f"{s.lower()}/".startswith(below)}
        gone = {s.lower() for s in scopes} - left
        assert {body["scope"] for body in store.list_under("k", doomed)} == gone
        store.delete_scope(doomed)
        assert all(store.get("k", scope, "n") is None for scope in gone)
        assert all(store.get("k", scope, "n") is not None for scope in left)
        store.close()


def test_names_have_no_case(tmp_path: Path) -> None:
    """The same name in another case is the same document."""
    store = Store(tmp_path)
    store.put("k", "/Groups/A", "Name", {"v": 1})
    store.put("k", "/groups/a", "NAME", {"v": 2})
    assert store.count("k", "/GROUPS/A") == 1
    assert store.get("k", "/groups/A", "name") == {"v": 2}
    assert store.delete("k", "/groups/a", "nAmE")
    assert not store.delete("k", "/groups/a", "name")


def test_a_failed_transaction_leaves_nothing(tmp_path: Path) -> None:
    """An error undoes the outermost transaction, inner ones included."""
    store = Store(tmp_path)

    def fail() -> None:
        with store.transaction():
            store.put("k", "s", "outer", {})
            with store.transaction():
                store.put("k", "s", "inner", {})
            raise ValueError("stop")

    with pytest.raises(ValueError, match="stop"):
        fail()
    assert store.count("k", "s") == 0
    store.put("k", "s", "later", {})
    assert store.count("k", "s") == 1


@given(steps=st.lists(st.one_of(st.floats(0, 1e7), st.just("freeze"), st.just("thaw")), max_size=8))
def test_the_clock_remembers(steps: list[float | str]) -> None:
    """After any steps, freezes and thaws, a clock made anew shows the same calendar."""
    with TemporaryDirectory() as directory:
        store = Store(Path(directory))
        clock = Clock(store)
        stepped = 0.0
        for step in steps:
            if isinstance(step, float):
                clock.step(step)
                stepped += step
            else:
                getattr(clock, step)()
        again = Clock(store)
        assert again.frozen == clock.frozen
        assert again.now() == pytest.approx(clock.now(), abs=5)
        assert clock.now() == pytest.approx(time.time() + stepped, abs=5)
        store.close()


def test_speed_hastens_work_and_not_the_calendar(tmp_path: Path) -> None:
    """At speed 100 a second holds a hundred seconds of work, and one of the calendar."""
    clock = Clock(Store(tmp_path), speed=100)
    clock.freeze()
    began = clock.now()
    clock.step(1)
    assert clock.now() == began + 1
    assert clock.work_elapsed(began) == 100
