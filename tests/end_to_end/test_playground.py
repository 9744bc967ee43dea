"""The playground: real deployments behind a real page in a real browser."""

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

if sys.platform == "win32":
    pytest.skip("Windows cannot fork", allow_module_level=True)

from tests.conftest import SCRIPTS
from tests.end_to_end.desk import Desk
from tests.local_azure.conftest import LocalAzure
from tests.smoke.report.browser import Browser
from tests.smoke.report.conftest import HOSTILE
from tests.smoke.report.test_html import chromium

WRONG = "guessed"
ADDRESS = re.compile(r"Open (http://127\.0\.0\.1:(\d+)/\?token=(\S+))")


@dataclass
class Page:
    """The playground that `chat.py serve` answers as."""

    address: str
    port: str
    token: str
    rows: Path

    def ask(
        self, path: str, body: object = None, *, token: str | None = None, host: str = ""
    ) -> tuple[int, str]:
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}")
        if body is not None:
            request.data = json.dumps(body).encode()
        request.add_header("X-Token", self.token if token is None else token)
        if host:
            request.add_header("Host", host)
        try:
            with urllib.request.urlopen(request, timeout=60) as response:  # noqa: S310
                return response.status, response.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()


@pytest.fixture
def page(quick_azure: LocalAzure, folder: Path, patch: pytest.MonkeyPatch) -> Iterator[Page]:
    patch.setenv("AZURE_RESOURCE_GROUP", "rg-playground")
    Desk(quick_azure, folder).done("provision", "create")
    rows = folder / "kept.jsonl"
    rows.unlink(missing_ok=True)
    command = ("chat.py", "serve", "--only", "base", "--rows", str(rows))
    serving = subprocess.Popen(
        [sys.executable, str(SCRIPTS / command[0]), *command[1:]],
        stderr=subprocess.PIPE,
        text=True,
        env=dict(os.environ),
    )
    assert serving.stderr is not None
    try:
        found = ADDRESS.search(serving.stderr.readline())
        assert found, serving.stderr.read()
        yield Page(found[1], found[2], found[3], rows)
    finally:
        serving.send_signal(signal.SIGINT)
        _, ended = serving.communicate(timeout=30)
        assert serving.returncode == 0, ended


def test_it_answers_its_own_page_alone(page: Page) -> None:
    """Without the token, or under another host's name, nothing is told and nothing is asked."""
    assert page.ask("/facts", token="")[0] == 403
    assert page.ask("/facts", token=WRONG)[0] == 403
    assert page.ask("/facts", host=f"evil.example:{page.port}")[0] == 403
    asked = {"deployment": "gpt-4o", "messages": [{"role": "user", "content": "¿Hola?"}]}
    assert page.ask("/ask", asked, token=WRONG)[0] == 403
    assert page.ask("/nothing")[0] == 404
    status, said = page.ask("/ask", asked | {"deployment": "other"})
    assert (status, said) == (400, "There is no such deployment here.")
    broken: object
    for broken in ([], {"deployment": "gpt-4o"}, {"deployment": "gpt-4o", "messages": 7}):
        assert page.ask("/ask", broken)[0] in (400, 502)
    status, said = page.ask("/ask", asked)
    assert status == 200
    assert said


def test_a_conversation_becomes_a_row_unless_the_check_refuses_it(page: Page) -> None:
    good = [
        {"role": "user", "content": "¿Cuánto tarda un envío a Lugo?"},
        {"role": "assistant", "content": "Un envío a Lugo tarda dos días laborables. ¿Te va bien?"},
    ]
    assert page.ask("/row", {"messages": good})[0] == 200
    assert [json.loads(line)["messages"] for line in page.rows.read_text("utf-8").splitlines()] == [
        good
    ]
    for wrong in (None, [], good[:1], [{"role": "bot", "content": "x"}, good[1]]):
        status, said = page.ask("/row", {"messages": wrong})
        assert (status, said.partition(":")[0]) == (400, "Not kept")
    assert len(page.rows.read_text("utf-8").splitlines()) == 1


def test_the_page_works_with_the_keyboard_and_interprets_nothing(
    page: Page, quick_azure: LocalAzure, tmp_path: Path
) -> None:
    """A hostile answer of a model is shown as text; Enter asks, and each answer has its checks."""
    quick_azure.admin("PUT", "answers", [{"text": HOSTILE}])
    with Browser(chromium(), tmp_path / "profile") as browser:
        browser.call("Page.enable")
        browser.call("Page.navigate", url=page.address)
        until(browser, "document.querySelectorAll('#questions button').length", 5)
        browser.type("Hello there")
        enter = {"key": "Enter", "windowsVirtualKeyCode": 13, "text": "\r"}
        browser.call("Input.dispatchKeyEvent", type="keyDown", **enter)
        until(browser, "document.querySelectorAll('.turn button').length", 1)
        assert browser.value("document.querySelector('.question').textContent") == "Hello there"
        shown = browser.value("document.querySelector('.answer').textContent")
        assert "<script>" in shown
        assert browser.value("document.querySelectorAll('.turn img, .turn script').length") == 0
        assert browser.value("document.title") == "Playground"
        assert browser.value("document.querySelectorAll('.checks li').length") >= 2
        browser.value("document.querySelector('#questions button').click()")
        until(browser, "document.querySelectorAll('.turn').length", 2)
        wide = "document.documentElement.scrollWidth <= window.innerWidth"
        browser.call(
            "Emulation.setDeviceMetricsOverride",
            width=360,
            height=740,
            deviceScaleFactor=2,
            mobile=True,
        )
        assert browser.value(wide)
    quick_azure.admin("PUT", "answers", [])


def until(browser: Browser, expression: str, wanted: Any) -> None:  # noqa: ANN401 - JSON
    deadline = time.monotonic() + 60
    while (found := browser.value(expression)) != wanted:
        assert time.monotonic() < deadline, found
        time.sleep(0.1)
