"""`store.ImportQueue`: claims of several processes, any of which may end at any moment."""

import asyncio
from dataclasses import replace
from datetime import timedelta

from services.retrieval.documents import State
from services.retrieval.reading.content import Cause
from tests.contract.documents.samples import CONTENT, LEASE, NOON, Opened, vectors

LATER = NOON + LEASE + timedelta(seconds=1)


async def test_each_version_is_claimed_by_one(opened: Opened, other: Opened) -> None:
    for number in range(6):
        await opened.import_file(f"{number}.pdf", str(number))
    stores = (opened, other)
    claims = await asyncio.gather(*(stores[n % 2].queue.claim(NOON) for n in range(8)))
    found = [claim.path for claim in claims if claim]
    assert sorted(found) == [f"{number}.pdf" for number in range(6)]


async def test_who_waits_longest_is_first(opened: Opened) -> None:
    await opened.import_file("b.pdf", "1", time=NOON)
    await opened.import_file("a.pdf", "2", time=NOON + timedelta(seconds=1))
    claims = [await opened.queue.claim(LATER) for _ in range(3)]
    assert [claim and claim.path for claim in claims] == ["b.pdf", "a.pdf", None]


async def test_versions_of_a_document_go_one_after_the_other(opened: Opened) -> None:
    document = await opened.import_file("a.pdf", "1")
    await opened.import_file("a.pdf", "2", time=NOON + timedelta(seconds=1))
    first = await opened.queue.claim(NOON)
    assert first
    assert await opened.queue.claim(NOON) is None
    assert await opened.queue.finish(first, CONTENT, NOON)
    second = await opened.queue.claim(NOON)
    assert second
    assert await opened.queue.finish(second, CONTENT, NOON)
    states = [version.state for _, version in await opened.documents.versions(document.id, 0, 10)]
    assert states == [State.CURRENT, State.SUPERSEDED]


async def test_equal_content_waits_for_who_reads_it(opened: Opened) -> None:
    await opened.import_file("a.pdf", "1")
    await opened.import_file("b.pdf", "1")
    first = await opened.queue.claim(NOON)
    assert first
    assert await opened.queue.claim(NOON) is None
    assert not await opened.queue.finish_as_known(first, "a", NOON)
    assert await opened.queue.finish(first, replace(CONTENT, title="a", has_own_title=False), NOON)
    second = await opened.queue.claim(NOON)
    assert second
    assert not await opened.queue.finish_as_known(second, "b", NOON)  # untitled: its name is part of it
    assert await opened.queue.finish_as_known(second, "a", NOON)


async def test_who_lost_its_claim_changes_nothing(opened: Opened, other: Opened) -> None:
    document = await opened.import_file("a.pdf", "1")
    slow = await opened.queue.claim(NOON)
    assert slow
    assert await opened.queue.renew(slow, NOON)
    assert await other.queue.claim(NOON + LEASE) is None
    taken = await other.queue.claim(LATER)
    assert taken
    assert (taken.version_id, taken.attempts) == (slow.version_id, 2)
    assert not await opened.queue.renew(slow, LATER)
    assert not await opened.queue.finish(slow, CONTENT, LATER)
    assert not await opened.queue.quarantine(slow, Cause.BROKEN, "", LATER)
    await opened.queue.release(slow)
    assert (await opened.documents.get(document.id)).current is None
    assert await other.queue.finish(taken, CONTENT, LATER)


async def test_what_a_process_left_is_put_back_by_its_successor(opened: Opened, other: Opened) -> None:
    await opened.import_file("a.pdf", "1")
    assert await opened.queue.claim(NOON)
    await other.queue.release_left()
    assert await other.queue.claim(NOON) is None
    await opened.queue.release_left()
    again = await other.queue.claim(NOON)
    assert again
    assert again.attempts == 2


async def test_what_is_put_back_counts_as_untried(opened: Opened) -> None:
    await opened.import_file("a.pdf", "1")
    for _ in range(3):
        claim = await opened.queue.claim(NOON)
        assert claim
        assert claim.attempts == 1
        await opened.queue.release(claim)


async def test_embedding_goes_on_where_another_process_was(opened: Opened, other: Opened) -> None:
    document = await opened.indexed("a.pdf", "1")
    assert document.current
    first = await opened.queue.claim_embedding("e5@1", NOON)
    assert first
    assert await other.queue.claim_embedding("e5@1", NOON) is None
    assert await opened.queue.add_vectors(first, [0], vectors((1, 0)), NOON)
    second = await other.queue.claim_embedding("e5@1", LATER)
    assert second == first
    assert [place for place, _ in await other.queue.without_vector(second, 10)] == [1]
    assert not await opened.queue.add_vectors(first, [1], vectors((0, 1)), LATER)
    assert not await opened.queue.finish_embedding(first)
    assert await other.queue.add_vectors(second, [1], vectors((0, 1)), LATER)
    assert await other.queue.finish_embedding(second)
    (indexed,) = await opened.source.indexed([document.current.id])
    assert indexed.vectors is not None
    assert indexed.vectors.tolist() == [[1, 0], [0, 1]]


async def test_only_what_is_searched_is_embedded(opened: Opened) -> None:
    document = await opened.indexed("a.pdf", "1", title="a")
    await opened.indexed("a.pdf", "2", title="b")
    claim = await opened.queue.claim_embedding("e5@1", NOON)
    assert claim
    assert claim.title == "b"
    assert await opened.queue.claim_embedding("e5@1", NOON) is None
    assert document.current
    assert (await opened.documents.version(document.id, document.current.id)).state is State.SUPERSEDED
