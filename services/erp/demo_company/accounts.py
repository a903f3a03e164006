"""The chart of accounts, for each company the same."""

from dataclasses import dataclass
from typing import Final

# label: (number, above, root type, account type, currency)
CHART: Final = {
    "자산": ("1000", None, "Asset", None, "KRW"),
    "현금": ("1010", "자산", "Asset", "Cash", "KRW"),
    "보통예금": ("1030", "자산", "Asset", "Bank", "KRW"),
    "외상매출금": ("1080", "자산", "Asset", "Receivable", "KRW"),
    "외화외상매출금": ("1081", "자산", "Asset", "Receivable", "USD"),
    "부가세대급금": ("1350", "자산", "Asset", "Tax", "KRW"),
    "재고자산": ("1400", "자산", "Asset", None, "KRW"),
    "상품": ("1460", "재고자산", "Asset", "Stock", "KRW"),
    "제품": ("1500", "재고자산", "Asset", "Stock", "KRW"),
    "원재료": ("1530", "재고자산", "Asset", "Stock", "KRW"),
    "기계장치": ("2060", "자산", "Asset", "Fixed Asset", "KRW"),
    "기초잔액": ("1990", "자산", "Asset", "Temporary", "KRW"),
    "부채": ("2500", None, "Liability", None, "KRW"),
    "외상매입금": ("2510", "부채", "Liability", "Payable", "KRW"),
    "입고미정산": ("2515", "부채", "Liability", "Stock Received But Not Billed", "KRW"),
    "부가세예수금": ("2550", "부채", "Liability", "Tax", "KRW"),
    "외화외상매입금": ("2511", "부채", "Liability", "Payable", "USD"),
    "미지급급여": ("2620", "부채", "Liability", "Payable", "KRW"),
    "자본": ("3300", None, "Equity", None, "KRW"),
    "자본금": ("3310", "자본", "Equity", "Equity", "KRW"),
    "이익잉여금": ("3750", "자본", "Equity", "Equity", "KRW"),
    "수익": ("4000", None, "Income", None, "KRW"),
    "매출": ("4010", "수익", "Income", None, "KRW"),
    "상품매출": ("4011", "매출", "Income", "Income Account", "KRW"),
    "제품매출": ("4012", "매출", "Income", "Income Account", "KRW"),
    "서비스매출": ("4013", "매출", "Income", "Income Account", "KRW"),
    "영업외수익": ("9000", "수익", "Income", None, "KRW"),
    "이자수익": ("9010", "영업외수익", "Income", "Income Account", "KRW"),
    "외환차익": ("9070", "영업외수익", "Income", "Income Account", "KRW"),
    "비용": ("5000", None, "Expense", None, "KRW"),
    "매출원가": ("5010", "비용", "Expense", None, "KRW"),
    "상품매출원가": ("5011", "매출원가", "Expense", "Cost of Goods Sold", "KRW"),
    "제품매출원가": ("5012", "매출원가", "Expense", "Cost of Goods Sold", "KRW"),
    "제조간접비배부": ("5090", "매출원가", "Expense", "Expenses Included In Valuation", "KRW"),
    "판매관리비": ("8000", "비용", "Expense", None, "KRW"),
    "급여": ("8010", "판매관리비", "Expense", "Expense Account", "KRW"),
    "통신비": ("8140", "판매관리비", "Expense", "Expense Account", "KRW"),
    "임차료": ("8190", "판매관리비", "Expense", "Expense Account", "KRW"),
    "운반비": ("8240", "판매관리비", "Expense", "Expense Account", "KRW"),
    "감가상각비": ("8180", "판매관리비", "Expense", "Depreciation", "KRW"),
    "영업외비용": ("9500", "비용", "Expense", None, "KRW"),
    "외환차손": ("9520", "영업외비용", "Expense", "Expense Account", "KRW"),
}

GROUPS: Final = frozenset(above for _, above, *_ in CHART.values() if above)

STOCK: Final = {"traded": "상품", "made": "제품", "material": "원재료"}
INCOME: Final = {"traded": "상품매출", "made": "제품매출", "material": "상품매출", "service": "서비스매출"}
COST: Final = {"traded": "상품매출원가", "made": "제품매출원가", "material": "상품매출원가"}
"""By an item's origin: where it lies, sells and costs."""


@dataclass(frozen=True, slots=True, eq=False)
class Company:
    """`share` of the business; `traded` to `returns` are warehouses, `regional` those of one region."""

    name: str
    abbr: str
    share: float
    traded: str
    made: str
    material: str
    returns: str
    regional: dict[str, str]

    def account(self, label: str) -> str:
        return f"{CHART[label][0]} - {label} - {self.abbr}"

    def cost_center(self, label: str) -> str:
        return f"{label} - {self.abbr}"

    def warehouse(self, origin: str, territory_above: str | None) -> str:
        """Where an item of `origin` is shipped from to a customer in that region."""
        if origin == "traded" and territory_above in self.regional:
            return self.regional[territory_above]
        return {"traded": self.traded, "made": self.made}.get(origin, self.material)


MAKER: Final = Company(
    *("마루산업", "M", 0.84, "상품창고 - M", "완제품창고 - M", "원자재창고 - M", "반품창고 - M"),
    {"영남권": "부산창고 - M"},
)  # fmt: skip
TRADER: Final = Company(
    "마루유통", "MD", 0.16, "유통본창고 - MD", "유통본창고 - MD", "유통본창고 - MD", "유통반품창고 - MD", {}
)  # fmt: skip

WAREHOUSES: Final = {
    MAKER: {
        "전체창고": None,
        "본사물류센터": "전체창고",
        "상품창고": "본사물류센터",
        "완제품창고": "본사물류센터",
        "반품창고": "본사물류센터",
        "원자재창고": "전체창고",
        "부산물류센터": "전체창고",
        "부산창고": "부산물류센터",
    },
    TRADER: {"유통전체창고": None, "유통본창고": "유통전체창고", "유통반품창고": "유통전체창고"},
}
"""Company -> warehouse -> the one above it; a row's name is `label - abbreviation`."""
