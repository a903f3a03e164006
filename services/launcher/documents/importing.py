"""`maru docs import`: sends what is new, waits until it is read, and says how it went."""

import asyncio
import time
from collections.abc import Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, Final

from maru.retrieval.v1.access_pb2 import AccessList
from maru.retrieval.v1.document_pb2 import Document, DocumentVersion, Quarantine
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from services.launcher.documents.access_file import in_words
from services.launcher.documents.client import DocumentClient
from services.launcher.documents.files import LocalFile, Problem
from services.launcher.documents.planning import Plan, latest, readable_by_nobody, unreadable
from services.launcher.errors import LauncherError

_SENT_AT_ONCE: Final = 3
_LOOK_AGAIN_S: Final = 0.5
_FAILURES_IN_A_ROW: Final = 5
"""Then it isn't the files."""
_SAID_EVERY_S: Final = 5.0
_SHOWN: Final = 20
_WAITING: Final = (DocumentVersion.STATE_QUEUED, DocumentVersion.STATE_INDEXING)

_ENGLISH: Final = {
    Quarantine.CAUSE_UNKNOWN_FORMAT: "No reader knows the format. Save it as PDF, DOCX, XLSX, PPTX, HWP, HWPX, HTML, MD, "
    "TXT, CSV or EML.",
    Quarantine.CAUSE_WRONG_EXTENSION: "The content is not what the extension says. Save it again under the right one.",
    Quarantine.CAUSE_ENCRYPTED: "It needs a password. Import it without one.",
    Quarantine.CAUSE_BROKEN: "It is damaged. Open it in its programme and save it again.",
    Quarantine.CAUSE_EXPANDS_TOO_FAR: "It unpacks to too much, or holds too much text. Split it.",
    Quarantine.CAUSE_TIMED_OUT: "Reading it takes too long. Split it, or save it as PDF.",
    Quarantine.CAUSE_OUT_OF_MEMORY: "Reading it takes too much memory. Split it.",
    Quarantine.CAUSE_EMPTY: "It has no text.",
    Quarantine.CAUSE_SCANNED: "Its pages are pictures. Import a PDF with recognised text, or the original.",
}


@dataclass(slots=True)
class Told:
    """What the look before found wrong: a watcher says a problem when it comes up, not at each look."""

    _known: set[tuple[str, str]] = field(default_factory=set)

    def new(self, outcome: "Outcome") -> "Outcome":
        """Without what was found the last time too."""
        kinds: dict[str, list[tuple[Any, tuple[str, str]]]] = {
            "problems": [(one, (one.path, one.english)) for one in outcome.problems],
            "set_aside": [(one, (one.path, latest(one).name)) for one in outcome.set_aside],
            "removed": [(one, (one.path, "removed")) for one in outcome.removed],
            "hidden": [(one, (one.path, "hidden")) for one in outcome.hidden],
        }
        known, self._known = self._known, {key for found in kinds.values() for _, key in found}
        new: dict[str, Any] = {
            kind: [one for one, key in found if key not in known] for kind, found in kinds.items()
        }
        return replace(outcome, **new)


@dataclass(slots=True)
class Outcome:
    """How an import ended. `read` and `set_aside`: of what was sent; `removed`: documents whose files are gone; `hidden`:
    those that nobody may read.
    """

    read: list[Document] = field(default_factory=list)
    set_aside: list[Document] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    removed: list[Document] = field(default_factory=list)
    deleted: int = 0
    hidden: list[Document] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def pages(self) -> int:
        return sum(document.current_version.page_count for document in self.read)

    @property
    def failed(self) -> bool:
        return bool(self.set_aside or self.problems)


async def carry_out(client: DocumentClient, made: Plan, into: str, prune: bool, console: Console) -> Outcome:
    """Does what was planned. Raises LauncherError where the service is away or refuses everything."""
    outcome = Outcome(problems=list(made.problems), removed=made.removed)
    began = time.monotonic()
    for path, access, etag in made.folders:  # first, so that nothing is open to the wrong people in between
        await client.set_folder_access(path, access, etag)
    for document, access in made.access:
        await client.set_access(document, access)
    with _progress(console) as show:
        sent = await _send(client, made.send, outcome, show)
        await _until_read(client, sent, into, show)
    if prune:
        for document in made.removed:
            await client.delete(document.name)
        outcome.deleted = len(made.removed)
    outcome.seconds = time.monotonic() - began
    folders = {path: folder.access for path, folder in (await client.folders()).items()}
    ours = sent | {document.path for document in made.unchanged}
    there = [document async for document in client.documents(into) if document.path in ours]
    for document in there:
        if latest(document).state == DocumentVersion.STATE_QUARANTINED:
            outcome.set_aside.append(document)
        elif document.path in sent:
            outcome.read.append(document)
    outcome.hidden = readable_by_nobody(there, folders)
    return outcome


async def _send(
    client: DocumentClient,
    files: Sequence[tuple[LocalFile, AccessList | None]],
    outcome: Outcome,
    show: "_Shown",
) -> set[str]:
    """The paths that were sent."""
    sent: set[str] = set()
    failures: list[LauncherError] = []
    waiting = iter(files)

    async def one_after_the_other() -> None:
        for file, access in waiting:
            if len(failures) >= _FAILURES_IN_A_ROW:
                return
            try:
                await client.store(file.path, await asyncio.to_thread(file.read), access)
                sent.add(file.path)
                failures.clear()
            except OSError as error:
                outcome.problems.append(unreadable(file, error))
            except LauncherError as error:
                outcome.problems.append(Problem(file.path, error.korean, error.english))
                failures.append(error)
            show.sent(len(sent), len(files))

    await asyncio.gather(*(one_after_the_other() for _ in range(_SENT_AT_ONCE)))
    if len(failures) >= _FAILURES_IN_A_ROW or (failures and not sent):
        raise failures[-1]
    return sent


async def _until_read(client: DocumentClient, sent: set[str], into: str, show: "_Shown") -> None:
    if not sent:
        return
    while True:
        waiting = sum([document.path in sent async for document in client.documents(into, _WAITING)])
        show.read(len(sent) - waiting, len(sent))
        if not waiting:
            return
        await asyncio.sleep(_LOOK_AGAIN_S)


class _Shown:
    """Progress as a bar on a terminal, else a line now and then."""

    def __init__(self, console: Console, bar: Progress | None) -> None:
        self._console = console
        self._bar = bar
        self._tasks: dict[str, Any] = {}
        self._began = self._said = time.monotonic()

    def sent(self, done: int, total: int) -> None:
        self._show("보내는 중 sending", done, total)

    def read(self, done: int, total: int) -> None:
        self._show("읽는 중 reading", done, total)

    def _show(self, what: str, done: int, total: int) -> None:
        now = time.monotonic()
        rate = done / max(now - self._began, 0.001)
        if self._bar is not None:
            if what not in self._tasks:
                self._tasks[what] = self._bar.add_task(what, total=total, rate="")
            self._bar.update(self._tasks[what], completed=done, rate=f"{rate:,.1f}/s")
        elif now - self._said >= _SAID_EVERY_S:
            self._said = now
            self._console.print(f"· {what} {done:,}/{total:,} ({rate:,.1f}/s)", highlight=False)


@contextmanager
def _progress(console: Console) -> Any:
    if not console.is_terminal:
        yield _Shown(console, None)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[rate]}"),
               TimeElapsedColumn())  # fmt: skip
    with Progress(*columns, console=console, transient=True) as bar:
        yield _Shown(console, bar)


def say_plan(made: Plan, console: Console) -> None:
    """What would be done."""
    for file, _ in made.send:
        mark = "새 판 new version" if file.path in made.there else "새 문서 new"
        _line(console, f"+ {file.path}  ({mark}, {file.size:,} B)")
    for document, access in made.access:
        _line(console, f"~ {document.path}  {in_words(access)}")
    for path, access, _ in made.folders:
        _line(console, f"~ {path}/  {in_words(access)}")
    for document in made.removed:
        _line(console, f"- {document.path}  (파일 없음 file is gone)")
    _say_problems(made.problems, console)
    _line(
        console,
        f"보낼 것 to send {len(made.send):,} · 그대로 unchanged {len(made.unchanged):,} · "
        f"파일이 없는 문서 removed {len(made.removed):,} · 보낼 수 없는 것 not sent {len(made.problems):,}",
    )


def say_outcome(made: Plan, outcome: Outcome, prune: bool, console: Console) -> None:
    """The summary: counts, then each file that did not come in, with its reason."""
    rate = f", {outcome.pages / outcome.seconds:,.1f}쪽/s" if outcome.pages and outcome.seconds else ""
    new = sum(document.path not in made.there for document in outcome.read)
    _line(
        console,
        f"✓ 가져옴 imported {len(outcome.read):,} (새 문서 new {new:,}, 새 판 new versions {len(outcome.read) - new:,}) · "
        f"그대로 unchanged {len(made.unchanged):,} · {outcome.pages:,}쪽 pages · {outcome.seconds:,.1f} s{rate}",
    )
    if outcome.deleted:
        _line(console, f"✓ 지움 deleted {outcome.deleted:,}")
    elif outcome.removed and not prune:
        _line(
            console,
            f"· 파일이 없는 문서 {len(outcome.removed):,}개 (지우려면 --prune) / files are gone, --prune deletes:",
        )
        _some([document.path for document in outcome.removed], console)
    if outcome.hidden:
        _line(
            console,
            f"! 아무도 읽을 수 없는 문서 {len(outcome.hidden):,}개: --access 파일이나 maru docs access로 허용하세요. / "
            f"nobody may read {len(outcome.hidden):,} documents: allow it with --access FILE or maru docs access.",
        )
        _some([document.path for document in outcome.hidden], console)
    _say_problems(outcome.problems, console)
    say_read([*outcome.read, *outcome.set_aside], console)


async def retry(
    client: DocumentClient, documents: Sequence[Document], console: Console
) -> Sequence[Document]:
    """Has quarantined documents read again; as they are then. Raises LauncherError."""
    for document in documents:
        await client.retry(document.name)
    names = {document.path: document.name for document in documents}
    with _progress(console) as show:
        await _until_read(client, set(names), "", show)
    found = {document.path: document async for document in client.documents() if document.path in names}
    return list(found.values())


def say_read(documents: Sequence[Document], console: Console) -> None:
    """What is to be known of those just read: that they could not be, and why, or which pages could not."""
    for document in documents:
        if latest(document).state == DocumentVersion.STATE_QUARANTINED:
            _line(console, f"✗ {document.path}: {reason(document)}")
        elif pages := latest(document).scanned_pages:
            listed = ", ".join(map(str, pages))
            _line(
                console,
                f"! {document.path}: {listed}쪽은 그림입니다. 그 글은 찾을 수 없습니다. 문자 인식(OCR)을 거친 PDF나 원본을 "
                f"가져와 주세요. / Pages that are pictures, not searched: {listed}. Import a PDF with recognised text.",
            )


def reason(document: Document) -> str:
    """Why its latest version was set aside, in both languages."""
    found = latest(document).quarantine
    return f"{found.message} / {_ENGLISH.get(found.cause, '')}"


def record(made: Plan, outcome: Outcome) -> dict[str, Any]:
    """For --json."""
    return {
        "imported": [document.path for document in outcome.read],
        "unchanged": len(made.unchanged),
        "removed": [document.path for document in outcome.removed],
        "deleted": outcome.deleted,
        "pages": outcome.pages,
        "seconds": round(outcome.seconds, 3),
        "quarantined": [
            {
                "path": one.path,
                "cause": Quarantine.Cause.Name(latest(one).quarantine.cause).removeprefix("CAUSE_"),
            }
            for one in outcome.set_aside
        ],
        "scanned_pages": {
            document.path: list(latest(document).scanned_pages)
            for document in outcome.read
            if latest(document).scanned_pages
        },
        "not_sent": [{"path": one.path, "reason": one.english} for one in outcome.problems],
        "readable_by_nobody": [document.path for document in outcome.hidden],
    }


def _say_problems(problems: Sequence[Problem], console: Console) -> None:
    for problem in problems:
        _line(console, f"✗ {problem.path}: {problem.korean} / {problem.english}")


def _some(paths: Sequence[str], console: Console) -> None:
    for path in paths[:_SHOWN]:
        _line(console, f"    {path}")
    if paths[_SHOWN:]:
        _line(console, f"    … {len(paths) - _SHOWN:,}")


def _line(console: Console, text: str) -> None:
    console.print(text, markup=False, highlight=False, soft_wrap=True)
