"""Search over the wire: who finds what, from when to when."""

from typing import Any

import pytest
from maru.retrieval.v1 import retrieval_service_pb2 as pb

from tests.integration.retrieval.conftest import EVERYONE, Service, sales

LEAVE = "# 연차 규정\n\n남은 연차는 다음 해 3월까지 쓸 수 있다. 그 뒤에는 없어진다.\n"
TRAVEL = "# 여비 규정\n\n숙박비는 하루 7만원까지 준다.\n"


@pytest.fixture(autouse=True)
def words_alone(service: Service) -> None:
    """Made-up vectors say nothing."""
    service.embedder.away = True


def paths(found: pb.SearchResponse) -> list[str]:
    return [hit.passage.path for hit in found.hits]


async def read(service: Service, path: str, text: str, **fields: Any) -> Any:
    return await service.read(path, text.encode(), **{"access": EVERYONE, **fields})


async def test_a_passage_is_found_with_the_sentence_that_speaks_for_it(service: Service) -> None:
    await read(service, "규정/연차.md", LEAVE)
    await read(service, "규정/여비.md", TRAVEL)
    found = await service.search("연차는 언제까지 쓰나요?", service.by("kim"))
    best = found.hits[0]
    assert best.passage.path == "규정/연차.md"
    assert best.passage.heading_path == ["연차 규정"]
    (span, *_) = best.highlights
    assert best.passage.text[span.start_offset : span.end_offset] == "남은 연차는 다음 해 3월까지 쓸 수 있다."
    passage = await service.stub.GetPassage(
        pb.GetPassageRequest(name=best.passage.name), metadata=service.by("kim")
    )
    assert passage.passage == best.passage


async def test_what_may_not_be_read_is_not_found_and_changes_no_score(service: Service) -> None:
    await read(service, "규정/연차.md", LEAVE)
    before = await service.search("숙박비 한도", service.by("kim"))
    await read(service, "영업/여비.md", TRAVEL, access=sales())
    after = await service.search("숙박비 한도", service.by("kim"))
    assert paths(after) == ["규정/연차.md"]
    assert [hit.score for hit in after.hits] == [hit.score for hit in before.hits]
    assert paths(await service.search("숙박비 한도", service.by("lee", "sales")))[0] == "영업/여비.md"


async def test_a_change_of_access_holds_from_the_next_search_on(service: Service) -> None:
    document = await read(service, "규정/연차.md", LEAVE)
    assert paths(await service.search("연차", service.by("kim"))) == ["규정/연차.md"]
    await service.set_access(document, sales())
    assert paths(await service.search("연차", service.by("kim"))) == []
    await service.set_folder("규정", EVERYONE)
    assert paths(await service.search("연차", service.by("kim"))) == ["규정/연차.md"]


async def test_a_new_version_replaces_the_old_one_which_stays_citable(service: Service) -> None:
    await read(service, "규정/연차.md", LEAVE)
    old = (await service.search("연차", service.by("kim"))).hits[0].passage
    await read(service, "규정/연차.md", LEAVE.replace("3월", "6월"))
    found = await service.search("연차", service.by("kim"))
    assert ["6월" in hit.passage.text for hit in found.hits] == [True]
    cited = await service.stub.GetPassage(pb.GetPassageRequest(name=old.name), metadata=service.by("kim"))
    assert "3월" in cited.passage.text


async def test_a_deleted_document_is_out_of_the_next_search(service: Service) -> None:
    document = await read(service, "규정/연차.md", LEAVE)
    await service.search("연차", service.by("kim"))
    await service.delete(document)
    assert paths(await service.search("연차", service.by("kim"))) == []


async def test_a_search_can_be_kept_to_folders_and_documents(service: Service) -> None:
    leave = await read(service, "규정/연차.md", LEAVE)
    await read(service, "규정집/여비.md", TRAVEL)
    kim = service.by("kim")
    assert paths(await service.search("규정", kim, folder_paths=["규정"])) == ["규정/연차.md"]
    assert paths(await service.search("규정", kim, documents=[leave.name])) == ["규정/연차.md"]
    assert len(paths(await service.search("규정", kim, max_hits=1))) == 1


async def test_what_came_in_with_vectors_is_found_by_words_without_the_model(service: Service) -> None:
    service.embedder.away = False
    await read(service, "규정/여비.md", TRAVEL)
    await read(service, "규정/연차.md", LEAVE)
    service.embedder.away = True
    assert paths(await service.search("숙박비", service.by("kim")))[0] == "규정/여비.md"


async def test_nothing_that_answers_is_said(service: Service) -> None:
    await read(service, "규정/연차.md", LEAVE)
    assert not (await service.search("사내 주차장은 어디인가요?", service.by("kim"))).answerable
    assert (await service.search("남은 연차", service.by("kim"))).answerable
    assert not (await service.search("연차", service.by("kim"), folder_paths=["없는 폴더"])).answerable
