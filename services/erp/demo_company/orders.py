"""Customers' orders and their deliveries."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from itertools import accumulate
from typing import Any

from services.erp.demo_company.accounts import COST, Company
from services.erp.demo_company.books import Voucher, stock_postings
from services.erp.demo_company.products import Item
from services.erp.demo_company.rows import CANCELLED, DRAFT, SUBMITTED, child, header, of_customer, undated
from services.erp.demo_company.world import Customer, Line, Terms, World, price


@dataclass(slots=True)
class Order:
    """A sales order; its rows are written when it is done with, or at the end."""

    name: str
    company: Company
    customer: Customer
    day: date
    owner: str
    terms: Terms
    lines: list[Line]
    project: str | None = None
    amended_from: str | None = None
    docstatus: int = SUBMITTED
    held: bool = False
    closed: bool = False
    splits: bool = False


@dataclass(slots=True)
class Note:
    """A delivery note that waits for its invoice; `children` are the names of its lines."""

    name: str
    order: Order
    parts: list[tuple[Line, float]]
    row: dict[str, Any]
    rows: list[dict[str, Any]]
    children: list[str] = field(default_factory=list)


class Orders:
    """Takes orders and delivers them; `waiting` are the delivery notes to bill, by company and customer."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._open: dict[str, Order] = {}
        self.waiting: dict[tuple[Company, str], list[Note]] = defaultdict(list)
        self._sold = [each for each in world.items.values() if each.popularity > 0 and not each.disabled]
        self._popularity = list(accumulate(each.popularity for each in self._sold))

    def take(self, company: Company, customer: Customer, day: date) -> None:
        """A customer orders; what follows is planned."""
        world, random = self._world, self._world.random
        terms = self.terms(customer, day)
        wanted = world.later(day, 3, 21)
        lines = [self.line(company, customer, item, terms, wanted) for item in self.choose()]
        order = Order(
            world.writer.number(f"SAL-ORD-{day.year}-"),
            *(company, customer, day, random.choice(world.sellers), terms, lines),
            project=random.choice(world.projects) if world.chance(0.05) else None,
        )
        fate = random.random()
        recent = (world.today - day).days < 12
        if fate < (0.12 if recent else 0.015):
            order.docstatus = DRAFT
            self._write(order)
        elif fate < 0.145:
            self._open[order.name] = order
            order.splits = True
            self._ship_sometime(order)
        elif fate < 0.165:
            order.docstatus = CANCELLED
            self._write(order)
            if fate < 0.16:
                self._amend(order)
        elif fate < 0.175:
            self._open[order.name] = order
            order.held = True
            if world.chance(0.5):
                world.at(world.later(day, 15, 40), partial(self._resume, order))
        else:
            self._open[order.name] = order
            self._ship_sometime(order)

    def _amend(self, cancelled: Order) -> None:
        """The same order again, under the next name, with one more of everything."""
        lines = [
            Line(
                self._world.writer.hash(),
                *(line.item, line.quantity + 1, line.unit, line.factor, line.rate, line.warehouse, line.due),
            )
            for line in cancelled.lines
        ]
        order = Order(
            f"{cancelled.name}-1",
            *(cancelled.company, cancelled.customer, cancelled.day, cancelled.owner, cancelled.terms, lines),
            project=cancelled.project,
            amended_from=cancelled.name,
        )
        self._open[order.name] = order
        self._ship_sometime(order)

    def _resume(self, order: Order, day: date) -> None:
        order.held = False
        self._world.at(self._world.later(day, 1, 5), partial(self._deliver, order))

    def _ship_sometime(self, order: Order) -> None:
        world = self._world
        late = world.random.random()
        shift = (-2, 0) if late < 0.78 else (1, 10) if late < 0.95 else (11, 40)
        day = world.later(max(line.due for line in order.lines), *shift)
        world.at(max(day, order.day + timedelta(1)), partial(self._deliver, order))

    def choose(self) -> list[Item]:
        """What is wanted together: few items, popular ones more often."""
        count = min(12, 1 + int(self._world.random.expovariate(0.42)))
        return list(
            dict.fromkeys(self._world.random.choices(self._sold, cum_weights=self._popularity, k=count))
        )

    def terms(self, customer: Customer, day: date) -> Terms:
        if customer.currency == "USD":
            return Terms("USD", self._world.dollar(day), taxed=False)
        discount = self._world.random.choice((0.01, 0.02, 0.03)) if self._world.chance(0.05) else 0.0
        return Terms("KRW", 1.0, taxed=True, discount=discount)

    def line(self, company: Company, customer: Customer, item: Item, terms: Terms, due: date) -> Line:
        world, random = self._world, self._world.random
        quantity: float = max(1, round(random.expovariate(1 / item.typical)))
        if item.unit in ("KG", "M") and world.chance(0.3):
            quantity += 0.5
        won = max(1, round(item.price * item.pack * random.uniform(0.94, 1.04)))
        rate = max(1, round(won * 100 / 1300)) if terms.currency == "USD" else won
        return Line(
            world.writer.hash(),
            *(item, quantity, item.pack_unit or item.unit, item.pack, rate),
            company.warehouse(item.origin, customer.region),
            world.later(due, -2, 2),
        )

    def at_rate(self, terms: Terms, day: date) -> Terms:
        """The order's terms at the day's exchange rate."""
        if terms.currency == "KRW":
            return terms
        return Terms(terms.currency, self._world.dollar(day), terms.taxed, terms.discount)

    # ---- deliveries

    def _deliver(self, order: Order, day: date) -> None:
        """Ships what is still open and lies there; the rest later."""
        world = self._world
        parts = [(line, quantity) for line in order.lines if (quantity := self._shippable(order, line)) > 0]
        order.splits = False
        if parts:
            if world.chance(0.01):  # entered, cancelled, entered again
                self._note(order, parts, day, CANCELLED)
            self.waiting[order.company, order.customer.name].append(self._note(order, parts, day, SUBMITTED))
        if any(line.open for line in order.lines):
            if parts and world.chance(0.08):
                order.closed = True  # the customer does without the rest
            else:
                world.at(world.later(day, 4, 14), partial(self._deliver, order))

    def _shippable(self, order: Order, line: Line) -> float:
        world, quantity = self._world, line.open
        if order.splits and quantity > 1:
            quantity = float(int(quantity / 2 + 0.5))
        if quantity and line.item.origin != "service":
            there = world.books.on_hand(line.item, line.warehouse) / line.factor
            there = there if line.factor == 1 else int(there)
            if quantity == line.quantity > 20 and there > quantity and world.chance(0.01):
                return quantity + 1  # one too many
            quantity = min(quantity, there)
        return quantity

    def _note(self, order: Order, parts: list[tuple[Line, float]], day: date, docstatus: int) -> Note:
        writer = self._world.writer
        voucher = Voucher(
            *(order.company, "Delivery Note", writer.number(f"MAT-DN-{day.year}-"), day, order.owner),
            cancelled=docstatus == CANCELLED,
            project=order.project,
        )
        priced = price(self.at_rate(order.terms, day), parts, order.company, order.project)
        costs = self.ship(voucher, parts)
        row = {**header(voucher, priced, docstatus), **of_customer(order.customer)}
        note = Note(voucher.name, order, parts, row, [])
        for index, ((line, quantity), columns) in enumerate(zip(parts, priced.lines, strict=True), 1):
            name = writer.hash()
            cost = round(costs[index - 1] / columns["stock_qty"], 6)
            links = {"against_sales_order": order.name, "so_detail": line.name, "incoming_rate": cost}
            note.children.append(name)
            note.rows.append({**child(voucher, name, index, docstatus), **columns, **links})
            if docstatus == SUBMITTED:
                line.done += quantity
        if docstatus == CANCELLED:
            self._write_note(note, "Cancelled", billed=False)
        return note

    def ship(self, voucher: Voucher, parts: list[tuple[Line, float]]) -> list[int]:
        """Takes goods out of stock and books their cost; won by line, 0 for services."""
        costs, moves = [], []
        cost_of_sales: dict[str, int] = defaultdict(int)
        for line, quantity in parts:
            cost = 0
            if line.item.origin != "service":
                amount = quantity * line.factor
                cost = self._world.books.issue(voucher, line.item, line.warehouse, amount)
                moves.append((line.item, -cost))
                cost_of_sales[COST[line.item.origin]] += cost
            costs.append(cost)
        self._world.books.post(voucher, [*cost_of_sales.items(), *stock_postings(moves).items()])
        return costs

    # ---- rows

    def billed(self, notes: list[Note]) -> None:
        """These notes have their invoice."""
        for note in notes:
            for line, quantity in note.parts:
                line.billed += quantity
            self._write_note(note, "Completed", billed=True)
            order = note.order
            done = all(line.done >= line.quantity <= line.billed for line in order.lines)
            if (done or order.closed) and order.name in self._open:
                self._write(self._open.pop(order.name))

    def _write_note(self, note: Note, status: str, *, billed: bool) -> None:
        self._world.writer.add("tabDelivery Note", {**note.row, "status": status, "per_billed": 100 * billed})
        for row in note.rows:
            amount = row["amount"] if billed else 0
            self._world.writer.add("tabDelivery Note Item", {**row, "billed_amt": amount})

    def write_open(self) -> None:
        """Writes what is not finished yet, as of today, and what it reserves."""
        for notes in self.waiting.values():
            for note in notes:
                self._write_note(note, "To Bill", billed=False)
        for order in self._open.values():
            self._write(order)
            for line in order.lines:
                if line.item.origin != "service" and line.open and not order.held and not order.closed:
                    place = (line.item.code, line.warehouse)
                    self._world.demand.reserved[place] += line.open * line.factor

    def _write(self, order: Order) -> None:
        writer = self._world.writer
        voucher = Voucher(order.company, "Sales Order", order.name, order.day, order.owner)
        quantities = [(line, line.quantity) for line in order.lines]
        priced = price(order.terms, quantities, order.company, order.project)
        ordered = sum(line.quantity for line in order.lines)
        delivered = 100 * sum(min(line.done, line.quantity) for line in order.lines) / ordered
        billed = 100 * sum(min(line.billed, line.quantity) for line in order.lines) / ordered
        row = {
            **undated(voucher, priced, order.docstatus),
            **of_customer(order.customer),
            "transaction_date": str(order.day),
            "delivery_date": str(max(line.due for line in order.lines)),
            "po_no": f"PO{order.day:%y%m}-{order.name[-5:]}" if order.customer.weight > 1 else None,
            "per_delivered": round(delivered, 6),
            "per_billed": round(billed, 6),
            "status": _status(order, delivered, billed),
            "amended_from": order.amended_from,
        }
        writer.add("tabSales Order", row)
        for index, (line, columns) in enumerate(zip(order.lines, priced.lines, strict=True), 1):
            progress = {
                "delivery_date": str(line.due),
                "delivered_qty": line.done,
                "returned_qty": line.returned,
                "billed_amt": round(columns["rate"] * line.billed, 2),
            }
            identity = child(voucher, line.name, index, order.docstatus)
            writer.add("tabSales Order Item", {**identity, **columns, **progress})


def _status(order: Order, delivered: float, billed: float) -> str:
    if order.docstatus != SUBMITTED:
        return "Draft" if order.docstatus == DRAFT else "Cancelled"
    if order.held:
        return "On Hold"
    if order.closed:
        return "Closed"
    if delivered >= 100:
        return "Completed" if billed >= 100 else "To Bill"
    return "To Deliver" if billed >= 100 else "To Deliver and Bill"
