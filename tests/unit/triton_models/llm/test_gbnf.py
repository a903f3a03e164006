import pytest
from gbnf import Fork, NotFinite, read


def sentences(fork: Fork) -> set[str]:
    """All that a grammar says, spelled out."""
    said = set()
    for alternative in fork.alternatives:
        texts = {""}
        for item in alternative.items:
            following = {item} if isinstance(item, str) else sentences(item)
            texts = {text + more for text in texts for more in following}
        said |= texts
    return said


@pytest.mark.parametrize(
    ("grammar", "expected"),
    [
        ('root ::= "가"', {"가"}),
        ("root ::=", {""}),
        ('root ::= "가" "나" | "다"', {"가나", "다"}),
        ('root ::= "" | "가"', {"", "가"}),
        ('root ::= "가" "나"? "다"', {"가나다", "가다"}),
        ('root ::= ("가" | "나") ("1" | "2")?', {"가", "나", "가1", "가2", "나1", "나2"}),
        (
            'root ::= "매출은 " amount "입니다."\namount ::= "12억" | "3만"',
            {"매출은 12억입니다.", "매출은 3만입니다."},
        ),
        ('# words\n\nroot ::= a-1 # first\na-1 ::= "x" |\n  "y" | (\n "z"\n )\n', {"x", "y", "z"}),
        (r'root ::= "\"\\\n\r\t\x41\uAC00\U0001F600\[\]"', {'"\\\n\r\tA가😀[]'}),
        ('root ::=\n "가"\r\n', {"가"}),
    ],
)
def test_reads_the_finite_part(grammar: str, expected: set[str]) -> None:
    assert sentences(read(grammar)) == expected


@pytest.mark.parametrize(
    "grammar",
    [
        "",
        "root",
        'other ::= "가"',
        "root ::= missing",
        'root ::= "가" root | "나"',
        'root ::= a\na ::= b\nb ::= "x" | a',
        "root ::= [0-9]",
        'root ::= "가"*',
        'root ::= "가"+',
        'root ::= "가"{1,3}',
        "root ::= .",
        'root ::= "가',
        'root ::= ("가"',
        'root ::= "가")',
        'root ::= ? "가"',
        "root ::= " + "(" * 100 + '"가"' + ")" * 100,
        "root ::= " + "(" * 5000,
        "\n".join(f"{'root' if n == 0 else f'r{n}'} ::= r{n + 1}" for n in range(3000)) + '\nr3000 ::= "가"',
    ],
)
def test_leaves_the_rest_to_the_sampler(grammar: str) -> None:
    with pytest.raises(NotFinite):
        read(grammar)
