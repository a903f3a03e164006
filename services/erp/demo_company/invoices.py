"""Customers' invoices, with a delivery before or without, and what comes back."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import Any, Final

from services.erp.demo_company.accounts import COST, INCOME, Company
from services.erp.demo_company.books import Party, Voucher, stock_postings
from services.erp.demo_company.orders import Note, Orders
from services.erp.demo_company.rows import CANCELLED, DRAFT, SUBMITTED, child, header, of_customer
from services.erp.demo_company.settlement import SELLING, Invoice, Settlement
from services.erp.demo_company.world import Customer, Line, Priced, Terms, World, price

_NOTES_AN_INVOICE: Final = 15


@dataclass(frozen=True, slots=True)
class Part:
    """What one invoice line bills: so much of an order's line, as a note's line delivered it, if one did."""

    line: Line
    quantity: float
    note: Note | None = None
    note_line: str | None = None


@dataclass(frozen=True, slots=True)
class Bill:
    """An invoice to be: who, for what, on which terms."""

    company: Company
    customer: Customer
    terms: Terms
    parts: list[Part]
    owner: str
    project: str | None

    @property
    def moves_stock(self) -> bool:
        return self.parts[0].note is None

    @property
    def quantities(self) -> list[tuple[Line, float]]:
        return [(part.line, part.quantity) for part in self.parts]


class Invoices:
    """Bills deliveries and counter sales, takes goods back. `lines` and `billed` (won) are running totals."""

    def __init__(self, world: World, orders: Orders, settlement: Settlement) -> None:
        self._world = world
        self._orders = orders
        self._settlement = settlement
        self._customers = {customer.name: customer for customer in world.customers}
        self.lines = 0
        self.billed: dict[Company, int] = defaultdict(int)

    def bill_deliveries(self, day: date, *, month_end: bool) -> None:
        """Bills the notes that wait; customers with a monthly invoice at the end of the month."""
        for company, name in list(self._orders.waiting):
            customer = self._customers[name]
            if month_end or not customer.monthly:
                notes = self._orders.waiting.pop((company, name))
                for start in range(0, len(notes), _NOTES_AN_INVOICE):
                    self._bill_notes(company, customer, notes[start : start + _NOTES_AN_INVOICE], day)

    def _bill_notes(self, company: Company, customer: Customer, notes: list[Note], day: date) -> None:
        world, order = self._world, notes[0].order
        parts = [
            Part(line, quantity, note, name)
            for note in notes
            for (line, quantity), name in zip(note.parts, note.children, strict=True)
        ]
        terms = self._orders.at_rate(order.terms, day)
        bill = Bill(company, customer, terms, parts, order.owner, order.project)
        name = world.writer.number(f"ACC-SINV-{day.year}-")
        fate = world.random.random()
        if fate < 0.08 and (world.today - day).days < 8:
            self._write_draft(bill, name, day)
            self._orders.waiting[company, customer.name] += notes
            return
        if fate > 0.985:
            self._submit(bill, name, day, cancelled=True)
            self._submit(bill, f"{name}-1", day, amended_from=name)
        else:
            self._submit(bill, name, day)
        self._orders.billed(notes)

    def sell_at_counter(self, company: Company, customer: Customer, day: date) -> None:
        """An invoice without order and note, which moves the stock itself."""
        world, terms = self._world, self._orders.terms(customer, day)
        parts = []
        for item in self._orders.choose()[:3]:
            line = self._orders.line(company, customer, item, terms, day)
            there = world.books.on_hand(item, line.warehouse) / line.factor
            if item.origin == "service" or there >= line.quantity:
                parts.append(Part(line, line.quantity))
        if parts:
            owner = world.random.choice(world.sellers)
            name = world.writer.number(f"ACC-SINV-{day.year}-")
            self._submit(Bill(company, customer, terms, parts, owner, None), name, day)

    def open_balance(self, company: Company, customer: Customer, won: int, day: date, owner: str) -> None:
        """What a customer owed when the books began: an opening invoice without item and tax."""
        name = self._world.writer.number(f"ACC-SINV-{day.year}-")
        voucher = Voucher(company, "Sales Invoice", name, day, owner, opening=True)
        priced = Priced({}, [], won, 0, won, won, {})
        totals = {
            **dict.fromkeys(("base_total", "base_net_total", "total", "net_total"), won),
            **dict.fromkeys(("base_grand_total", "grand_total", "base_rounded_total", "rounded_total"), won),
            "company": company.name,
            "currency": "KRW",
            "conversion_rate": 1,
        }
        priced.header.update(totals)
        line = {
            **child(voucher, self._world.writer.hash(), 1, SUBMITTED),
            "item_name": "기초잔액",
            "description": "기초잔액",
            "qty": 1,
            "stock_qty": 1,
            "uom": "회",
            "conversion_factor": 1,
            "stock_uom": "회",
            "income_account": company.account("기초잔액"),
            **dict.fromkeys(("rate", "amount", "net_rate", "net_amount"), won),
            **dict.fromkeys(("base_rate", "base_amount", "base_net_rate", "base_net_amount"), won),
        }
        self._world.writer.add("tabSales Invoice Item", line)
        party = Party("Customer", customer.name)
        self._world.books.post(voucher, [("외상매출금", won), ("기초잔액", -won)], party)
        self._enter(voucher, customer, priced, day + timedelta(30), {"is_opening": "Yes"})

    def _write_draft(self, bill: Bill, name: str, day: date) -> None:
        voucher = Voucher(bill.company, "Sales Invoice", name, day, bill.owner, project=bill.project)
        priced = price(bill.terms, bill.quantities, bill.company, bill.project)
        self._write_lines(voucher, bill, priced, DRAFT)
        row = {**header(voucher, priced, DRAFT), **of_customer(bill.customer), "status": "Draft"}
        due = {"due_date": str(day + timedelta(bill.customer.terms)), "is_opening": "No"}
        self._world.writer.add("tabSales Invoice", {**row, **due})

    def _submit(
        self, bill: Bill, name: str, day: date, *, cancelled: bool = False, amended_from: str | None = None
    ) -> None:
        world, customer = self._world, bill.customer
        voucher = Voucher(
            *(bill.company, "Sales Invoice", name, day, bill.owner), cancelled=cancelled, project=bill.project
        )
        priced = price(bill.terms, bill.quantities, bill.company, bill.project)
        if bill.moves_stock:
            self._orders.ship(voucher, bill.quantities)
        self._write_lines(voucher, bill, priced, CANCELLED if cancelled else SUBMITTED)
        self._post(voucher, priced, customer)
        more = {"update_stock": int(bill.moves_stock), "amended_from": amended_from}
        due = day + timedelta(customer.terms)
        invoice = self._enter(voucher, customer, priced, due, more)
        goods = [part for part in bill.parts if part.line.item.origin != "service"]
        if not cancelled:
            self.billed[bill.company] += priced.net
            if goods and customer.currency == "KRW" and world.chance(0.03):
                back = partial(self._take_back, invoice, bill, goods[:2])
                world.at(world.later(day, 3, 25), back)

    def _post(self, voucher: Voucher, priced: Priced, customer: Customer) -> None:
        income: dict[str, int] = defaultdict(int)
        for origin, won in priced.by_origin.items():
            income[INCOME[origin]] -= won
        postings = [(SELLING.ledger[customer.currency], priced.grand), *income.items()]
        postings.append(("부가세예수금", -priced.tax))
        self._world.books.post(voucher, postings, Party("Customer", customer.name))

    def _enter(
        self, voucher: Voucher, customer: Customer, priced: Priced, due: date, more: dict[str, Any]
    ) -> Invoice:
        row = {
            **header(voucher, priced, CANCELLED if voucher.cancelled else SUBMITTED),
            **of_customer(customer),
            "due_date": str(due),
            "is_opening": "No",
            "debit_to": voucher.company.account(SELLING.ledger[customer.currency]),
            "party_account_currency": customer.currency,
            **more,
        }
        invoice = Invoice(
            *(voucher.company, voucher.name, customer.name, customer.label, customer.currency),
            *(priced.header["conversion_rate"], due, priced.own, priced.grand, row),
        )
        self._settlement.enter(invoice, voucher, customer.slow)
        return invoice

    def _write_lines(self, voucher: Voucher, bill: Bill, priced: Priced, docstatus: int) -> None:
        writer = self._world.writer
        for index, (part, columns) in enumerate(zip(bill.parts, priced.lines, strict=True), 1):
            links: dict[str, Any] = {"income_account": bill.company.account(INCOME[part.line.item.origin])}
            if part.note:
                links |= {"sales_order": part.note.order.name, "so_detail": part.line.name}
                links |= {"delivery_note": part.note.name, "dn_detail": part.note_line}
            identity = child(voucher, writer.hash(), index, docstatus)
            writer.add("tabSales Invoice Item", {**identity, **columns, **links})
        self.lines += len(bill.parts)

    # ---- returns

    def _take_back(self, invoice: Invoice, bill: Bill, goods: list[Part], day: date) -> None:
        """The customer sends goods back: a return note (if one delivered them) and a credit note."""
        world, company, customer = self._world, bill.company, bill.customer
        parts = []
        for part in goods:
            some = float(max(1, int(part.quantity * world.random.uniform(0.1, 0.6))))
            back = part.quantity if part.quantity <= 2 else some
            part.line.returned += back
            parts.append(Part(part.line, -back, part.note, part.note_line))
        credit = Bill(company, customer, bill.terms, parts, bill.owner, bill.project)
        priced = price(credit.terms, credit.quantities, company, bill.project)
        for columns in priced.lines:
            columns["warehouse"] = company.returns
        name = world.writer.number(f"ACC-SINV-RET-{day.year}-")
        voucher = Voucher(company, "Sales Invoice", name, day, bill.owner, project=bill.project)
        if credit.moves_stock:
            self._restock(voucher, parts)
        else:
            self._return_note(credit, priced, day)
        self._write_lines(voucher, credit, priced, SUBMITTED)
        self._post(voucher, priced, customer)
        against = invoice.name if self._settlement.credit(invoice, day, -priced.own) else name
        party = Party("Customer", customer.name)
        world.books.owe(voucher, "외상매출금", party, ("Sales Invoice", against), priced.grand, priced.own)
        row = {
            **header(voucher, priced, SUBMITTED),
            **of_customer(customer),
            "is_return": 1,
            "return_against": invoice.name,
            "status": "Return",
            "due_date": str(day),
            "is_opening": "No",
            "update_stock": int(credit.moves_stock),
            "debit_to": company.account("외상매출금"),
            "party_account_currency": "KRW",
            "outstanding_amount": priced.own if against == name else 0,
        }
        world.writer.add("tabSales Invoice", row)

    def _return_note(self, credit: Bill, priced: Priced, day: date) -> None:
        writer = self._world.writer
        name = writer.number(f"MAT-DN-RET-{day.year}-")
        voucher = Voucher(credit.company, "Delivery Note", name, day, credit.owner, project=credit.project)
        self._restock(voucher, credit.parts)
        for index, (part, columns) in enumerate(zip(credit.parts, priced.lines, strict=True), 1):
            order = part.note.order.name if part.note else None
            links = {"against_sales_order": order, "so_detail": part.line.name}
            row = {**child(voucher, writer.hash(), index, SUBMITTED), **columns, **links}
            writer.add("tabDelivery Note Item", row)
        first = credit.parts[0].note
        row = {
            **header(voucher, priced, SUBMITTED),
            **of_customer(credit.customer),
            "is_return": 1,
            "return_against": first.name if first else None,
            "status": "Return",
            "per_billed": 100,
        }
        writer.add("tabDelivery Note", row)

    def _restock(self, voucher: Voucher, parts: list[Part]) -> None:
        """Goods come back at what such goods are worth now."""
        books, moves = self._world.books, []
        cost_of_sales: dict[str, int] = defaultdict(int)
        for part in parts:
            item, amount = part.line.item, -part.quantity * part.line.factor
            have, value = books.stock[item.code, part.line.warehouse]
            worth = value / have if have else item.cost
            cost = round(worth * amount)
            books.receive(voucher, item, voucher.company.returns, amount, cost)
            moves.append((item, cost))
            cost_of_sales[COST[item.origin]] -= cost
        books.post(voucher, [*cost_of_sales.items(), *stock_postings(moves).items()])
