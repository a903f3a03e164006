"""Bills of material and work orders: materials become products."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial

from services.erp.demo_company.accounts import MAKER
from services.erp.demo_company.books import Voucher, stock_postings
from services.erp.demo_company.products import MADE_OF, Item
from services.erp.demo_company.purchasing import Need
from services.erp.demo_company.rows import CANCELLED, DRAFT, SUBMITTED
from services.erp.demo_company.world import World
from services.erp.demo_company.writer import stamp


@dataclass(slots=True)
class WorkOrder:
    name: str
    item: Item
    quantity: float
    planned: date
    end: date
    owner: str
    status: str = "Not Started"
    docstatus: int = SUBMITTED
    produced: float = 0
    begun: date | None = None
    ended: date | None = None


def materials(items: dict[str, Item], item: Item) -> list[tuple[Item, float]]:
    """What one piece of a made item takes."""
    return [(items[code], amount) for code, amount in MADE_OF[item.code.partition("-")[0]].items()]


class Production:
    """Makes what runs low in the maker's product warehouse."""

    def __init__(self, world: World, needs: list[Need], workers: list[str]) -> None:
        self._world = world
        self._needs = {need.item.code: need for need in needs}
        self._workers = workers
        self._open: dict[str, WorkOrder] = {}

    def plan(self, day: date) -> None:
        """Work orders for what runs low."""
        world = self._world
        for need in self._needs.values():
            if world.books.on_hand(need.item, need.warehouse) + need.coming >= need.level:
                continue
            name = world.writer.number(f"MFG-WO-{day.year}-")
            end = world.later(day, 5, 15)
            owner = world.random.choice(self._workers)
            order = WorkOrder(name, need.item, float(need.lot), day, end, owner)
            fate = world.random.random()
            if fate < 0.03:
                order.status, order.docstatus = "Draft", DRAFT
                self._write(order)
            elif fate < 0.05:
                order.status, order.docstatus = "Cancelled", CANCELLED
                self._write(order)
            else:
                self._open[name] = order
                need.coming += order.quantity
                world.at(world.later(day, 1, 4), partial(self._begin, order))

    def _begin(self, order: WorkOrder, day: date) -> None:
        order.status, order.begun = "In Process", day
        if self._world.chance(0.02):
            order.status = "Stopped"
            self._needs[order.item.code].coming -= order.quantity
            return
        late = (0, 2) if self._world.chance(0.8) else (3, 20)
        self._world.at(self._world.later(order.end, *late), partial(self._produce, order))

    def _produce(self, order: WorkOrder, day: date) -> None:
        """Makes as much as the materials allow, or half of it; the rest later."""
        world, books = self._world, self._world.books
        need = self._needs[order.item.code]
        used = materials(world.items, order.item)
        possible = min(int(books.on_hand(item, MAKER.material) / amount) for item, amount in used)
        wanted = order.quantity - order.produced
        if world.chance(0.15) and wanted > 2:
            wanted = int(wanted / 2)
        quantity = min(wanted, possible)
        if quantity > 0:
            self._manufacture(order, quantity, used, need.warehouse, day)
            order.produced += quantity
            need.coming -= quantity
        if order.produced >= order.quantity:
            order.status, order.ended = "Completed", day
            del self._open[order.name]
            self._write(order)
        elif quantity and world.chance(0.05):
            order.status = "Closed"
            need.coming -= order.quantity - order.produced
        else:
            world.at(world.later(day, 3, 8), partial(self._produce, order))

    def _manufacture(
        self, order: WorkOrder, quantity: float, used: list[tuple[Item, float]], warehouse: str, day: date
    ) -> None:
        world, item = self._world, order.item
        name = world.writer.number(f"MAT-STE-{day.year}-")
        voucher = Voucher(MAKER, "Stock Entry", name, day, order.owner)
        moves, spent = [], 0
        for material, amount in used:
            won = world.books.issue(voucher, material, MAKER.material, amount * quantity)
            moves.append((material, -won))
            spent += won
        overhead = max(0, round(item.cost * quantity) - spent)
        world.books.receive(voucher, item, warehouse, quantity, spent + overhead)
        moves.append((item, spent + overhead))
        world.books.post(voucher, [*stock_postings(moves).items(), ("제조간접비배부", -overhead)])

    def write_open(self) -> None:
        """Writes the work orders in hand, and what they will bring and take."""
        demand = self._world.demand
        for order in self._open.values():
            self._write(order)
            if order.status in ("Stopped", "Closed"):
                continue
            left = order.quantity - order.produced
            demand.planned[order.item.code, self._needs[order.item.code].warehouse] += left
            for material, amount in materials(self._world.items, order.item):
                demand.needed[material.code, MAKER.material] += amount * left

    def write_boms(self, day: date, owner: str) -> None:
        for need in self._needs.values():
            item, used = need.item, materials(self._world.items, need.item)
            name, cost = f"BOM-{item.code}-001", sum(round(each.cost * amount) for each, amount in used)
            self._world.writer.add(
                "tabBOM",
                {
                    **stamp(day, owner),
                    "name": name,
                    "docstatus": 1,
                    "item": item.code,
                    "item_name": item.name,
                    "company": MAKER.name,
                    "quantity": 1,
                    "uom": item.unit,
                    "currency": "KRW",
                    **dict.fromkeys(("is_active", "is_default"), 1),
                    **dict.fromkeys(("total_cost", "base_total_cost", "raw_material_cost"), cost),
                },
            )
            for index, (each, amount) in enumerate(used, 1):
                won = round(each.cost * amount)
                self._world.writer.add(
                    "tabBOM Item",
                    {
                        **stamp(day, owner),
                        "name": self._world.writer.hash(),
                        "docstatus": 1,
                        "idx": index,
                        "parent": name,
                        "parentfield": "items",
                        "parenttype": "BOM",
                        "item_code": each.code,
                        "item_name": each.name,
                        "qty": amount,
                        "uom": each.unit,
                        "stock_qty": amount,
                        "stock_uom": each.unit,
                        "conversion_factor": 1,
                        "rate": each.cost,
                        "amount": won,
                        "base_rate": each.cost,
                        "base_amount": won,
                    },
                )

    def _write(self, order: WorkOrder) -> None:
        item, writer = order.item, self._world.writer
        row = {
            **stamp(order.planned, order.owner),
            "name": order.name,
            "docstatus": order.docstatus,
            "production_item": item.code,
            "item_name": item.name,
            "bom_no": f"BOM-{item.code}-001",
            "company": MAKER.name,
            "qty": order.quantity,
            "produced_qty": order.produced,
            "stock_uom": item.unit,
            "status": order.status,
            "wip_warehouse": MAKER.material,
            "fg_warehouse": self._needs[item.code].warehouse,
            "planned_start_date": f"{order.planned} 09:00:00.000000",
            "planned_end_date": f"{order.end} 18:00:00.000000",
            "actual_start_date": f"{order.begun} 09:00:00.000000" if order.begun else None,
            "actual_end_date": f"{order.ended} 18:00:00.000000" if order.ended else None,
            "expected_delivery_date": str(order.end + timedelta(2)),
        }
        writer.add("tabWork Order", row)
        for index, (each, amount) in enumerate(materials(self._world.items, item), 1):
            writer.add(
                "tabWork Order Item",
                {
                    **stamp(order.planned, order.owner),
                    "name": writer.hash(),
                    "docstatus": order.docstatus,
                    "idx": index,
                    "parent": order.name,
                    "parentfield": "required_items",
                    "parenttype": "Work Order",
                    "item_code": each.code,
                    "item_name": each.name,
                    "source_warehouse": MAKER.material,
                    "required_qty": amount * order.quantity,
                    "consumed_qty": amount * order.produced,
                    "transferred_qty": amount * order.produced,
                },
            )
