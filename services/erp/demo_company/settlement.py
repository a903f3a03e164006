"""Payments of invoices, received and made: on time, late, in part, never, in advance, in dollars."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from services.erp.demo_company.accounts import Company
from services.erp.demo_company.books import Party, Voucher
from services.erp.demo_company.world import World
from services.erp.demo_company.writer import stamp


@dataclass(frozen=True, slots=True)
class Side:
    """Selling or buying: `sign` +1 where an invoice is a debit of the party, -1 where a credit."""

    invoice: str
    party: str
    payment: str
    ledger: dict[str, str]
    sign: int


SELLING: Final = Side(
    "Sales Invoice", "Customer", "Receive", {"KRW": "외상매출금", "USD": "외화외상매출금"}, 1
)
BUYING: Final = Side(
    "Purchase Invoice", "Supplier", "Pay", {"KRW": "외상매입금", "USD": "외화외상매입금"}, -1
)


@dataclass(slots=True)
class Invoice:
    """An invoice: `own` in the minor unit of its currency, `base` in won; its row is written when settled."""

    company: Company
    name: str
    party: str
    party_name: str
    currency: str
    conversion: float
    due: date
    own: int
    base: int
    row: dict[str, Any]
    paid: int = 0

    @property
    def outstanding(self) -> int:
        return self.own - self.paid

    @property
    def minor(self) -> int:
        return 100 if self.currency == "USD" else 1

    def won(self, amount: int, rate: float) -> int:
        return round(amount * rate / self.minor)

    def booked(self, amount: int) -> int:
        """Won that the invoice brought to the ledger for so much of it."""
        return self.base if amount == self.own else self.won(amount, self.conversion)


class Settlement:
    """The open invoices of one side."""

    def __init__(self, world: World, side: Side, clerks: list[str]) -> None:
        self._world = world
        self._side = side
        self._clerks = clerks
        self._open: dict[str, Invoice] = {}
        self._to_pay: dict[tuple[date, Company, str], list[Invoice]] = defaultdict(list)

    def enter(self, invoice: Invoice, voucher: Voucher, slow: float) -> None:
        """Posts the invoice to the party ledger and decides when it will be paid."""
        side = self._side
        against, label = (side.invoice, invoice.name), side.ledger[invoice.currency]
        party = Party(side.party, invoice.party)
        own = invoice.own / invoice.minor
        self._world.books.owe(voucher, label, party, against, invoice.base, own, invoice.due)
        if voucher.cancelled:
            self._write(invoice, voucher.day)
            return
        self._open[invoice.name] = invoice
        random = self._world.random
        when = self._world.later(invoice.due, -3, 1)
        if self._world.chance(slow):
            when = self._world.later(invoice.due, 4, 75)
        if not self._world.chance(0.03):  # the rest never pays
            self._plan(invoice, max(when, self._world.later(voucher.day, 1, 3)))
        if random.random() < 0.01:
            self._world.at(self._world.later(voucher.day, 5, 20), lambda day: self._advance(invoice, day))

    def credit(self, invoice: Invoice, day: date, own: int) -> bool:
        """Takes a return off its invoice; False if less is owed (the credit then stands by itself)."""
        if self._open.get(invoice.name) is not invoice or own > invoice.outstanding:
            return False
        invoice.paid += own
        self._settle_if_paid(invoice, day)
        return True

    def _plan(self, invoice: Invoice, day: date) -> None:
        key = (day, invoice.company, invoice.party)
        if key not in self._to_pay:
            self._world.at(day, lambda now: self._pay(key, now))
        self._to_pay[key].append(invoice)

    def _pay(self, key: tuple[date, Company, str], day: date) -> None:
        invoices = [each for each in self._to_pay.pop(key) if each.outstanding > 0]
        for currency in ("KRW", "USD"):
            due = [each for each in invoices if each.currency == currency]
            if due:
                self._pay_together(due, day)

    def _pay_together(self, invoices: list[Invoice], day: date) -> None:
        world, first = self._world, invoices[0]
        if world.chance(0.01):  # entered wrongly, cancelled, entered again
            self._enter_payment(first.company, invoices, [each.outstanding for each in invoices], day, 2)
        parts = []
        for invoice in invoices:
            part = invoice.outstanding
            if world.chance(0.07) and part > 100:
                part = int(part * world.random.uniform(0.3, 0.8))
                if world.chance(0.6):
                    self._plan(invoice, world.later(day, 20, 60))
            parts.append(part)
        self._enter_payment(first.company, invoices, parts, day, 1)
        for invoice, part in zip(invoices, parts, strict=True):
            invoice.paid += part
            self._settle_if_paid(invoice, day)

    def _enter_payment(
        self, company: Company, invoices: list[Invoice], parts: list[int], day: date, docstatus: int
    ) -> None:
        world, side, first = self._world, self._side, invoices[0]
        rate = world.dollar(day) if first.currency == "USD" else 1.0
        owner = world.random.choice(self._clerks)
        name = world.writer.number(f"ACC-PAY-{day.year}-")
        voucher = Voucher(company, "Payment Entry", name, day, owner, cancelled=docstatus == 2)
        party, label = Party(side.party, first.party), side.ledger[first.currency]
        won = 0
        for invoice, part in zip(invoices, parts, strict=True):
            paid = invoice.won(part, rate)
            won += paid
            against = (side.invoice, invoice.name)
            world.books.owe(voucher, label, party, against, -paid, -part / invoice.minor)
            if docstatus == 1 and first.currency == "USD":
                self._exchange_difference(invoice, part, paid, day, owner)
        world.books.post(voucher, [("보통예금", side.sign * won), (label, -side.sign * won)], party)
        references = [
            {
                "reference_doctype": side.invoice,
                "reference_name": invoice.name,
                "due_date": str(invoice.due),
                "total_amount": invoice.own / invoice.minor,
                "outstanding_amount": invoice.outstanding / invoice.minor,
                "allocated_amount": part / invoice.minor,
                "exchange_rate": invoice.conversion,
            }
            for invoice, part in zip(invoices, parts, strict=True)
        ]
        own = sum(parts) / first.minor
        self.write_payment(voucher, first, own, won, rate, docstatus, references, unallocated=0)

    def _exchange_difference(self, invoice: Invoice, part: int, paid: int, day: date, owner: str) -> None:
        """Dollars are worth something else than when billed: the difference leaves the party's account."""
        side, world = self._side, self._world
        # Differences of rounded sums, so that a settled invoice is at zero won too.
        difference = invoice.booked(invoice.paid + part) - invoice.booked(invoice.paid) - paid
        if difference:
            name = world.writer.number(f"ACC-JV-{day.year}-")
            voucher = Voucher(invoice.company, "Journal Entry", name, day, owner)
            label, party = side.ledger["USD"], Party(side.party, invoice.party)
            loss = side.sign * difference
            result = "외환차손" if loss > 0 else "외환차익"
            world.books.post(voucher, [(label, -loss), (result, loss)], party)
            world.books.owe(voucher, label, party, (side.invoice, invoice.name), -difference, 0)

    def _advance(self, invoice: Invoice, day: date) -> None:
        """Money that belongs to no invoice yet."""
        world, side = self._world, self._side
        own = max(1, invoice.own // 200) * 100 if invoice.currency == "KRW" else 100_00
        rate = world.dollar(day) if invoice.currency == "USD" else 1.0
        won = invoice.won(own, rate)
        owner = world.random.choice(self._clerks)
        name = world.writer.number(f"ACC-PAY-{day.year}-")
        voucher = Voucher(invoice.company, "Payment Entry", name, day, owner)
        party, label = Party(side.party, invoice.party), side.ledger[invoice.currency]
        amount = own / invoice.minor
        world.books.owe(voucher, label, party, ("Payment Entry", name), -won, -amount)
        world.books.post(voucher, [("보통예금", side.sign * won), (label, -side.sign * won)], party)
        self.write_payment(voucher, invoice, amount, won, rate, 1, [], unallocated=amount)

    def write_payment(
        self,
        voucher: Voucher,
        invoice: Invoice,
        own: float,
        won: int,
        rate: float,
        docstatus: int,
        references: list[dict[str, Any]],
        unallocated: float,
    ) -> None:
        """The Payment Entry's own rows; its bank account is in won."""
        side, writer, company = self._side, self._world.writer, voucher.company
        bank, ledger = company.account("보통예금"), company.account(side.ledger[invoice.currency])
        received = side.payment == "Receive"
        common = {**stamp(voucher.day, voucher.owner, 60), "docstatus": docstatus}
        row = {
            **common,
            "name": voucher.name,
            "payment_type": side.payment,
            "party_type": side.party,
            "party": invoice.party,
            "party_name": invoice.party_name,
            "posting_date": str(voucher.day),
            "company": company.name,
            "mode_of_payment": self._world.random.choice(("계좌이체", "계좌이체", "어음", "카드")),
            "paid_from": ledger if received else bank,
            "paid_to": bank if received else ledger,
            "paid_from_account_currency": invoice.currency if received else "KRW",
            "paid_to_account_currency": "KRW" if received else invoice.currency,
            "paid_amount": own if received else won,
            "received_amount": won if received else own,
            "base_paid_amount": won,
            "base_received_amount": won,
            "source_exchange_rate": rate if received else 1,
            "target_exchange_rate": 1 if received else rate,
            "total_allocated_amount": own - unallocated,
            "unallocated_amount": unallocated,
            "reference_no": f"T{voucher.day:%y%m%d}{voucher.name[-5:]}",
            "reference_date": str(voucher.day),
            "status": ("Draft", "Submitted", "Cancelled")[docstatus],
            "cost_center": company.cost_center("본사"),
        }
        writer.add("tabPayment Entry", row)
        for index, reference in enumerate(references, 1):
            child = {"parent": voucher.name, "parentfield": "references", "parenttype": "Payment Entry"}
            identity = {"name": writer.hash(), "idx": index}
            writer.add("tabPayment Entry Reference", {**common, **child, **identity, **reference})

    def _settle_if_paid(self, invoice: Invoice, day: date) -> None:
        if invoice.outstanding == 0:
            self._write(invoice, day)
            del self._open[invoice.name]

    def _write(self, invoice: Invoice, day: date) -> None:
        row = invoice.row
        own = invoice.outstanding / invoice.minor
        if row["docstatus"] == 2:
            status, own = "Cancelled", 0
        elif row["is_return"]:
            status = "Return"
        elif own == 0:
            status = "Paid"
        elif day > invoice.due:
            status = "Overdue"
        else:
            status = "Partly Paid" if invoice.paid else "Unpaid"
        self._world.writer.add(
            f"tab{self._side.invoice}",
            {**row, "status": status, "outstanding_amount": own, "modified": f"{day} 18:00:00.000000"},
        )

    def write_open(self) -> None:
        """Writes the invoices that are not settled yet, as of today."""
        for invoice in self._open.values():
            self._write(invoice, self._world.today)
        self._open.clear()
