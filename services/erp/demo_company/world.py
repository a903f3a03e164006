"""What every part of the simulation shares: the day, chance, parties, and what is planned for later."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any, Final

from services.erp.demo_company.accounts import Company
from services.erp.demo_company.books import Books, Demand
from services.erp.demo_company.products import Item
from services.erp.demo_company.writer import Writer

Action = Callable[[date], None]


@dataclass(slots=True)
class Customer:
    """`terms`: days to pay; `slow`: chance to pay late; `weight`: how often it orders."""

    name: str
    label: str
    group: str
    territory: str
    region: str | None
    currency: str
    terms: int
    slow: float
    weight: float
    monthly: bool
    internal: bool = False
    disabled: bool = False


@dataclass(slots=True)
class Supplier:
    name: str
    label: str
    group: str
    currency: str
    lead: int
    terms: int
    internal: bool = False
    on_hold: bool = False


@dataclass
class World:
    """One company group on one day; `at` plans what happens on a later one."""

    writer: Writer
    books: Books
    random: Random
    today: date
    items: dict[str, Item]
    customers: list[Customer]
    suppliers: list[Supplier]
    sellers: list[str]
    buyers: list[str]
    projects: list[str]
    demand: Demand = field(default_factory=Demand)
    _planned: dict[date, list[Action]] = field(default_factory=lambda: defaultdict(list))
    _dollar: dict[tuple[int, int], float] = field(default_factory=dict)

    def at(self, day: date, action: Action) -> None:
        """Plans for a day, a Monday if that is a weekend; what lies after today never happens."""
        if day.weekday() >= SATURDAY:
            day += timedelta(7 - day.weekday())
        if day <= self.today:
            self._planned[day].append(action)

    def happen(self, day: date) -> None:
        """Does what was planned for the day, also what that plans for the same day."""
        planned = self._planned.pop(day, [])
        for action in planned:
            action(day)
        if day in self._planned:
            self.happen(day)

    def dollar(self, day: date) -> float:
        """Won for a dollar, one rate a month."""
        month = (day.year, day.month)
        if month not in self._dollar:
            last = next(reversed(self._dollar.values()), 1320.0)
            self._dollar[month] = round(min(1450.0, max(1230.0, last + self.random.uniform(-35, 35))), 2)
        return self._dollar[month]

    def chance(self, probability: float) -> bool:
        return self.random.random() < probability

    def later(self, day: date, least: int, most: int) -> date:
        return day + timedelta(self.random.randint(least, most))


SATURDAY: Final = 5


@dataclass(slots=True)
class Line:
    """A line of an order; a `unit` is `factor` stock units; `rate` is in the currency's minor unit."""

    name: str
    item: Item
    quantity: float
    unit: str
    factor: int
    rate: int
    warehouse: str
    due: date
    done: float = 0
    billed: float = 0
    returned: float = 0

    @property
    def open(self) -> float:
        return max(0, self.quantity - self.done)


@dataclass(frozen=True, slots=True)
class Terms:
    """How a document is priced: currency, won for one unit of it, VAT or none, discount on the whole."""

    currency: str
    conversion: float
    taxed: bool
    discount: float = 0.0


@dataclass(slots=True)
class Priced:
    """Money of a document: header columns, columns of each line, totals in won and (minor) own currency."""

    header: dict[str, Any]
    lines: list[dict[str, Any]]
    net: int
    tax: int
    grand: int
    own: int
    by_origin: dict[str, int]


def price(terms: Terms, parts: list[tuple[Line, float]], company: Company, project: str | None) -> Priced:
    """Prices quantities of order lines; won are whole, cents are whole, lines add up to the header."""
    minor = 100 if terms.currency == "USD" else 1
    lines = []
    by_origin: dict[str, int] = defaultdict(int)
    totals = [0, 0, 0, 0]  # gross and net, own currency (minor) and won

    def own(amount: int) -> float:
        return amount / minor if minor > 1 else amount

    for line, quantity in parts:
        item = line.item
        gross = round(line.rate * quantity)
        net = gross - round(gross * terms.discount)
        won_gross, won_net = round(gross * terms.conversion / minor), round(net * terms.conversion / minor)
        for index, amount in enumerate((gross, net, won_gross, won_net)):
            totals[index] += amount
        by_origin[item.origin] += won_net
        base_rate = round(line.rate * terms.conversion / minor, 4)
        lines.append(
            {
                "item_code": item.code,
                "item_name": item.name,
                "description": item.name,
                "item_group": item.group,
                "brand": item.brand,
                "qty": quantity,
                "uom": line.unit,
                "conversion_factor": line.factor,
                "stock_qty": quantity * line.factor,
                "stock_uom": item.unit,
                "rate": own(line.rate),
                "amount": own(gross),
                "base_rate": base_rate,
                "base_amount": won_gross,
                "net_rate": round(own(net) / quantity, 6),
                "net_amount": own(net),
                "base_net_rate": round(won_net / quantity, 6),
                "base_net_amount": won_net,
                "warehouse": line.warehouse if item.origin != "service" else None,
                "project": project,
                "cost_center": company.cost_center("본사"),
            }
        )
    gross, net, won_gross, won_net = totals
    tax = round(net * 0.1) if terms.taxed else 0
    won_tax = round(tax * terms.conversion / minor)
    header = {
        "company": company.name,
        "currency": terms.currency,
        "conversion_rate": terms.conversion,
        "total_qty": sum(quantity for _, quantity in parts),
        "base_total": won_gross,
        "base_net_total": won_net,
        "total": own(gross),
        "net_total": own(net),
        "base_total_taxes_and_charges": won_tax,
        "total_taxes_and_charges": own(tax),
        "base_discount_amount": won_gross - won_net,
        "discount_amount": own(gross - net),
        "base_grand_total": won_net + won_tax,
        "grand_total": own(net + tax),
        "base_rounded_total": won_net + won_tax,
        "rounded_total": own(net + tax),
        "project": project,
        "cost_center": company.cost_center("본사"),
    }
    return Priced(header, lines, won_net, won_tax, won_net + won_tax, net + tax, dict(by_origin))
