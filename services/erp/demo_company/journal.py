"""Entries without a trade document: capital, pay, rent, interest; and payments to and from others."""

from datetime import date
from typing import Final

from services.erp.demo_company.accounts import Company
from services.erp.demo_company.books import Party, Voucher
from services.erp.demo_company.world import World
from services.erp.demo_company.writer import stamp

_PAY_SHARE: Final = 0.09
"""Wages as a part of the month's sales."""


class Journal:
    """Books what has no document of its own; `owner` keeps the books."""

    def __init__(self, world: World, owner: str) -> None:
        self._world = world
        self.owner = owner

    def open_books(self, company: Company, stock: int, day: date) -> None:
        """Capital: machines, cash, and what the opening stock is worth."""
        cash, machines = stock, stock // 2
        voucher = self._voucher(company, day, opening=True)
        postings = [("보통예금", cash), ("기계장치", machines), ("기초잔액", stock)]
        self._world.books.post(voucher, [*postings, ("자본금", -cash - machines - stock)])

    def month_end(self, company: Company, sold: int, day: date) -> None:
        """Pay, rent, depreciation, interest; now and then money that no trade explains."""
        books = self._world.books
        pay = max(1_000_000, round(sold * _PAY_SHARE))
        books.post(self._voucher(company, day), [("급여", pay), ("보통예금", -pay)])
        rent = max(500_000, round(sold * 0.01))
        books.post(
            self._voucher(company, day),
            [("임차료", rent), ("통신비", rent // 9), ("보통예금", -rent - rent // 9)],
        )
        books.post(self._voucher(company, day), [("감가상각비", rent // 2), ("기계장치", -(rent // 2))])
        if day.month % 3 == 0:
            interest = max(10_000, sold // 1000)
            books.post(self._voucher(company, day), [("보통예금", interest), ("이자수익", -interest)])
        if company.abbr == "M" and self._world.chance(0.5):
            self._reimburse(company, self._world.random.randint(3, 60) * 10_000, day)
        if self._world.chance(0.3):
            self._transfer(company, self._world.random.randint(1, 40) * 100_000, day)

    def _voucher(self, company: Company, day: date, *, opening: bool = False) -> Voucher:
        name = self._world.writer.number(f"ACC-JV-{day.year}-")
        return Voucher(company, "Journal Entry", name, day, self.owner, opening=opening)

    def _reimburse(self, company: Company, won: int, day: date) -> None:
        """An employee's expenses, paid back."""
        label, party = "미지급급여", Party("Employee", f"HR-EMP-{self._world.random.randint(1, 20):05d}")
        claim = self._voucher(company, day)
        self._world.books.post(claim, [("통신비", won), (label, -won)], party)
        self._world.books.owe(claim, label, party, ("Journal Entry", claim.name), won, won)
        payment = self._payment(company, day, "Pay", won, "보통예금", label, party)
        self._world.books.post(payment, [(label, won), ("보통예금", -won)], party)
        self._world.books.owe(payment, label, party, ("Journal Entry", claim.name), -won, -won)

    def _transfer(self, company: Company, won: int, day: date) -> None:
        """From the bank to the cash box."""
        voucher = self._payment(company, day, "Internal Transfer", won, "보통예금", "현금", None)
        self._world.books.post(voucher, [("현금", won), ("보통예금", -won)])

    def _payment(
        self, company: Company, day: date, kind: str, won: int, source: str, target: str, party: Party | None
    ) -> Voucher:
        name = self._world.writer.number(f"ACC-PAY-{day.year}-")
        amounts = ("paid_amount", "base_paid_amount", "received_amount", "base_received_amount")
        row = {
            **stamp(day, self.owner),
            "name": name,
            "docstatus": 1,
            "payment_type": kind,
            "posting_date": str(day),
            "company": company.name,
            "mode_of_payment": "계좌이체",
            "status": "Submitted",
            "paid_from": company.account(source),
            "paid_to": company.account(target),
            "paid_from_account_currency": "KRW",
            "paid_to_account_currency": "KRW",
            "source_exchange_rate": 1,
            "target_exchange_rate": 1,
            **dict.fromkeys(amounts, won),
            "party_type": party.kind if party else None,
            "party": party.name if party else None,
        }
        self._world.writer.add("tabPayment Entry", row)
        return Voucher(company, "Payment Entry", name, day, self.owner)
