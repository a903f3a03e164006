"""`store.DocumentStore` where calls meet, and where requests are repeated."""

import asyncio
from collections.abc import Awaitable, Sequence
from datetime import timedelta
from typing import Any

import pytest

from services.retrieval.documents import Document, Folder
from services.retrieval.errors import DocumentNotFound, EtagMismatch, RequestIdReused
from services.retrieval.store import NewVersion
from tests.contract.documents.samples import EVERYONE, NOON, SALES, Opened, digest, request


@pytest.fixture(params=["one process", "two processes"])
def stores(request: pytest.FixtureRequest, opened: Opened, other: Opened) -> tuple[Opened, Opened]:
    """Two to call by turns."""
    return (opened, opened) if request.param == "one process" else (opened, other)


async def outcomes(calls: Sequence[Awaitable[Any]]) -> list[Any]:
    return list(await asyncio.gather(*calls, return_exceptions=True))


async def test_the_same_request_at_once_makes_one_version(stores: tuple[Opened, Opened]) -> None:
    wanted = NewVersion("규정/a.pdf", digest("1"), 1, SALES)
    found = await outcomes(
        [stores[n % 2].documents.import_version(wanted, request("b", "r")) for n in range(6)]
    )
    assert isinstance(found[0], Document)
    assert all(one == found[0] for one in found), found
    assert len(await stores[0].documents.versions(found[0].id, 0, 10)) == 1
    with pytest.raises(RequestIdReused):
        await stores[1].documents.import_version(wanted, request("other", "r"))


async def test_different_files_for_a_path_at_once_are_versions_of_one_document(
    stores: tuple[Opened, Opened],
) -> None:
    found = await outcomes([stores[n % 2].import_file("규정/a.pdf", str(n)) for n in range(6)])
    assert len({document.id for document in found}) == 1, found
    numbers = [number for number, _ in await stores[0].documents.versions(found[0].id, 0, 10)]
    assert numbers == [6, 5, 4, 3, 2, 1]


async def test_changes_at_once_have_numbers_of_their_own(stores: tuple[Opened, Opened]) -> None:
    seen = []
    for round_ in range(3):
        await outcomes([stores[n % 2].import_file(f"{round_}/{n}.pdf", f"{round_}{n}") for n in range(6)])
        changes = await stores[0].source.changes(seen[-1] if seen else 0)
        assert changes
        assert len(changes.documents) == 6
        seen.append(changes.revision)
    assert seen == [6, 12, 18]


async def test_of_two_changes_with_one_etag_one_wins(stores: tuple[Opened, Opened]) -> None:
    document = await stores[0].import_file("a.pdf", "1")
    calls = [
        stores[n % 2].documents.set_access(document.id, EVERYONE, str(document.revision), request())
        for n in range(4)
    ]
    found = await outcomes(calls)
    assert sum(isinstance(one, EtagMismatch) for one in found) == 3, found
    folders = await outcomes(
        [stores[n % 2].documents.set_folder_access("규정", SALES, "", request()) for n in range(4)]
    )
    assert sum(isinstance(one, Folder) for one in folders) == 1, folders


async def test_the_same_delete_at_once_succeeds(stores: tuple[Opened, Opened]) -> None:
    document = await stores[0].indexed("a.pdf", "1")
    calls = [stores[n % 2].documents.delete(document.id, "", request("d", "d")) for n in range(4)]
    found = await outcomes(calls)
    assert sorted(map(list, found)) == [[], [], [], [digest("1")]], found
    with pytest.raises(DocumentNotFound):
        await stores[1].documents.get(document.id)


async def test_requests_are_forgotten_after_a_while(opened: Opened) -> None:
    first = await opened.documents.import_version(NewVersion("a.pdf", digest("1"), 1), request("b", "r"))
    assert await opened.documents.forget_requests(NOON) == 0
    assert await opened.documents.forget_requests(NOON + timedelta(seconds=1)) == 1
    again = await opened.documents.import_version(NewVersion("a.pdf", digest("2"), 1), request("c", "r"))
    assert again.id == first.id


async def test_paths_and_lists_come_back_as_they_were(opened: Opened) -> None:
    paths = sorted(
        ["Ａ.pdf", "a .pdf", "a.pdf", "A.pdf", "규정/여비 규정(안).hwp", "규정/🏭' OR 1=1.md", "규정집/%_.md"]
    )
    for number, path in enumerate(paths):
        await opened.import_file(path, str(number), SALES)
    found = await opened.documents.list("", [], "", 100)
    assert [document.path for document in found] == paths
    assert {document.access for document in found} == {SALES}
    below = await opened.documents.list("규정", [], "", 100)
    assert [document.path for document in below] == [path for path in paths if path.startswith("규정/")]
