"""What the demo company trades, makes, buys and charges for."""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Final, Literal, NamedTuple

Origin = Literal["traded", "made", "material", "service"]

ITEM_GROUPS: Final = {
    "제품": None,
    "유압펌프": "제품",
    "감속기": "제품",
    "볼밸브": "제품",
    "상품": None,
    "베어링": "상품",
    "볼베어링": "베어링",
    "롤러베어링": "베어링",
    "씰": "상품",
    "동력전달": "상품",
    "체결부품": "상품",
    "윤활유": "상품",
    "원자재": None,
    "강재": "원자재",
    "주물": "원자재",
    "부품": "원자재",
    "서비스": None,
}
"""Item group -> the one above it."""

BRANDS: Final = ("마루", "한빛", "NSB", "KOBEX", "SEJIN")


@dataclass(slots=True, eq=False)
class Item:
    """`price` and `cost` in won for one stock unit; `pack` stock units make one `pack_unit`."""

    code: str
    name: str
    group: str
    origin: Origin
    unit: str
    price: int
    cost: int
    typical: int
    brand: str | None = None
    pack_unit: str | None = None
    pack: int = 1
    popularity: float = 1.0
    disabled: bool = False


class Family(NamedTuple):
    """Items that differ in size alone; `{}` in code and name is the size."""

    code: str
    name: str
    group: str
    origin: Origin
    unit: str
    price: int
    typical: int
    pack: tuple[str, int] | None
    sizes: tuple[str, ...]


_FAMILIES: Final = tuple(Family(*each) for each in (
    ("BRG-{}", "볼베어링 {}", "볼베어링", "traded", "EA", 4200, 60, None,
     ("6200", "6201", "6202", "6203", "6204", "6205", "6206", "6207", "6208", "6303", "6304", "6305")),
    ("BRG-{}ZZ", "볼베어링 {}ZZ", "볼베어링", "traded", "EA", 4900, 40, None,
     ("6200", "6202", "6203", "6204", "6205", "6206", "6304", "6305")),
    ("BRG-{}-2RS", "볼베어링 {} 2RS", "볼베어링", "traded", "EA", 5400, 30, None,
     ("6202", "6203", "6204", "6205", "6206", "6305")),
    ("BRG-NU{}", "롤러베어링 NU{}", "롤러베어링", "traded", "EA", 28500, 8, None,
     ("204", "205", "206", "207", "208", "304", "305")),
    ("BRG-{}", "테이퍼 롤러베어링 {}", "롤러베어링", "traded", "EA", 17800, 10, None,
     ("30203", "30204", "30205", "30206", "32205", "32206")),
    ("SEAL-TC{}", "오일씰 TC {}", "씰", "traded", "EA", 1900, 80, None,
     ("20-35-7", "25-40-7", "25-42-7", "30-45-8", "30-47-8", "35-50-8", "40-55-8")),
    ("BELT-{}", "V벨트 {}", "동력전달", "traded", "EA", 6200, 25, None,
     ("A-36", "A-38", "A-40", "A-42", "B-50", "B-52", "B-60")),
    ("CHAIN-{}", "롤러체인 {}", "동력전달", "traded", "M", 11500, 15, None, ("RS40", "RS50", "RS60", "RS80")),
    ("CPL-{}", "커플링 {}", "동력전달", "traded", "EA", 34000, 6, None, ("L070", "L075", "L090", "L095")),
    ("BOLT-{}", "육각볼트 {}", "체결부품", "traded", "EA", 120, 12, ("BOX", 100),
     ("M6x20", "M6x25", "M8x20", "M8x25", "M10x30", "M10x40", "M12x40", "M16x60")),
    ("NUT-{}", "육각너트 {}", "체결부품", "traded", "EA", 45, 10, ("BOX", 200), ("M6", "M8", "M10", "M12")),
    ("OIL-{}", "유압유 {}", "윤활유", "traded", "L", 5300, 4, ("DRUM", 200), ("VG32", "VG46", "VG68")),
    ("GRS-{}", "그리스 {}", "윤활유", "traded", "KG", 8800, 20, None, ("EP1", "EP2", "MP3")),
    ("HP-{}", "유압펌프 HP-{}", "유압펌프", "made", "EA", 385000, 3, None, ("10", "20", "25", "32", "40")),
    ("GR-{}", "감속기 GR-{}", "감속기", "made", "EA", 520000, 2, None, ("30", "40", "50", "63", "80")),
    ("BV-{}", "볼밸브 {}", "볼밸브", "made", "EA", 23500, 20, None,
     ("15A", "20A", "25A", "32A", "40A", "50A")),
    ("BV-SET", "볼밸브", "볼밸브", "made", "SET", 98000, 4, None, ("",)),  # called as its group is
    ("RM-BAR-{}", "환봉 SCM440 {}", "강재", "material", "KG", 2100, 500, None, ("Ø30", "Ø40", "Ø50", "Ø60")),
    ("RM-PL-{}", "강판 SS400 {}", "강재", "material", "KG", 1350, 800, None, ("6T", "9T", "12T")),
    ("RM-CAST-{}", "주물 바디 {}", "주물", "material", "EA", 31000, 60, None, ("HP", "GR", "BV")),
    ("RM-SHAFT-{}", "가공 샤프트 {}", "부품", "material", "EA", 14500, 60, None, ("HP", "GR")),
    ("RM-ORING-{}", "O링 {}", "부품", "material", "EA", 90, 2000, None, ("P-20", "P-25", "G-40")),
    ("RM-PLATE", "명판", "부품", "material", "EA", 150, 1000, None, ("",)),
    ("SVC-{}", "{} 서비스", "서비스", "service", "회", 180000, 1, None, ("설치", "정기점검", "긴급출동")),
))  # fmt: skip

MADE_OF: Final = {
    "HP": {"RM-CAST-HP": 1, "RM-SHAFT-HP": 1, "RM-BAR-Ø40": 6.5, "RM-ORING-P-20": 8, "RM-PLATE": 1},
    "GR": {"RM-CAST-GR": 1, "RM-SHAFT-GR": 2, "RM-BAR-Ø60": 12.5, "RM-ORING-G-40": 4, "RM-PLATE": 1},
    "BV": {"RM-CAST-BV": 0.25, "RM-PL-6T": 1.5, "RM-ORING-P-25": 2},
}
"""First letters of a made item -> the materials of one piece."""


def items(random: Random, count: int) -> list[Item]:
    """About `count` items: all families, and further sizes of the traded ones when more are wanted."""
    found = list(_listed(random))
    found.append(Item("BRG-SP-001", "볼베어링 6203", "볼베어링", "traded", "EA", 5100, 3600, 20, "SEJIN"))
    traded = [family for family in _FAMILIES if family.origin == "traded"]
    number = 7000
    while len(found) < count:
        number += 1
        found.append(_item(random, traded[number % len(traded)], str(number)))
    for item in found:
        item.popularity = 1 / (1 + random.paretovariate(0.9)) if item.origin != "material" else 0.0
        item.disabled = item.origin == "traded" and random.random() < 0.03
    return found


def _listed(random: Random) -> Iterator[Item]:
    for family in _FAMILIES:
        for size in family.sizes:
            yield _item(random, family, size)


def _item(random: Random, family: Family, size: str) -> Item:
    digits = int("".join(filter(str.isdigit, size)) or 0)
    price = int(family.price * (0.8 + digits % 97 / 97) // 10 * 10) or 10
    # Materials are listed at what they cost; the rest earns its margin.
    cost = price if family.origin == "material" else max(1, int(price * random.uniform(0.58, 0.82)))
    return Item(
        code=family.code.format(size),
        name=family.name.format(size),
        group=family.group,
        origin=family.origin,
        unit=family.unit,
        price=price,
        cost=cost,
        typical=family.typical if family.origin == "service" else 5 * family.typical,
        brand={"made": "마루", "traded": random.choice(BRANDS[1:])}.get(family.origin),
        pack_unit=family.pack[0] if family.pack else None,
        pack=family.pack[1] if family.pack else 1,
    )
