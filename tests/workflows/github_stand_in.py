"""The few REST calls that the workflows make of GitHub, answered from memory."""

import io
import json
import re
import threading
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socketserver import TCPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

TOKEN = "stand-in-token"  # noqa: S105 - opens nothing
REPOSITORY = "acme/models"
Query = dict[str, list[str]]


@dataclass
class GitHub:
    """What exists on GitHub; tests fill it and look at it."""

    artifacts: Path
    environments: dict[str, Any] = field(default_factory=dict)
    approvals: list[Any] = field(default_factory=list)
    workflows: dict[str, Any] = field(default_factory=dict)
    runs: list[Any] = field(default_factory=list)
    pulls: list[Any] = field(default_factory=list)
    changed_files: list[Any] = field(default_factory=list)
    rules: list[Any] = field(default_factory=list)
    issues: list[Any] = field(default_factory=list)
    comments: dict[int, list[Any]] = field(default_factory=dict)
    dispatched: list[Any] = field(default_factory=list)
    analyses: list[Any] = field(default_factory=list)  # of code scanning
    members: dict[str, list[str]] = field(default_factory=dict)  # of teams
    started_by: str = "ana"
    attempt: int = 1
    url: str = ""
    when_approved: Callable[[], object] = lambda: None

    def protect(self, environment: str, *reviewers: str) -> None:
        """Have an environment wait for reviewers, all of whom then approve."""
        named = [{"type": "User", "reviewer": {"login": login}} for login in reviewers]
        rule = {"type": "required_reviewers", "reviewers": named, "prevent_self_review": True}
        self.environments[environment] = {
            "can_admins_bypass": True,
            "protection_rules": [rule] if reviewers else [],
        }
        self.approvals = [review(login, environment) for login in reviewers]

    def approved(self) -> list[Any]:
        """What a run learns once somebody approved it; nothing of it is in production yet."""
        self.when_approved()
        return self.approvals

    def answer(self, method: str, path: str, query: Query, body: Any) -> Any:  # noqa: ANN401
        """The JSON (or bytes) of a route; KeyError where it has none."""
        for verb, pattern, respond in _ROUTES:
            match = re.fullmatch(pattern, path)
            if verb == method and match:
                return respond(self, match, query, body)
        raise KeyError(path)

    def run(self) -> Any:  # noqa: ANN401
        """The run that asks, of a pull request where there is one."""
        actor = {"login": self.started_by}
        run = {"run_attempt": self.attempt, "actor": actor, "triggering_actor": actor}
        for pull in self.pulls[:1]:
            head = pull["head"]
            owner = {"owner": {"login": head["owner"]}}
            run |= {"head_sha": head["sha"], "head_branch": head["ref"], "head_repository": owner}
        return run

    def membership(self, team: str, login: str) -> Any:  # noqa: ANN401
        """As GitHub tells it to a token that may read the organisation; else it is a 404."""
        return {"state": "active"} if login in self.members[team] else {"state": "pending"}

    def artifact_names(self, run: str) -> list[str]:
        folder = self.artifacts / run
        return sorted(path.name for path in folder.iterdir()) if folder.exists() else []

    def zipped(self, identity: int) -> bytes:
        run, name = divmod(identity, 100)
        folder = self.artifacts / str(run) / self.artifact_names(str(run))[name]
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            for file in folder.rglob("*"):
                archive.write(file, file.relative_to(folder))
        return packed.getvalue()

    def add_issue(self, body: Any) -> Any:  # noqa: ANN401
        issue = {"number": len(self.issues) + 1, "state": "open", **body}
        self.issues.append(issue)
        return issue

    def add_comment(self, number: int, body: Any) -> Any:  # noqa: ANN401
        comments = self.comments.setdefault(number, [])
        comment = {"id": number * 1000 + len(comments), "user": {"type": "Bot"}, **body}
        comments.append(comment)
        return comment

    def change_comment(self, identity: int, body: Any) -> Any:  # noqa: ANN401
        comment = self.comments[identity // 1000][identity % 1000]
        comment.update(body)
        return comment

    def change_issue(self, number: int, body: Any) -> Any:  # noqa: ANN401
        self.issues[number - 1].update(body)
        return self.issues[number - 1]

    def switch(self, workflow: str, state: str) -> None:
        self.workflows[workflow] = {"state": state}

    def start(self, workflow: str, body: Any) -> None:  # noqa: ANN401
        """Remember the dispatch, and show the run that it makes."""
        self.dispatched.append({"workflow": workflow, **body})
        title = f"Release {body['inputs'].get('product')} {body['inputs'].get('job')}"
        self.runs.append({"display_title": title, "status": "queued"})


def review(login: str, environment: str, state: str = "approved") -> dict[str, Any]:
    """What one person said of the jobs that waited in an environment."""
    return {"state": state, "user": {"login": login}, "environments": [{"name": environment}]}


Respond = Callable[[GitHub, "re.Match[str]", Query, Any], Any]
_ROUTES: list[tuple[str, str, Respond]] = [
    ("GET", "", lambda *_: {"default_branch": "main"}),
    ("GET", "/environments/(.+)", lambda hub, m, *_: hub.environments[m[1]]),
    ("GET", "/rules/branches/main", lambda hub, *_: hub.rules),
    ("GET", r"/actions/runs/\d+/approvals", lambda hub, *_: hub.approved()),
    (
        "GET",
        r"/actions/runs/(\d+)/artifacts",
        lambda hub, m, *_: {
            "artifacts": [
                {"id": int(m[1]) * 100 + index, "name": name, "expired": False}
                for index, name in enumerate(hub.artifact_names(m[1]))
            ]
        },
    ),
    ("GET", r"/actions/artifacts/(\d+)/zip", lambda hub, m, *_: hub.zipped(int(m[1]))),
    ("GET", r"/actions/runs/\d+", lambda hub, *_: hub.run()),
    ("POST", "/code-scanning/sarifs", lambda hub, _match, _query, body: hub.analyses.append(body)),
    (
        "GET",
        "/orgs/acme/teams/([^/]+)/memberships/([^/]+)",
        lambda hub, m, *_: hub.membership(m[1], m[2]),
    ),
    ("GET", "/actions/workflows/([^/]+)", lambda hub, m, *_: hub.workflows[m[1]]),
    ("GET", "/actions/workflows/[^/]+/runs", lambda hub, *_: {"workflow_runs": hub.runs}),
    ("POST", "/actions/workflows/([^/]+)/dispatches", lambda hub, m, _, b: hub.start(m[1], b)),
    (
        "PUT",
        "/actions/workflows/([^/]+)/enable",
        lambda hub, m, *_: hub.switch(m[1], "active"),
    ),
    (
        "PUT",
        "/actions/workflows/([^/]+)/disable",
        lambda hub, m, *_: hub.switch(m[1], "disabled_manually"),
    ),
    ("GET", "/pulls", lambda hub, *_: hub.pulls),
    ("GET", r"/pulls/\d+/files", lambda hub, *_: hub.changed_files),
    ("GET", "/issues", lambda hub, *_: hub.issues),
    ("POST", "/issues", lambda hub, _, __, body: hub.add_issue(body)),
    ("PATCH", r"/issues/(\d+)", lambda hub, m, _, body: hub.change_issue(int(m[1]), body)),
    ("GET", r"/issues/(\d+)/comments", lambda hub, m, *_: hub.comments.get(int(m[1]), [])),
    ("POST", r"/issues/(\d+)/comments", lambda hub, m, _, b: hub.add_comment(int(m[1]), b)),
    (
        "PATCH",
        r"/issues/comments/(\d+)",
        lambda hub, m, _, body: hub.change_comment(int(m[1]), body),
    ),
]


class _Server(ThreadingHTTPServer):
    def server_bind(self) -> None:
        """Without asking for the machine's name: that takes seconds where no DNS answers."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = "127.0.0.1", self.server_address[1]


def serve(hub: GitHub) -> ThreadingHTTPServer:
    """Answer on a free port of this machine until shut down."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._respond()

        do_POST = do_PATCH = do_PUT = do_GET  # noqa: N815 - the base class's names

        def _respond(self) -> None:
            parts = urlsplit(self.path)
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length)) if length else None
            path = parts.path.removeprefix(f"/repos/{REPOSITORY}")
            if self.headers["Authorization"] != f"Bearer {TOKEN}":
                self._send(401, {"message": "Bad credentials"})
                return
            try:
                answer = hub.answer(self.command, path, parse_qs(parts.query), body)
            except (KeyError, IndexError):
                self._send(404, {"message": "Not Found"})
            else:
                self._send(200, answer)

        def _send(self, status: int, answer: object) -> None:
            content = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = _Server(("127.0.0.1", 0), Handler)
    hub.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server
