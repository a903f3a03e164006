"""`ports.SearchSource`: what search learns of every change."""

from dataclasses import replace

import numpy as np

from services.retrieval.access import AccessList
from services.retrieval.ports import PassageKey, SearchedDocument, StoredPassage
from services.retrieval.reading.content import Cause
from services.retrieval.store import NewVersion
from tests.contract.documents.samples import (
    CONTENT,
    EVERYONE,
    NOON,
    PASSAGES,
    SALES,
    TERMS,
    Opened,
    digest,
    request,
    vectors,
)

TWO = vectors((1, 0), (0.6, 0.8))


async def test_an_empty_database_has_no_changes(opened: Opened) -> None:
    assert await opened.source.changes(0) is None
    assert await opened.source.indexed(["no"]) == []
    assert await opened.source.passages([PassageKey("no", 0)]) == []


async def test_a_document_is_searched_by_words_and_then_by_vectors(opened: Opened) -> None:
    document = await opened.import_file("규정/여비규정.pdf", "1", SALES)
    first = await opened.source.changes(0)
    assert first
    assert first.documents == [SearchedDocument(document.id, "규정/여비규정.pdf", SALES, "", "")]
    assert document.pending
    version_id = document.pending.id
    assert await opened.source.changes(first.revision) is None

    assert await opened.index()
    second = await opened.source.changes(first.revision)
    assert second
    assert second.documents == [SearchedDocument(document.id, "규정/여비규정.pdf", SALES, version_id, "")]
    (words,) = await opened.source.indexed([version_id])
    assert (words.version_id, words.terms, words.vectors) == (version_id, [list(t) for t in TERMS], None)

    await opened.embed(TWO, "e5@1")
    third = await opened.source.changes(second.revision)
    assert third
    assert third.documents == [replace(second.documents[0], model="e5@1")]
    (whole,) = await opened.source.indexed([version_id])
    assert whole.vectors is not None
    assert whole.model == "e5@1"
    assert whole.vectors.dtype == np.float32
    assert np.array_equal(whole.vectors, TWO)
    assert await opened.source.changes(third.revision) is None


async def test_passages_come_in_the_keys_order_with_what_a_citation_tells(opened: Opened) -> None:
    document = await opened.indexed("규정/여비규정.pdf", "1", SALES)
    assert document.current
    keys = [PassageKey(document.current.id, place) for place in (1, 7, 0)]
    assert await opened.source.passages([*keys, PassageKey("gone", 0)]) == [
        StoredPassage(keys[0], document.id, document.path, "여비규정", CONTENT.effective_date, PASSAGES[1]),
        StoredPassage(keys[2], document.id, document.path, "여비규정", CONTENT.effective_date, PASSAGES[0]),
    ]


async def test_the_date_given_at_import_comes_before_the_texts_own(opened: Opened) -> None:
    given = NOON.date()
    wanted = NewVersion("a.pdf", digest("1"), 1, stated_date=given)
    document = await opened.documents.import_version(wanted, request())
    assert await opened.index()
    assert document.pending
    (passage,) = await opened.source.passages([PassageKey(document.pending.id, 0)])
    assert passage.effective_date == given


async def test_a_new_version_takes_the_old_ones_place_whose_passages_stay(opened: Opened) -> None:
    old = await opened.indexed("a.pdf", "1")
    assert old.current
    after = await opened.source.changes(0)
    assert after
    await opened.import_file("a.pdf", "2")
    waiting = await opened.source.changes(after.revision)
    assert waiting
    assert waiting.documents[0].version_id == old.current.id
    assert await opened.index(replace(CONTENT, passages=PASSAGES[:1], terms=TERMS[:1]))
    new = await opened.documents.get(old.id)
    assert new.current
    changed = await opened.source.changes(waiting.revision)
    assert changed
    assert [one.version_id for one in changed.documents] == [new.current.id]
    assert len(await opened.source.passages([PassageKey(old.current.id, 1)])) == 1


async def test_a_quarantined_version_leaves_the_one_before_searched(opened: Opened) -> None:
    old = await opened.indexed("a.pdf", "1")
    assert old.current
    await opened.import_file("a.pdf", "2")
    claim = await opened.queue.claim(NOON)
    assert claim
    assert await opened.queue.quarantine(claim, Cause.BROKEN, "cut", NOON)
    everything = await opened.source.changes(0)
    assert everything
    assert [one.version_id for one in everything.documents] == [old.current.id]


async def test_a_deleted_document_is_told_once_to_those_who_knew_it(opened: Opened) -> None:
    document = await opened.indexed("a.pdf", "1")
    assert document.current
    before = await opened.source.changes(0)
    assert before
    await opened.documents.delete(document.id, "", request())
    after = await opened.source.changes(before.revision)
    assert after
    assert after.documents == [SearchedDocument(document.id, "", AccessList(), "", "")]
    whole = await opened.source.changes(0)
    assert whole
    assert whole.documents == []
    assert await opened.source.indexed([document.current.id]) == []
    assert await opened.source.passages([PassageKey(document.current.id, 0)]) == []


async def test_changes_of_access_are_changes(opened: Opened) -> None:
    document = await opened.indexed("인사/a.pdf", "1")
    before = await opened.source.changes(0)
    assert before
    assert before.folders == {}
    await opened.documents.set_folder_access("인사", SALES, "", request())
    folders = await opened.source.changes(before.revision)
    assert folders
    assert (folders.documents, folders.folders) == ([], {"인사": SALES})
    await opened.documents.set_access(document.id, EVERYONE, str(document.revision), request())
    own = await opened.source.changes(folders.revision)
    assert own
    assert [one.access for one in own.documents] == [EVERYONE]
    assert own.folders == {"인사": SALES}


async def test_another_model_makes_all_vectors_anew(opened: Opened) -> None:
    document = await opened.indexed("a.pdf", "1")
    assert document.current
    await opened.embed(TWO, "e5@1")
    assert await opened.queue.claim_embedding("e5@1", NOON) is None
    before = await opened.source.changes(0)
    assert before

    claim = await opened.queue.claim_embedding("kure@1", NOON)
    assert claim
    meanwhile = await opened.source.changes(before.revision)
    assert meanwhile
    assert [one.model for one in meanwhile.documents] == [""]  # words alone
    (words,) = await opened.source.indexed([document.current.id])
    assert words.vectors is None
    assert await opened.queue.add_vectors(claim, [0, 1], vectors((1, 0, 0), (0, 1, 0)), NOON)
    assert await opened.queue.finish_embedding(claim)
    after = await opened.source.changes(meanwhile.revision)
    assert after
    assert [one.model for one in after.documents] == ["kure@1"]


async def test_documents_of_the_same_content_share_what_was_read_and_embedded(opened: Opened) -> None:
    first = await opened.indexed("a.pdf", "1")
    await opened.embed(TWO)
    second = await opened.import_file("b.pdf", "1")
    claim = await opened.queue.claim(NOON)
    assert claim
    assert await opened.queue.finish_as_known(claim, "b", NOON)
    assert await opened.queue.claim_embedding("e5@1", NOON) is None
    everything = await opened.source.changes(0)
    assert everything
    assert {one.id: one.model for one in everything.documents} == {first.id: "e5@1", second.id: "e5@1"}
    await opened.documents.delete(first.id, "", request())
    assert claim.version_id
    assert len(await opened.source.passages([PassageKey(claim.version_id, 0)])) == 1


async def test_each_process_sees_the_others_changes(opened: Opened, other: Opened) -> None:
    document = await opened.indexed("a.pdf", "1")
    seen = await other.source.changes(0)
    assert seen
    assert [one.id for one in seen.documents] == [document.id]
    await opened.documents.delete(document.id, "", request())
    gone = await other.source.changes(seen.revision)
    assert gone
    assert [one.version_id for one in gone.documents] == [""]
