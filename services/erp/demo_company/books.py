"""The ledgers: stock, general, party. What is written here adds up by construction."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from services.erp.demo_company.accounts import CHART, STOCK, Company
from services.erp.demo_company.products import Item
from services.erp.demo_company.writer import Writer, stamp

Posting = tuple[str, int]
"""Account label and won: positive is debit, negative credit."""


@dataclass(frozen=True, slots=True)
class Voucher:
    """A document that posts to the ledgers; `cancelled` ones post a row and its reversal, both marked."""

    company: Company
    kind: str
    name: str
    day: date
    owner: str
    cancelled: bool = False
    opening: bool = False
    project: str | None = None


@dataclass(frozen=True, slots=True)
class Party:
    kind: str
    name: str


class OutOfStockError(Exception):
    """Less lies there than should go."""


class Books:
    """Posts to the ledgers and knows the balances: (quantity, won) by item and warehouse, won by account."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self.stock: dict[tuple[str, str], list[float]] = defaultdict(lambda: [0, 0])
        self.results: dict[tuple[Company, str], int] = defaultdict(int)
        self._seconds: dict[date, int] = defaultdict(int)

    def on_hand(self, item: Item, warehouse: str) -> float:
        return self.stock[item.code, warehouse][0]

    def receive(self, voucher: Voucher, item: Item, warehouse: str, quantity: float, won: int) -> None:
        """Stock comes in at a value."""
        self._move(voucher, item, warehouse, quantity, won, won / quantity)

    def issue(self, voucher: Voucher, item: Item, warehouse: str, quantity: float) -> int:
        """Stock goes out at its average value; returns the won that went.

        Raises:
            OutOfStockError: there is not so much.
        """
        have, value = self.stock[item.code, warehouse]
        if quantity > have:
            raise OutOfStockError(item.code, warehouse)
        won = int(value) if quantity == have else round(value * quantity / have)
        self._move(voucher, item, warehouse, -quantity, -won, 0)
        return won

    def _move(
        self, voucher: Voucher, item: Item, warehouse: str, quantity: float, won: int, incoming: float
    ) -> None:
        balance = self.stock[item.code, warehouse]
        turns = ((quantity, won), (-quantity, -won)) if voucher.cancelled else ((quantity, won),)
        for moved, value in turns:
            balance[0] += moved
            balance[1] += value
            self._seconds[voucher.day] = second = self._seconds[voucher.day] + 1
            hours, rest = divmod(second % 32400, 3600)
            clock = f"{9 + hours:02d}:{rest // 60:02d}:{rest % 60:02d}"
            row = {
                **stamp(voucher.day, voucher.owner, second),
                "name": self._writer.hash(),
                "docstatus": 1,
                "item_code": item.code,
                "warehouse": warehouse,
                "posting_date": str(voucher.day),
                "posting_time": clock,
                "posting_datetime": f"{voucher.day} {clock}.000000",
                "voucher_type": voucher.kind,
                "voucher_no": voucher.name,
                "actual_qty": moved,
                "qty_after_transaction": balance[0],
                "incoming_rate": round(incoming, 9),
                "valuation_rate": round(balance[1] / balance[0], 9) if balance[0] else 0,
                "stock_value": balance[1],
                "stock_value_difference": value,
                "stock_uom": item.unit,
                "company": voucher.company.name,
                "fiscal_year": str(voucher.day.year),
                "is_cancelled": int(voucher.cancelled),
            }
            self._writer.add("tabStock Ledger Entry", row)

    def post(self, voucher: Voucher, postings: Sequence[Posting], party: Party | None = None) -> None:
        """A balanced entry in the general ledger; the party stands on receivable and payable accounts.

        Raises:
            ValueError: debit and credit differ.
        """
        if sum(won for _, won in postings):
            raise ValueError(f"{voucher.name} does not balance: {postings}")
        company = voucher.company
        for label, won in postings:
            if not won:
                continue
            account_type, currency = CHART[label][3], CHART[label][4]
            with_party = party if account_type in ("Receivable", "Payable") else None
            if not voucher.cancelled and CHART[label][2] in ("Income", "Expense"):
                self.results[company, label] += won
            row = {
                **stamp(voucher.day, voucher.owner),
                "docstatus": 1,
                "posting_date": str(voucher.day),
                "account": company.account(label),
                "party_type": with_party.kind if with_party else None,
                "party": with_party.name if with_party else None,
                "cost_center": company.cost_center("본사"),
                "project": voucher.project,
                "account_currency": currency,
                "voucher_type": voucher.kind,
                "voucher_no": voucher.name,
                "is_opening": "Yes" if voucher.opening else "No",
                "fiscal_year": str(voucher.day.year),
                "company": company.name,
                "is_cancelled": int(voucher.cancelled),
            }
            for signed in (won, -won) if voucher.cancelled else (won,):
                debit, credit = max(signed, 0), max(-signed, 0)
                amounts = {"debit": debit, "credit": credit}
                amounts |= {"debit_in_account_currency": debit, "credit_in_account_currency": credit}
                self._writer.add("tabGL Entry", {**row, **amounts, "name": self._writer.hash()})

    def close_year(self, company: Company, year: int, owner: str) -> None:
        """Takes the year's income and expense to retained earnings."""
        name = self._writer.number(f"ACC-PCV-{year}-")
        voucher = Voucher(company, "Period Closing Voucher", name, date(year, 12, 31), owner)
        balances = {label: won for (whose, label), won in self.results.items() if whose is company and won}
        postings = [(label, -won) for label, won in balances.items()]
        self.post(voucher, [*postings, ("이익잉여금", sum(balances.values()))])

    def owe(
        self,
        voucher: Voucher,
        label: str,
        party: Party,
        against: tuple[str, str],
        won: int,
        in_currency: float,
        due: date | None = None,
    ) -> None:
        """A row of the party ledger; `against` is the document whose balance it changes."""
        row: dict[str, Any] = {
            **stamp(voucher.day, voucher.owner),
            "docstatus": 1,
            "posting_date": str(voucher.day),
            "company": voucher.company.name,
            "account_type": CHART[label][3],
            "account": voucher.company.account(label),
            "party_type": party.kind,
            "party": party.name,
            "due_date": str(due or voucher.day),
            "cost_center": voucher.company.cost_center("본사"),
            "voucher_type": voucher.kind,
            "voucher_no": voucher.name,
            "against_voucher_type": against[0],
            "against_voucher_no": against[1],
            "account_currency": CHART[label][4],
            "delinked": int(voucher.cancelled),
        }
        for sign in (1, -1) if voucher.cancelled else (1,):
            amounts = {"amount": sign * won, "amount_in_account_currency": sign * in_currency}
            self._writer.add("tabPayment Ledger Entry", {**row, **amounts, "name": self._writer.hash()})

    def write_bins(self, items: dict[str, Item], demand: "Demand", day: date, owner: str) -> None:
        """One row per item and warehouse that ever held or expects something."""
        places = sorted({*self.stock, *demand.reserved, *demand.ordered, *demand.planned, *demand.needed})
        for code, warehouse in places:
            quantity, value = self.stock[code, warehouse]
            place = (code, warehouse)
            reserved, ordered = demand.reserved[place], demand.ordered[place]
            planned, needed = demand.planned[place], demand.needed[place]
            row = {
                **stamp(day, owner),
                "name": self._writer.hash(),
                "item_code": code,
                "warehouse": warehouse,
                "stock_uom": items[code].unit,
                "actual_qty": quantity,
                "reserved_qty": reserved,
                "ordered_qty": ordered,
                "planned_qty": planned,
                "reserved_qty_for_production": needed,
                "projected_qty": quantity + ordered + planned - reserved - needed,
                "stock_value": value,
                "valuation_rate": round(value / quantity, 9) if quantity else 0,
            }
            self._writer.add("tabBin", row)


class Demand:
    """What open documents will take from or bring to a place, by (item code, warehouse)."""

    def __init__(self) -> None:
        self.reserved: dict[tuple[str, str], float] = defaultdict(float)
        self.ordered: dict[tuple[str, str], float] = defaultdict(float)
        self.planned: dict[tuple[str, str], float] = defaultdict(float)
        self.needed: dict[tuple[str, str], float] = defaultdict(float)


def stock_postings(moves: Sequence[tuple[Item, int]]) -> dict[str, int]:
    """Won by stock account."""
    by_account: dict[str, int] = defaultdict(int)
    for item, won in moves:
        by_account[STOCK[item.origin]] += won
    return dict(by_account)
