"""Purchase orders where stock runs low, their receipts and invoices."""

import math
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import Any

from services.erp.demo_company.accounts import Company
from services.erp.demo_company.books import Voucher, stock_postings
from services.erp.demo_company.products import Item
from services.erp.demo_company.rows import CANCELLED, DRAFT, SUBMITTED, child, header, of_supplier, undated
from services.erp.demo_company.world import Line, Supplier, Terms, World, price


@dataclass(slots=True)
class Need:
    """A place that is kept in stock: expected use a day, and how much is on its way."""

    company: Company
    item: Item
    warehouse: str
    daily: float
    supplier: Supplier | None
    coming: float = 0

    @property
    def level(self) -> float:
        """Below this it is time to order: the supplier's time and a margin, at least two usual orders."""
        days = (self.supplier.lead if self.supplier else 10) + 10
        return max(self.daily * days, 2.5 * self.item.typical * self.item.pack)

    @property
    def lot(self) -> int:
        """How much is ordered: eight weeks' use, at least four usual orders, in round numbers."""
        wanted = max(self.daily * 56, 4 * self.item.typical * self.item.pack)
        step = int(10 ** max(0, int(math.log10(wanted)) - 1))
        return max(1, math.ceil(wanted / step) * step)


@dataclass(slots=True)
class Order:
    """A purchase order; its rows are written when it is done with, or at the end."""

    name: str
    company: Company
    supplier: Supplier
    day: date
    owner: str
    terms: Terms
    lines: list[Line]
    needs: list[Need]
    amended_from: str | None = None
    docstatus: int = SUBMITTED
    held: bool = False
    closed: bool = False
    drop_shipped: bool = False


@dataclass(frozen=True, slots=True)
class Receipt:
    """What came in together, priced as it is going to be billed; `children` are the names of its lines."""

    name: str
    order: Order
    terms: Terms
    parts: list[tuple[Line, float]]
    children: list[str]


class Purchasing:
    """Orders for `needs` and receives; `bill` is told of each receipt when its invoice comes."""

    def __init__(self, world: World, needs: list[Need], bill: Callable[[Receipt, date], None]) -> None:
        self._world = world
        self._needs = [need for need in needs if need.supplier]
        self._bill = bill
        self._open: dict[str, Order] = {}

    def replenish(self, day: date) -> None:
        """One order per company and supplier over everything that runs low."""
        low: dict[tuple[Company, str], list[Need]] = defaultdict(list)
        for need in self._needs:
            if (
                need.supplier
                and self._world.books.on_hand(need.item, need.warehouse) + need.coming < need.level
            ):
                low[need.company, need.supplier.name].append(need)
        for needs in low.values():
            for start in range(0, len(needs), 12):
                self._order(needs[start : start + 12], day)

    def _order(self, needs: list[Need], day: date) -> None:
        world, random = self._world, self._world.random
        company, supplier = needs[0].company, needs[0].supplier
        if supplier is None:
            return
        terms = Terms("KRW", 1.0, taxed=True)
        if supplier.currency == "USD":
            terms = Terms("USD", world.dollar(day), taxed=False)
        lines = [
            self._line(need, terms, world.later(day, supplier.lead - 2, supplier.lead + 3)) for need in needs
        ]
        name, owner = world.writer.number(f"PUR-ORD-{day.year}-"), random.choice(world.buyers)
        order = Order(name, company, supplier, day, owner, terms, lines, needs)
        fate = random.random()
        recent = (world.today - day).days < 12
        if fate < (0.1 if recent else 0.01):
            order.docstatus = DRAFT
            self._write(order)
            return
        if fate > 0.985:
            order.docstatus = CANCELLED
            self._write(order)
            again = [self._line(need, terms, line.due) for need, line in zip(needs, lines, strict=True)]
            order = Order(f"{name}-1", company, supplier, day, owner, terms, again, needs, amended_from=name)
        order.held = 0.96 < fate < 0.97 and recent
        self._open[order.name] = order
        if not order.held:
            for need, line in zip(needs, order.lines, strict=True):
                need.coming += line.quantity * line.factor
            late = (-1, 1) if world.chance(0.7) else (2, 30)
            arrival = world.later(max(line.due for line in order.lines), *late)
            world.at(max(arrival, day + timedelta(1)), partial(self._receive, order))

    def _line(self, need: Need, terms: Terms, due: date) -> Line:
        item = need.item
        won = max(1, round(item.cost * item.pack * self._world.random.uniform(0.96, 1.05)))
        rate = max(1, round(won * 100 / 1300)) if terms.currency == "USD" else won
        quantity = max(1, math.ceil(need.lot / item.pack))
        unit = item.pack_unit or item.unit
        return Line(self._world.writer.hash(), item, quantity, unit, item.pack, rate, need.warehouse, due)

    def buy_for_customer(self, day: date) -> None:
        """A drop-shipped order: the supplier delivers to our customer, nothing passes our stock."""
        world = self._world
        need = world.random.choice(self._needs)
        if need.supplier is None or need.supplier.currency == "USD":
            return
        terms = Terms("KRW", 1.0, taxed=True)
        line = self._line(need, terms, world.later(day, 3, 20))
        name = world.writer.number(f"PUR-ORD-{day.year}-")
        owner = world.random.choice(world.buyers)
        order = Order(name, need.company, need.supplier, day, owner, terms, [line], [need], drop_shipped=True)
        if line.due <= world.today:
            line.done = line.quantity
        self._open[name] = order

    # ---- receipts

    def _receive(self, order: Order, day: date) -> None:
        """What arrives: everything, part of it, or one too many; some of it bad."""
        world = self._world
        parts: list[tuple[Line, float]] = []
        rejected: list[float] = []
        for line in order.lines:
            quantity = line.open
            if quantity > 1 and world.chance(0.08):
                quantity = float(int(quantity * world.random.uniform(0.4, 0.9)))
            elif quantity > 50 and world.chance(0.01):
                quantity += 2
            if quantity > 0:
                parts.append((line, quantity))
                rejected.append(1.0 if quantity > 20 and world.chance(0.03) else 0.0)
        if parts:
            if world.chance(0.01):
                self._receipt(order, parts, rejected, day, CANCELLED)
            receipt = self._receipt(order, parts, rejected, day, SUBMITTED)
            world.at(world.later(day, 0, 8), partial(self._bill, receipt))
        if any(line.open for line in order.lines):
            if world.chance(0.15):
                order.closed = True
                for need, line in zip(order.needs, order.lines, strict=True):
                    need.coming -= line.open * line.factor
            else:
                world.at(world.later(day, 5, 15), partial(self._receive, order))

    def _receipt(
        self, order: Order, parts: list[tuple[Line, float]], rejected: list[float], day: date, docstatus: int
    ) -> Receipt:
        world, writer = self._world, self._world.writer
        voucher = Voucher(
            *(order.company, "Purchase Receipt", writer.number(f"MAT-PRE-{day.year}-"), day, order.owner),
            cancelled=docstatus == CANCELLED,
        )
        terms = self._at_rate(order.terms, day)
        priced = price(terms, parts, order.company, None)
        moves, names = [], []
        for index, ((line, quantity), columns) in enumerate(zip(parts, priced.lines, strict=True), 1):
            won = columns["base_net_amount"]
            world.books.receive(voucher, line.item, line.warehouse, columns["stock_qty"], won)
            moves.append((line.item, won))
            name = writer.hash()
            names.append(name)
            bad = rejected[index - 1]
            links: dict[str, Any] = {"purchase_order": order.name, "purchase_order_item": line.name}
            links |= {"received_qty": quantity + bad, "rejected_qty": bad, "billed_amt": columns["amount"]}
            writer.add(
                "tabPurchase Receipt Item", {**child(voucher, name, index, docstatus), **columns, **links}
            )
            if docstatus == SUBMITTED:
                need = next(need for need in order.needs if need.item is line.item)
                need.coming -= min(quantity, line.open) * line.factor
                line.done += quantity
        world.books.post(voucher, [*stock_postings(moves).items(), ("입고미정산", -priced.net)])
        row = {
            **header(voucher, priced, docstatus),
            **of_supplier(order.supplier),
            "supplier_delivery_note": f"납품-{day:%y%m%d}-{voucher.name[-3:]}",
            "per_billed": 100 if docstatus == SUBMITTED else 0,
            "status": "Completed" if docstatus == SUBMITTED else "Cancelled",
        }
        writer.add("tabPurchase Receipt", row)
        return Receipt(voucher.name, order, terms, parts, names)

    def _at_rate(self, terms: Terms, day: date) -> Terms:
        if terms.currency == "KRW":
            return terms
        return Terms(terms.currency, self._world.dollar(day), terms.taxed)

    def invoiced(self, order: Order, parts: list[tuple[Line, float]]) -> None:
        """The supplier's invoice over these parts is booked."""
        for line, quantity in parts:
            line.billed += quantity
        done = all(line.done >= line.quantity <= line.billed for line in order.lines)
        if (done or order.closed) and order.name in self._open:
            self._write(self._open.pop(order.name))

    # ---- rows

    def write_open(self) -> None:
        """Writes what is not finished yet, as of today, and what it will bring."""
        for order in self._open.values():
            self._write(order)
            if order.closed or order.drop_shipped:
                continue
            for line in order.lines:
                place = (line.item.code, line.warehouse)
                self._world.demand.ordered[place] += line.open * line.factor

    def _write(self, order: Order) -> None:
        writer = self._world.writer
        voucher = Voucher(order.company, "Purchase Order", order.name, order.day, order.owner)
        quantities = [(line, line.quantity) for line in order.lines]
        priced = price(order.terms, quantities, order.company, None)
        ordered = sum(line.quantity for line in order.lines)
        received = 100 * sum(min(line.done, line.quantity) for line in order.lines) / ordered
        billed = 100 * sum(min(line.billed, line.quantity) for line in order.lines) / ordered
        row = {
            **undated(voucher, priced, order.docstatus),
            **of_supplier(order.supplier),
            "transaction_date": str(order.day),
            "schedule_date": str(max(line.due for line in order.lines)),
            "per_received": round(received, 6),
            "per_billed": round(billed, 6),
            "status": _status(order, received, billed),
            "amended_from": order.amended_from,
        }
        writer.add("tabPurchase Order", row)
        for index, (line, columns) in enumerate(zip(order.lines, priced.lines, strict=True), 1):
            progress = {
                "schedule_date": str(line.due),
                "received_qty": line.done,
                "returned_qty": line.returned,
                "billed_amt": round(columns["rate"] * line.billed, 2),
                "delivered_by_supplier": int(order.drop_shipped),
            }
            identity = child(voucher, line.name, index, order.docstatus)
            writer.add("tabPurchase Order Item", {**identity, **columns, **progress})


def _status(order: Order, received: float, billed: float) -> str:
    if order.docstatus != SUBMITTED:
        return "Draft" if order.docstatus == DRAFT else "Cancelled"
    if order.held:
        return "On Hold"
    if order.closed:
        return "Closed"
    if received >= 100:
        if order.drop_shipped:
            return "Delivered"
        return "Completed" if billed >= 100 else "To Bill"
    return "To Receive" if billed >= 100 else "To Receive and Bill"
