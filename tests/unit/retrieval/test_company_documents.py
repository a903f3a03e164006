"""The demo company's documents, as committed: what their sources say is what is read, headings and tables whole."""

import io
import zipfile

import pytest

from services.retrieval.core.effective_dates import effective_date
from services.retrieval.passages import cut
from services.retrieval.reading.content import Heading, Table
from services.retrieval.reading.readers import read
from tests.documents.company import FILES, FORMATS, Grid, Source, sources
from tests.documents.company_writers import PLAIN_WRITERS

SOURCES = sources()
_WITHOUT_HEADINGS = frozenset({"txt", "csv", "eml"})


def _squeezed(text: str) -> str:
    """Without blanks, which a PDF's line ends lose, and without bullets."""
    return "".join(text.split()).lstrip("•-")


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.path)
def test_what_is_written_is_read(source: Source) -> None:
    content = read((FILES / source.path).read_bytes(), source.path)
    said: list[str] = []
    for block in source.blocks:
        match block:
            case Grid():
                said += [cell for row in block.expanded() for cell in row]
            case _:
                said.append(block.text)
    found: list[str] = []
    for block in content.blocks:
        match block:
            case Table():
                found += [cell for row in block.rows for cell in row]
            case _:
                found.append(block.text)
    if source.format == "eml":
        assert source.about["subject"] in found[0]
        found = found[-len(said) :]
    assert _squeezed("".join(map(_squeezed, found))) == _squeezed("".join(map(_squeezed, said)))
    assert [block.rows for block in content.blocks if isinstance(block, Table)] == [
        block.expanded() for block in source.blocks if isinstance(block, Grid)
    ] or source.format == "txt"
    if source.format not in _WITHOUT_HEADINGS:
        headings = [_squeezed(block.text) for block in content.blocks if isinstance(block, Heading)]
        wanted = [_squeezed(block.text) for block in source.blocks if isinstance(block, Heading)]
        assert [heading for heading in headings if heading in wanted] == wanted


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.path)
def test_the_day_that_a_text_states_is_the_day_from_which_it_holds(source: Source) -> None:
    content = read((FILES / source.path).read_bytes(), source.path)
    assert effective_date(cut(content).plain) in (source.effective, None)


@pytest.mark.parametrize(
    "source", [source for source in SOURCES if source.format in PLAIN_WRITERS], ids=lambda source: source.path
)
def test_files_are_what_their_sources_make(source: Source) -> None:
    """HWP and PDF, whose writers are other programmes, are held by the test above alone."""
    assert _parts(PLAIN_WRITERS[source.format](source)) == _parts((FILES / source.path).read_bytes())


def _parts(data: bytes) -> dict[str, bytes]:
    """An archive's parts: how well they are packed is the machine's."""
    if not data.startswith(b"PK"):
        return {"": data}
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {part: archive.read(part) for part in archive.namelist()}


def test_all_formats_and_no_file_without_source() -> None:
    assert {source.format for source in SOURCES} == FORMATS
    files = {file.relative_to(FILES).as_posix() for file in FILES.rglob("*") if file.is_file()}
    assert files == {source.path for source in SOURCES}
    korean_office = sum(source.format in {"hwp", "hwpx"} for source in SOURCES)
    assert len(SOURCES) >= 60
    assert korean_office * 3 >= len(SOURCES)
    assert sum((FILES / path).stat().st_size for path in files) < 4_000_000
