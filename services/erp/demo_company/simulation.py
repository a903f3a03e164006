"""Three years of the company, day by day."""

import calendar
import math
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from itertools import accumulate
from pathlib import Path
from random import Random
from typing import Final

from services.erp.demo_company.accounts import MAKER, TRADER, Company
from services.erp.demo_company.books import Books, Voucher, stock_postings
from services.erp.demo_company.invoices import Invoices
from services.erp.demo_company.journal import Journal
from services.erp.demo_company.masters import ADMINISTRATOR, Masters
from services.erp.demo_company.orders import Orders
from services.erp.demo_company.people import hire, write_people
from services.erp.demo_company.production import Production, materials
from services.erp.demo_company.products import Item, items
from services.erp.demo_company.purchasing import Need, Purchasing
from services.erp.demo_company.settlement import BUYING, SELLING, Settlement
from services.erp.demo_company.supplier_invoices import SupplierInvoices
from services.erp.demo_company.world import SATURDAY, Customer, World
from services.erp.demo_company.writer import Writer

_YEARS: Final = 3
_LINES_AN_ORDER: Final = 3.2
_SEASON: Final = (0.85, 0.8, 1.1, 1.0, 1.0, 1.05, 0.95, 0.85, 1.1, 1.05, 1.1, 1.15)
_SECONDS_BETWEEN_WORDS: Final = 2.0


def generate(
    path: Path, *, seed: int, lines: int, today: date, say: Callable[[str], None]
) -> tuple[int, int]:
    """Writes the company's database to a new file with about `lines` sales invoice lines.

    Returns:
        Rows written in all, and sales invoice lines among them.
    """
    writer = Writer(path)
    simulation = Simulation(writer, seed, lines, today)
    began = told = time.monotonic()
    for day in simulation.days():
        simulation.live(day)
        now = time.monotonic()
        if now - told > _SECONDS_BETWEEN_WORDS:
            told = now
            say(f"  {day}  {writer.rows:,}행 rows  {writer.rows / (now - began):,.0f}/초 s")
    simulation.finish()
    writer.close()
    return writer.rows, simulation.invoices.lines


class Simulation:
    """The company and its days; `live` each day in turn, then `finish`."""

    def __init__(self, writer: Writer, seed: int, lines: int, today: date) -> None:
        self._today = today
        random, personnel = Random(seed), Random(f"people {seed}")  # noqa: S311 - no secret
        try:
            self._first = today.replace(year=today.year - _YEARS)
        except ValueError:  # 29 February
            self._first = today.replace(year=today.year - _YEARS, day=28)
        products = {item.code: item for item in items(random, min(2500, 120 + lines // 400))}
        masters = Masters(writer, random, self._first)
        masters.companies(today)
        masters.trees()
        customers = list(masters.customers(min(4000, 60 + lines // 100)))
        suppliers = list(masters.suppliers(min(400, 24 + lines // 2000)))
        # People of their own chance: the demo's users are the same employees whatever the size.
        employees = hire(personnel, today)
        write_people(writer, personnel, employees, self._first, today)
        users = {
            team: [e.user for e in employees if team in e.department]
            for team in ("영업", "구매", "재무", "생산")
        }
        self._books = Books(writer)
        self.world = world = World(
            *(writer, self._books, random, today, products, customers, suppliers),
            sellers=users["영업"],
            buyers=users["구매"],
            projects=[f"PROJ-{number:04d}" for number in range(1, 7)],
        )
        self._orders_a_day = self._shares(lines / _LINES_AN_ORDER * 1.04)
        needs = list(self._needs(lines))
        self._receivables = Settlement(world, SELLING, users["재무"])
        self._payables = Settlement(world, BUYING, users["재무"])
        self._orders = Orders(world)
        self.invoices = Invoices(world, self._orders, self._receivables)
        self._bills = SupplierInvoices(world, self._payables)
        self._purchasing = Purchasing(world, needs, self._bills.bill)
        self._bills.purchasing = self._purchasing
        made = [need for need in needs if need.company is MAKER and need.item.origin == "made"]
        self._production = Production(world, made, users["생산"])
        self._journal = Journal(world, users["재무"][0])
        self._lines = lines
        self._owed, self._pace = 0.0, 1.0
        self._active = [each for each in customers if not each.disabled]
        weights = [3.0 if each.internal else each.weight for each in self._active]
        self._weights = list(accumulate(weights))
        self._stock_up(masters, needs)
        self._production.write_boms(self._first, ADMINISTRATOR)

    def days(self) -> Iterator[date]:
        for number in range((self._today - self._first).days + 1):
            yield self._first + timedelta(number)

    def live(self, day: date) -> None:
        """One day: what was planned, then new business, then the books."""
        world, random = self.world, self.world.random
        world.happen(day)
        if day.weekday() < SATURDAY:
            self._owed += self._orders_a_day[day] * self._pace
            while self._owed >= 1:
                self._owed -= 1
                company, customer = self._pick()
                if customer.internal:
                    company = MAKER
                if random.random() < 0.08:
                    self.invoices.sell_at_counter(company, customer, day)
                else:
                    self._orders.take(company, customer, day)
            if day.weekday() == 0:
                self._purchasing.replenish(day)
                self._production.plan(day)
                if random.random() < 0.1:
                    self._purchasing.buy_for_customer(day)
        month_end = day.day == calendar.monthrange(day.year, day.month)[1]
        self.invoices.bill_deliveries(day, month_end=month_end)
        if month_end:
            self._month_end(day)

    def _month_end(self, day: date) -> None:
        freight = next(each for each in self.world.suppliers if each.group == "운송")
        for company in (MAKER, TRADER):
            sold = self.invoices.billed[company]
            if sold:
                self._bills.charge(company, freight, "운반비", max(10_000, sold // 80), day)
            self._journal.month_end(company, sold, day)
            if day.month == 12:
                self._books.close_year(company, day.year, self._journal.owner)
        self.invoices.billed.clear()
        # Orders become invoice lines weeks later and not all of them: keep to the size that was asked for.
        orders = sum(self._orders_a_day.values())
        due = sum(each for then, each in self._orders_a_day.items() if then <= day - timedelta(18)) / orders
        if due > 0.1:
            self._pace = min(1.5, max(0.7, due * self._lines / self.invoices.lines))

    def finish(self) -> None:
        """Writes what is still in hand on the last day, and the balances."""
        for part in (self._orders, self._purchasing, self._production, self._receivables, self._payables):
            part.write_open()
        self._books.write_bins(self.world.items, self.world.demand, self._today, ADMINISTRATOR)

    def _pick(self) -> tuple[Company, Customer]:
        random = self.world.random
        company = MAKER if random.random() < MAKER.share else TRADER
        return company, random.choices(self._active, cum_weights=self._weights)[0]

    def _shares(self, orders: float) -> dict[date, float]:
        """Orders a working day: growing by a tenth a year, with seasons."""
        weights = {
            day: _SEASON[day.month - 1] * 1.1 ** ((day - self._first).days / 365)
            for day in self.days()
            if day.weekday() < SATURDAY
        }
        total = sum(weights.values())
        return {day: orders * weight / total for day, weight in weights.items()}

    def _needs(self, lines: int) -> Iterator[Need]:
        """What is kept in stock where, from how often it is expected to be sold or used."""
        world = self.world
        sold = [each for each in world.items.values() if each.popularity > 0 and not each.disabled]
        popularity = sum(each.popularity for each in sold)
        days = _YEARS * 365
        suppliers = [
            each for each in world.suppliers if not each.on_hold and each.group not in ("운송", "포장재")
        ]
        internal = next(each for each in suppliers if each.internal)
        outside = [each for each in suppliers if not each.internal]
        used: dict[str, float] = dict.fromkeys(world.items, 0.0)
        for item in sold:
            if item.origin == "service":
                continue
            daily = lines * item.popularity / popularity * item.typical * item.pack / days
            supplier = world.random.choice(outside) if item.origin == "traded" else None
            regional = 0.3 if item.origin == "traded" else 0.0
            places = [(MAKER, MAKER.warehouse(item.origin, None), MAKER.share * (1 - regional), supplier)]
            if regional:
                places.append((MAKER, MAKER.regional["영남권"], MAKER.share * regional, supplier))
            # The trader buys what the maker makes from the maker.
            places.append((TRADER, TRADER.traded, TRADER.share, supplier or internal))
            for company, warehouse, share, source in places:
                yield Need(company, item, warehouse, daily * share, source)
            if item.origin == "made":
                for material, amount in materials(world.items, item):
                    used[material.code] += amount * daily
        for item in world.items.values():
            if item.origin == "material":
                yield Need(MAKER, item, MAKER.material, used[item.code], world.random.choice(outside))

    def _stock_up(self, masters: Masters, needs: list[Need]) -> None:
        """The first day: stock, capital, what was owed; and levels to hold from then on."""
        world, random = self.world, self.world.random
        safety: dict[str, int] = {}
        for need in needs:
            if need.company is MAKER and random.random() < 0.6:
                kept = math.ceil(need.level * random.choice((0.2, 0.4, 0.7, 1.2, 1.6)))
                safety[need.item.code] = safety.get(need.item.code, 0) + kept
                level = math.ceil(need.level * random.choice((0.5, 0.8, 1.0, 1.3)))
                masters.reorder(need.item, need.warehouse, level, need.lot)
        new = Item("BRG-6203-NEW", "볼베어링 6203 신형", "볼베어링", "traded", "EA", 6900, 4400, 20, "KOBEX")
        new.popularity = 0.0
        world.items[new.code] = new  # with safety stock, but never in stock: it has no balance row
        safety[new.code] = 50
        masters.items(world.items, safety, world.suppliers)
        for company in (MAKER, TRADER):
            name = world.writer.number(f"MAT-RECO-{self._first.year}-")
            voucher = Voucher(company, "Stock Reconciliation", name, self._first, ADMINISTRATOR, opening=True)
            moves = []
            for need in needs:
                if need.company is company:
                    quantity = max(need.lot, math.ceil(need.level))
                    won = quantity * need.item.cost
                    world.books.receive(voucher, need.item, need.warehouse, quantity, won)
                    moves.append((need.item, won))
            stock = stock_postings(moves)
            world.books.post(voucher, [*stock.items(), ("기초잔액", -sum(stock.values()))])
            self._journal.open_books(company, sum(stock.values()), self._first)
        for customer in self._active[:12]:
            if customer.currency == "KRW":
                won = random.randint(10, 900) * 10_000
                self.invoices.open_balance(MAKER, customer, won, self._first, ADMINISTRATOR)
        for supplier in world.suppliers[:6]:
            won = random.randint(10, 500) * 10_000
            self._bills.charge(MAKER, supplier, "기초잔액", won, self._first, opening=True)
