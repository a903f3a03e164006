import struct
from pathlib import Path

import pytest
from vocabulary import Vocabulary

STRING, ARRAY, UINT32, INT32, FLOAT32, BOOL = 8, 9, 4, 5, 6, 7


def string(text: str) -> bytes:
    data = text.encode()
    return struct.pack("<Q", len(data)) + data


def gguf(path: Path, model: str, tokens: list[tuple[str, int]]) -> Path:
    """A file with the header of a model; the fields around those needed have to be skipped rightly."""
    fields = [
        string("general.name") + struct.pack("<I", STRING) + string("이름"),
        string("general.flag") + struct.pack("<I?", BOOL, True),
        string("tokenizer.ggml.model") + struct.pack("<I", STRING) + string(model),
        string("tokenizer.ggml.tokens")
        + struct.pack("<IIQ", ARRAY, STRING, len(tokens))
        + b"".join(string(text) for text, _ in tokens),
        string("tokenizer.ggml.scores")
        + struct.pack("<IIQ", ARRAY, FLOAT32, len(tokens))
        + struct.pack(f"<{len(tokens)}f", *range(len(tokens))),
        string("tokenizer.ggml.token_type")
        + struct.pack("<IIQ", ARRAY, INT32, len(tokens))
        + struct.pack(f"<{len(tokens)}i", *(kind for _, kind in tokens)),
        string("tokenizer.ggml.eos_token_id") + struct.pack("<II", UINT32, 1),
    ]
    path.write_bytes(struct.pack("<4sIQQ", b"GGUF", 3, 0, len(fields)) + b"".join(fields))
    return path


TOKENS = [
    ("<unk>", 2),
    ("<eos>", 3),
    ("<0xEA>", 6),
    ("매", 1),
    ("\u2581매출", 1),
    ("\u2581매", 1),
    ("\u2581", 4),
]


def test_text_begins_with_its_longest_token(tmp_path: Path) -> None:
    vocabulary = Vocabulary(gguf(tmp_path / "model.gguf", "llama", TOKENS))
    assert vocabulary.first(" 매출은 1억") == 4
    assert vocabulary.first(" 매수") == 5
    assert vocabulary.first(" 순매출") == 6
    assert vocabulary.first("매출") == 3
    assert vocabulary.first("") == 1
    assert vocabulary.first("쀍") is None, "written as its bytes"
    assert vocabulary.first("<eos>") is None, "a mark is not text"


def test_tokens_of_another_tokenizer_are_not_taken_for_text(tmp_path: Path) -> None:
    assert Vocabulary(gguf(tmp_path / "model.gguf", "gpt2", TOKENS)).by_text == {}


def test_another_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "model.gguf"
    path.write_bytes(b"PK\x03\x04" + bytes(100))
    with pytest.raises(ValueError, match="no GGUF file"):
        Vocabulary(path)
