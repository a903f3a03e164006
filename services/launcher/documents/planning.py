"""What an import has to do, from what lies here and what is there already. Nothing is changed yet."""

import asyncio
from dataclasses import dataclass, field

from maru.retrieval.v1.access_pb2 import AccessList
from maru.retrieval.v1.document_pb2 import Document, DocumentVersion

from services.launcher.documents.access_file import AccessFile, is_set, same
from services.launcher.documents.client import DocumentClient
from services.launcher.documents.files import LocalFile, Problem, Scan, digest
from services.launcher.errors import LauncherError

Digests = dict[tuple[bytes, tuple[int, int, int]], str]
"""Of files by their stamps: a file that is looked at again and again is read once."""


@dataclass(slots=True)
class Plan:
    """`send`: with the access list to set, None = as it is; `there`: how many of them are new versions; `folders`: path,
    list, etag; `removed`: documents whose files are gone.
    """

    send: list[tuple[LocalFile, AccessList | None]] = field(default_factory=list)
    there: set[str] = field(default_factory=set)
    access: list[tuple[Document, AccessList]] = field(default_factory=list)
    folders: list[tuple[str, AccessList, str]] = field(default_factory=list)
    removed: list[Document] = field(default_factory=list)
    unchanged: list[Document] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


async def plan(client: DocumentClient, found: Scan, access: AccessFile, into: str, digests: Digests) -> Plan:
    """Compares. Raises LauncherError."""
    made = Plan(problems=list(found.problems))
    there = {document.path: document async for document in client.documents(into)}
    if access.folders:
        folders = await client.folders()
        for path, wanted in access.folders.items():
            held = folders.get(path)
            if not same(held.access if held else AccessList(), wanted):
                made.folders.append((path, wanted, held.etag if held else ""))
    for file in found.files.values():
        own = access.of_document(file.path)
        document = there.get(file.path)
        if document is None:
            made.send.append((file, own))
            continue
        try:
            changed = await _digest(file, digests) != latest(document).content_digest
        except OSError as error:
            made.problems.append(unreadable(file, error))
            continue
        if changed:
            made.there.add(file.path)
            made.send.append((file, own))
        else:
            made.unchanged.append(document)
            if own is not None and not same(document.access, own):
                made.access.append((document, own))
    if found.whole:
        here = {*found.files, *(problem.path for problem in found.problems)}
        made.removed = [document for path, document in there.items() if path not in here]
    return made


def refuse_to_empty(found: Scan, made: Plan) -> None:
    """A folder without a file is a share that isn't mounted, more often than a company without documents.

    Raises:
        LauncherError: to prune would delete every document.
    """
    if made.removed and not found.files:
        raise LauncherError(
            f"파일이 하나도 없어 문서 {len(made.removed):,}개를 모두 지우게 됩니다. 폴더가 연결되어 있는지 확인하세요. "
            "정말 지우려면 maru docs delete를 쓰세요.",
            f"There is not one file, so all {len(made.removed):,} documents would be deleted. Is the folder mounted? To "
            "delete them, use maru docs delete.",
        )


def latest(document: Document) -> DocumentVersion:
    """The version last imported."""
    return document.pending_version if document.HasField("pending_version") else document.current_version


def unreadable(file: LocalFile, error: OSError) -> Problem:
    return Problem(
        file.path, f"파일을 읽을 수 없습니다 ({error.strerror}).", f"It can't be read ({error.strerror})."
    )


def readable_by_nobody(documents: list[Document], folders: dict[str, AccessList]) -> list[Document]:
    """Those that no list allows to anybody."""

    def allowed(document: Document) -> bool:
        path = document.path
        lists = [document.access]
        while path:
            path = path.rpartition("/")[0]
            lists.append(folders.get(path, AccessList()))
        for one in lists:
            if one.allow.ByteSize():
                return True
            if is_set(one) and one.stop_inheritance:
                return False
        return False

    return [document for document in documents if not allowed(document)]


async def _digest(file: LocalFile, digests: Digests) -> str:
    key = (file.file, file.stamp)
    if key not in digests:
        digests[key] = digest(await asyncio.to_thread(file.read))
    return digests[key]
