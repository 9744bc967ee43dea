"""The one module that knows GitHub: workflow commands, outputs, summaries, escaping, REST."""

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from tunelint.workflow_commands import escape_message
from tuneops.errors import NotFoundError, PreconditionError, TuneopsError
from tuneops.escaping import visible

if TYPE_CHECKING:
    from urllib.error import HTTPError

ISSUE_LABEL = "tuneops"
MAX_BODY_CHARACTERS = 65_536  # of a comment or an issue (GitHub, 2026-08)
_MAX_ANSWER_BYTES = 64 * 10**6
_MAX_MEMBER_BYTES = 4 * 10**6
_MAX_PAGES = 10
_MOST_LISTED = 100 * _MAX_PAGES
_TIMEOUT_SECONDS = 30


def in_actions() -> bool:
    return os.environ.get("GITHUB_ACTIONS") == "true"


def group_start(title: str) -> str:
    return f"::group::{escape_message(title)}"


def group_end() -> str:
    return "::endgroup::"


def mask(secret: str) -> str:
    return f"::add-mask::{escape_message(secret)}"


def set_outputs(**outputs: str) -> None:
    """Hand values to later steps; does nothing outside GitHub Actions."""
    target = os.environ.get("GITHUB_OUTPUT")
    if not target:
        return
    import secrets

    with Path(target).open("a", encoding="utf-8") as file:
        for name, value in outputs.items():
            fence = f"end-{secrets.token_hex(8)}"
            file.write(f"{name}<<{fence}\n{value}\n{fence}\n")


def add_summary(markdown: str) -> None:
    """Add to the job's summary page; does nothing outside GitHub Actions."""
    target = os.environ.get("GITHUB_STEP_SUMMARY")
    if not target:
        return
    with Path(target).open("a", encoding="utf-8") as file:
        file.write(markdown.rstrip("\n") + "\n\n")


class Repository:
    """GitHub's REST API, as far as one repository needs it (api version 2022-11-28)."""

    def __init__(self, name: str, token: str, api: str) -> None:
        self.name = name
        self._token = token
        self._api = api
        self._base = f"{api}/repos/{name}"

    def environment(self, name: str) -> Any:  # noqa: ANN401 - JSON
        """The environment with its protection rules; None where it does not exist."""
        return self._read_or_none(f"/environments/{quote(name, safe='')}")

    def branch_rules(self, branch: str) -> Any:  # noqa: ANN401 - JSON
        """The rules that hold for the branch, from rulesets."""
        return self._send("GET", f"/rules/branches/{quote(branch, safe='')}")

    def run(self, run: str) -> Any:  # noqa: ANN401 - JSON
        """A run of a workflow: its attempt, and who started it."""
        return self._send("GET", f"/actions/runs/{int(run)}")

    def reviews(self, run: str) -> Any:  # noqa: ANN401 - JSON
        """What people said of the run's jobs that waited in an environment, oldest first."""
        return self._send("GET", f"/actions/runs/{int(run)}/approvals")

    def is_member(self, team: str, login: str) -> bool:
        """Whether a team of the repository's owner has the member; False where it is not told."""
        owner = self.name.partition("/")[0]
        path = f"/orgs/{owner}/teams/{quote(team, safe='')}/memberships/{quote(login, safe='')}"
        try:
            answer = json.loads(self._request("GET", path, root=self._api))
        except PreconditionError:
            return False
        return bool(answer["state"] == "active")

    def workflow(self, file: str) -> Any:  # noqa: ANN401 - JSON
        """A workflow of the repository; None where GitHub does not know the file."""
        return self._read_or_none(f"/actions/workflows/{quote(file)}")

    def runs(self, file: str, **query: str) -> list[Any]:
        """The latest hundred runs of a workflow, newest first."""
        asked = urlencode({"per_page": "100", **query})
        found = self._send("GET", f"/actions/workflows/{quote(file)}/runs?{asked}")
        return list(found["workflow_runs"])

    def run_commit(self, run: str) -> str:
        """The commit that a run was started for."""
        return str(self._send("GET", f"/actions/runs/{int(run)}")["head_sha"])

    def dispatch(self, file: str, inputs: Mapping[str, str]) -> None:
        """Start a workflow of the default branch."""
        branch = self._send("GET", "")["default_branch"]
        path = f"/actions/workflows/{quote(file)}/dispatches"
        self._send("POST", path, {"ref": branch, "inputs": dict(inputs)})

    def switch(self, file: str, *, on: bool) -> None:
        """Have a workflow's events start it, its clock too, or not any more."""
        verb = "enable" if on else "disable"
        self._send("PUT", f"/actions/workflows/{quote(file)}/{verb}")

    def artifacts(self, run: str) -> dict[str, int]:
        """The ids of a run's artifacts by name, those of the newest attempt."""
        listed = self._all(f"/actions/runs/{int(run)}/artifacts", "artifacts")
        found = sorted((int(one["id"]), str(one["name"])) for one in listed if not one["expired"])
        return {name: artifact for artifact, name in found}

    def artifact_files(self, artifact: int, files: Sequence[str]) -> dict[str, bytes]:
        """Some files of an artifact, which may have been written by a stranger's code.

        What is broken, too large or gone is left out.
        """
        try:
            archive = self._request("GET", f"/actions/artifacts/{artifact}/zip")
        except NotFoundError:
            return {}
        found = {file: _member(archive, file) for file in files}
        return {file: content for file, content in found.items() if content is not None}

    def changes_workflows(self, number: int) -> bool:
        """Whether a pull request changes what its own runs are made of; true where it is not known.

        GitHub lists no more than 3,000 files of a pull request.
        """
        names = [str(one["filename"]) for one in self._all(f"/pulls/{number}/files")]
        return len(names) >= _MOST_LISTED or any(name.startswith(".github/") for name in names)

    def pull_request(self, commit: str) -> int | None:
        """The open pull request whose latest commit this is, also that of a fork that is gone."""
        newest = urlencode({"state": "open", "sort": "updated", "direction": "desc"})
        found = self._all(f"/pulls?{newest}")
        return next((int(p["number"]) for p in found if p["head"]["sha"] == commit), None)

    def keep_comment(self, number: int, name: str, body: str, *, begin: bool = True) -> None:
        """Write the comment of this name, or bring it up to date; only a bot's own is touched.

        With ``begin`` false there is none to write where none is there yet.
        """
        text = _marked(name, body)
        comments = self._all(f"/issues/{number}/comments")
        known = next((c for c in comments if _is(c, name) and c["user"]["type"] == "Bot"), None)
        if known is None:
            if begin:
                self._send("POST", f"/issues/{number}/comments", {"body": text})
        elif known["body"] != text:
            self._send("PATCH", f"/issues/comments/{known['id']}", {"body": text})

    def upload_sarif(self, number: int, commit: str, sarif: Mapping[str, Any]) -> None:
        """Show findings on the lines of a pull request, where the repository has code scanning."""
        import base64
        import gzip

        packed = base64.b64encode(gzip.compress(json.dumps(sarif).encode())).decode()
        content = {"commit_sha": commit, "ref": f"refs/pull/{number}/head", "sarif": packed}
        self._send("POST", "/code-scanning/sarifs", content)

    def issue(self, name: str) -> Any:  # noqa: ANN401 - JSON
        """The open issue of this name; None where there is none."""
        issues = self._all(f"/issues?{urlencode({'state': 'open', 'labels': ISSUE_LABEL})}")
        return next((issue for issue in issues if _is(issue, name)), None)

    def keep_issue(self, name: str, title: str, body: str) -> None:
        """Open the issue of this name, or bring it up to date."""
        content = {"title": title, "body": _marked(name, body), "labels": [ISSUE_LABEL]}
        known = self.issue(name)
        if known is None:
            self._send("POST", "/issues", content)
        else:
            self._send("PATCH", f"/issues/{known['number']}", content)

    def _all(self, path: str, key: str | None = None) -> Iterator[Any]:
        """Everything that a route lists, in pages; with a key, under that of an object."""
        joint = "&" if "?" in path else "?"
        for page in range(1, _MAX_PAGES + 1):
            answer = self._send("GET", f"{path}{joint}per_page=100&page={page}")
            found = answer[key] if key else answer
            yield from found
            if len(found) < 100:  # noqa: PLR2004 - a page that is not full is the last
                return

    def _read_or_none(self, path: str) -> Any:  # noqa: ANN401 - JSON
        try:
            return self._send("GET", path)
        except NotFoundError:
            return None

    def _send(self, method: str, path: str, content: object = None) -> Any:  # noqa: ANN401 - JSON
        sent = None if content is None else json.dumps(content).encode()
        answer = self._request(method, path, sent)
        return json.loads(answer) if answer else None

    def _request(
        self, method: str, path: str, content: bytes | None = None, *, root: str | None = None
    ) -> bytes:
        import urllib.error
        import urllib.request

        request = urllib.request.Request(  # noqa: S310 - GitHub's own address
            (root or self._base) + path,
            content,
            {"Accept": "application/vnd.github+json"},
            method=method,
        )
        # An unredirected header does not follow a download to the storage account.
        request.add_unredirected_header("Authorization", f"Bearer {self._token}")
        request.add_header("X-GitHub-Api-Version", "2022-11-28")
        try:
            with urllib.request.urlopen(request, timeout=_TIMEOUT_SECONDS) as response:  # noqa: S310 - same
                return bytes(response.read(_MAX_ANSWER_BYTES))
        except urllib.error.HTTPError as error:
            raise _refusal(f"{method} {path.partition('?')[0] or '/'}", error) from error
        except (urllib.error.URLError, TimeoutError) as error:
            raise TuneopsError(
                f"GitHub gives no answer: {error}", remedy="It is safe to run again."
            ) from error


def repository() -> Repository:
    """The repository that the environment names, else the one that git's remote names.

    Raises:
        PreconditionError: No repository or no token is known.
    """
    from tuneops.tags import owner

    name = owner().removeprefix("tuneops/")
    token = os.environ.get("GITHUB_TOKEN") or os.environ.get("GH_TOKEN")
    if "/" not in name or not token:
        missing = "repository" if "/" not in name else "token for GitHub"
        raise PreconditionError(
            f"No {missing} is known.",
            remedy="Set GITHUB_REPOSITORY and GITHUB_TOKEN; 'gh auth token' prints a token.",
        )
    return Repository(name, token, os.environ.get("GITHUB_API_URL", "https://api.github.com"))


def run_id() -> str:
    return os.environ.get("GITHUB_RUN_ID", "")


def run_url(run: str) -> str:
    server = os.environ.get("GITHUB_SERVER_URL", "https://github.com")
    return f"{server}/{os.environ.get('GITHUB_REPOSITORY', '')}/actions/runs/{run}"


def _marked(name: str, body: str) -> str:
    mark = f"<!-- tuneops:{name} -->\n"
    return mark + body[: MAX_BODY_CHARACTERS - len(mark)]


def _is(post: Any, name: str) -> bool:  # noqa: ANN401 - JSON
    return str(post.get("body") or "").startswith(f"<!-- tuneops:{name} -->\n")


def _member(archive: bytes, name: str) -> bytes | None:
    """A file of a zip archive; None where it is not there, too large, or the archive is broken."""
    import io
    import struct
    import zipfile
    import zlib

    broken = (KeyError, zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError)
    try:
        with zipfile.ZipFile(io.BytesIO(archive)) as files:
            about = files.getinfo(name)
            usual = about.compress_type in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
            if not usual or about.file_size > _MAX_MEMBER_BYTES:
                return None
            with files.open(about) as member:
                return member.read(_MAX_MEMBER_BYTES)
    except (*broken, OSError, EOFError, ValueError, struct.error):
        return None


def _refusal(doing: str, error: "HTTPError") -> TuneopsError:
    try:
        reason = str(json.loads(error.read(4096))["message"])
    except (ValueError, KeyError, TypeError):
        reason = error.reason
    message = f"GitHub answered {error.code} to {doing}: {visible(reason)}"
    if error.code == HTTPStatus.NOT_FOUND:
        return NotFoundError(message, remedy="Check the repository's name and the token's rights.")
    if error.code in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        remedy = "Give the job the permission that docs/workflows.md lists, or use another token."
        return PreconditionError(message, remedy=remedy)
    return TuneopsError(message, remedy="It is safe to run again.")
