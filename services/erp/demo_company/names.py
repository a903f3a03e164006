"""Invented Korean names that resemble each other, as a real customer list does."""

from collections.abc import Iterator
from random import Random
from typing import Final

TERRITORIES: Final = {
    "국내": None,
    "수도권": "국내",
    "서울": "수도권",
    "경기": "수도권",
    "인천": "수도권",
    "영남권": "국내",
    "부산": "영남권",
    "대구": "영남권",
    "울산": "영남권",
    "경남": "영남권",
    "호남권": "국내",
    "광주": "호남권",
    "전북": "호남권",
    "충청권": "국내",
    "대전": "충청권",
    "충남": "충청권",
    "강원·제주": "국내",
    "해외": None,
    "미국": "해외",
    "일본": "해외",
    "베트남": "해외",
}
"""Territory -> the one above it."""

DOMESTIC: Final = (
    *("서울", "경기", "경기", "인천", "부산", "부산", "대구", "울산", "경남"),
    *("광주", "전북", "대전", "충남", "강원·제주"),
)
CUSTOMER_GROUPS: Final = ("제조업체", "대리점", "유통점", "관공서", "온라인몰", "해외거래처", "관계사")
SUPPLIER_GROUPS: Final = ("원자재", "부품", "외주가공", "포장재", "운송", "일반")

# The first ones stand in every company: names that a question can easily mix up.
FIRST_CUSTOMERS: Final = (
    ("(주)대한상사", "서울", "대리점", "대한, DH상사"),
    ("대한상사(주) 부산", "부산", "대리점", "대한 부산"),
    ("대한상사", "대구", "유통점", None),
    ("대한산업", "울산", "제조업체", None),
    ("(주)대한산업기계", "경기", "제조업체", None),
    ("주식회사 한국정밀", "경기", "제조업체", "한정"),
    ("한국정밀공업(주)", "인천", "제조업체", None),
    ("한국정밀테크", "경남", "제조업체", None),
    ("(주)동아기계", "경기", "제조업체", None),
    ("동아기계상사", "서울", "유통점", None),
    ("동아베어링(주)", "부산", "대리점", "동아"),
    ("삼우자동화(주)", "충남", "제조업체", None),
    ("(주)삼우", "서울", "유통점", None),
    ("세진테크(주)", "경기", "제조업체", None),
    ("세진테크놀로지", "대전", "제조업체", None),
    ("부산항만관리소", "부산", "관공서", None),
    ("공구마당몰", "서울", "온라인몰", "공구마당"),
)
FIRST_SUPPLIERS: Final = (
    ("(주)한빛특수강", "원자재", "한빛"),
    ("한빛금속", "원자재", None),
    ("대한산업", "부품", None),  # a customer is called so too
    ("우진주물(주)", "외주가공", None),
    ("우진정공", "외주가공", None),
    ("(주)태성베어링공업", "부품", "태성"),
    ("태성오일씰", "부품", None),
    ("그린포장(주)", "포장재", None),
    ("바른물류", "운송", None),
)
FOREIGN_CUSTOMERS: Final = (
    ("Daehan Trading USA Inc.", "미국"),
    ("Pacific Bearing Supply LLC", "미국"),
    ("Sakura Kikai K.K.", "일본"),
    ("Saigon Machinery Co., Ltd.", "베트남"),
    ("Hanoi Industrial Parts JSC", "베트남"),
)

_ROOTS: Final = (
    *("대한", "한국", "동아", "삼우", "세진", "성진", "우진", "신성", "대성", "태성", "한빛", "서광", "동방"),
    *("남선", "경인", "영남", "호남", "제일", "유성", "금강", "미래", "청우", "보람", "진흥", "광명", "대동"),
    *("삼정", "풍원", "이화", "은성", "창신", "두레", "가람", "누리", "한울", "새한", "정우", "명진"),
)
_BUSINESSES: Final = (
    *("상사", "산업", "정밀", "기계", "테크", "유통", "종합상사", "엔지니어링", "베어링", "유압", "자동화"),
    *("건설", "중공업", "물산", "공업사", "시스템", "정공", "툴링", "하이텍", "상공", "기전", "플랜트"),
)
_FORMS: Final = ("(주){}", "{}(주)", "주식회사 {}", "{}", "{}")
_BRANCHES: Final = ("", "", "", "", "", " 부산", " 대구지점", " 2공장")


def firms(random: Random, taken: set[str]) -> Iterator[str]:
    """Invented firms without end, none of them in `taken`; digits come in when the words run out."""
    round_ = 0
    while True:
        names = [root + business for root in _ROOTS for business in _BUSINESSES]
        random.shuffle(names)
        round_ += 1
        for name in names:
            number = str(round_) if round_ > 1 else ""
            firm = random.choice(_FORMS).format(name + number) + random.choice(_BRANCHES)
            if firm not in taken:
                taken.add(firm)
                yield firm


_SURNAMES: Final = "김이박최정강조윤장임한오서신권황안송류홍"
_GIVEN: Final = (
    *("민준", "서연", "지훈", "지민", "현우", "수진", "도윤", "하은", "영호", "미경", "성민", "은지", "재현"),
    *("유진", "태호", "소영", "준영", "다은", "상철", "혜진", "동훈", "예린", "경수", "나래", "우성", "보라"),
)


def people(random: Random) -> Iterator[str]:
    """Korean personal names, no two alike until all have come."""
    names = [surname + given for surname in _SURNAMES for given in _GIVEN]
    random.shuffle(names)
    yield from names
