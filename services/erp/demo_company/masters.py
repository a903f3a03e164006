"""Companies, accounts, trees, parties, items, prices: what is there before the first day."""

from collections.abc import Iterator, Mapping
from datetime import date
from random import Random
from typing import Any, Final

from services.erp.demo_company.accounts import CHART, GROUPS, MAKER, TRADER, WAREHOUSES, Company
from services.erp.demo_company.names import (
    CUSTOMER_GROUPS,
    DOMESTIC,
    FIRST_CUSTOMERS,
    FIRST_SUPPLIERS,
    FOREIGN_CUSTOMERS,
    SUPPLIER_GROUPS,
    TERRITORIES,
    firms,
)
from services.erp.demo_company.products import BRANDS, ITEM_GROUPS, Item
from services.erp.demo_company.world import Customer, Supplier
from services.erp.demo_company.writer import Writer, stamp

ADMINISTRATOR: Final = "Administrator"
PROJECTS: Final = (
    *("스마트공장 구축", "베트남 공장 증설", "신형 감속기 개발"),
    *("부산항 설비 교체", "물류 자동화", "유압펌프 국산화"),
)


class Masters:
    """Writes master rows dated on the first day."""

    def __init__(self, writer: Writer, random: Random, first: date) -> None:
        self._writer = writer
        self._random = random
        self._first = first
        self._tax_numbers: dict[str, str] = {}
        """By the name of the firm, which may be customer and supplier at once."""

    def _add(self, table: str, name: str, **values: Any) -> None:
        self._writer.add(table, {**stamp(self._first, ADMINISTRATOR), "name": name, **values})

    def _child(self, table: str, parent: str, parenttype: str, field: str, **values: Any) -> None:
        linked = {"parent": parent, "parenttype": parenttype, "parentfield": field, "idx": 1}
        self._add(table, self._writer.hash(), **linked, **values)

    def companies(self, today: date) -> None:
        for company in (MAKER, TRADER):
            self._add(
                "tabCompany",
                company.name,
                company_name=company.name,
                abbr=company.abbr,
                default_currency="KRW",
                country="Korea, Republic of",
                tax_id=self._tax_number(company.name),
            )
            for label, (number, above, root, kind, currency) in CHART.items():
                left, right = _nested(CHART_TREE)[label]
                self._add(
                    "tabAccount",
                    company.account(label),
                    account_name=label,
                    account_number=number,
                    company=company.name,
                    parent_account=company.account(above) if above else None,
                    root_type=root,
                    account_type=kind,
                    account_currency=currency,
                    lft=left,
                    rgt=right,
                    report_type="Profit and Loss" if root in ("Income", "Expense") else "Balance Sheet",
                    is_group=int(label in GROUPS),
                )
            for label, cost_center_above in (
                ("전체", None),
                ("본사", "전체"),
                ("영업", "전체"),
                ("생산", "전체"),
            ):
                self._add(
                    "tabCost Center",
                    company.cost_center(label),
                    cost_center_name=label,
                    company=company.name,
                    is_group=int(label == "전체"),
                    parent_cost_center=company.cost_center(cost_center_above) if cost_center_above else None,
                )
            self._warehouses(company)
        for year in range(self._first.year, today.year + 1):
            self._add(
                "tabFiscal Year",
                str(year),
                year=str(year),
                year_start_date=f"{year}-01-01",
                year_end_date=f"{year}-12-31",
            )
        for index, project in enumerate(PROJECTS, 1):
            self._add(
                "tabProject",
                f"PROJ-{index:04d}",
                project_name=project,
                status="Open" if index > 2 else "Completed",
                company=MAKER.name,
                expected_start_date=str(self._first),
                estimated_costing=self._random.randint(5, 90) * 10_000_000,
            )

    def _warehouses(self, company: Company) -> None:
        tree = WAREHOUSES[company]
        groups = {above for above in tree.values() if above}
        for label, above in tree.items():
            left, right = _nested(tree)[label]
            self._add(
                "tabWarehouse",
                f"{label} - {company.abbr}",
                warehouse_name=label,
                company=company.name,
                lft=left,
                rgt=right,
                parent_warehouse=f"{above} - {company.abbr}" if above else None,
                is_group=int(label in groups),
            )

    def trees(self) -> None:
        """Territories, groups of customers, suppliers and items, brands."""
        self._tree("Territory", "territory", {"전체 지역": None, **_under("전체 지역", TERRITORIES)})
        groups: dict[str, str | None] = dict.fromkeys(CUSTOMER_GROUPS)
        self._tree("Customer Group", "customer_group", {"전체 고객": None, **_under("전체 고객", groups)})
        groups = dict.fromkeys(SUPPLIER_GROUPS)
        self._tree(
            "Supplier Group", "supplier_group", {"전체 공급업체": None, **_under("전체 공급업체", groups)}
        )
        self._tree("Item Group", "item_group", {"전체 품목": None, **_under("전체 품목", ITEM_GROUPS)})
        for brand in BRANDS:
            self._add("tabBrand", brand, brand=brand)

    def _tree(self, doctype: str, field: str, tree: Mapping[str, str | None]) -> None:
        above = {name for name in tree.values() if name}
        for name, (left, right) in _nested(tree).items():
            values = {f"{field}_name": name, f"parent_{field}": tree[name]}
            self._add(f"tab{doctype}", name, **values, is_group=int(name in above), lft=left, rgt=right)

    def customers(self, count: int) -> Iterator[Customer]:
        """The first ones by name, some abroad, the group's own trader, then invented ones."""
        random = self._random
        listed = [(*each, "KRW") for each in FIRST_CUSTOMERS]
        listed += [(name, territory, "해외거래처", None, "USD") for name, territory in FOREIGN_CUSTOMERS]
        listed.append((TRADER.name, "서울", "관계사", None, "KRW"))
        more = firms(random, {each[0] for each in listed})
        while len(listed) < count:
            group = random.choice(CUSTOMER_GROUPS[:3])
            listed.append((next(more), random.choice(DOMESTIC), group, None, "KRW"))
        for number, (label, territory, group, alias, currency) in enumerate(listed, 1):
            internal = label == TRADER.name
            customer = Customer(
                *(f"CUST-{number:05d}", label, group, territory, TERRITORIES[territory], currency),
                terms=random.choice((30, 30, 45, 60)),
                slow=random.choice((0.03, 0.08, 0.15, 0.4)),
                weight=random.paretovariate(1.1),
                monthly=random.random() < 0.35,
                internal=internal,
                disabled=number > 25 and random.random() < 0.04,
            )
            self._add(
                "tabCustomer",
                customer.name,
                customer_name=label,
                customer_type="Company",
                customer_group=group,
                territory=territory,
                tax_id=self._tax_number(label),
                default_currency=currency,
                custom_alias=alias,
                disabled=int(customer.disabled),
                is_internal_customer=int(internal),
                represents_company=label if internal else None,
                payment_terms=f"{customer.terms}일",
            )
            yield customer

    def suppliers(self, count: int) -> Iterator[Supplier]:
        random = self._random
        listed: list[tuple[str, str, str | None, str]] = [(*each, "KRW") for each in FIRST_SUPPLIERS]
        listed.append(("Sakura Bearing Trading K.K.", "부품", None, "USD"))
        listed.append((MAKER.name, "일반", None, "KRW"))
        more = firms(random, {each[0] for each in listed})
        while len(listed) < count:
            listed.append((next(more), random.choice(("원자재", "부품", "부품", "일반")), None, "KRW"))
        for number, (label, group, alias, currency) in enumerate(listed, 1):
            supplier = Supplier(
                *(f"SUPP-{number:05d}", label, group, currency, random.randint(5, 20)),
                terms=random.choice((30, 45, 60)),
                internal=label == MAKER.name,
                on_hold=number > 12 and random.random() < 0.05,
            )
            self._add(
                "tabSupplier",
                supplier.name,
                supplier_name=label,
                supplier_type="Company",
                supplier_group=group,
                country="Japan" if currency == "USD" else "Korea, Republic of",
                tax_id=self._tax_number(label),
                default_currency=currency,
                custom_alias=alias,
                on_hold=int(supplier.on_hold),
                is_internal_supplier=int(supplier.internal),
                represents_company=label if supplier.internal else None,
            )
            yield supplier

    def items(self, items: Mapping[str, Item], safety: Mapping[str, int], suppliers: list[Supplier]) -> None:
        """Items with prices, codes that partners use, and reorder levels where safety stock is kept."""
        random = self._random
        for item in items.values():
            self._add(
                "tabItem",
                item.code,
                item_code=item.code,
                item_name=item.name,
                item_group=item.group,
                brand=item.brand,
                stock_uom=item.unit,
                disabled=int(item.disabled),
                description=f"<div><p>{item.name}</p></div>",
                is_stock_item=int(item.origin != "service"),
                is_sales_item=int(item.origin != "material"),
                is_purchase_item=int(item.origin in ("traded", "material")),
                safety_stock=safety.get(item.code, 0),
                lead_time_days=random.randint(3, 20),
                valuation_rate=item.cost,
                standard_rate=item.price,
                default_bom=f"BOM-{item.code}-001" if item.origin == "made" else None,
                custom_alias="육공이공삼" if item.code == "BRG-6203" else None,
            )
            for selling in (1, 0):
                won = item.price if selling else item.cost
                self._add(
                    "tabItem Price",
                    self._writer.hash(),
                    item_code=item.code,
                    item_name=item.name,
                    uom=item.unit,
                    currency="KRW",
                    price_list="판매가" if selling else "구매가",
                    selling=selling,
                    buying=1 - selling,
                    price_list_rate=won,
                    valid_from=str(self._first),
                )
            if item.origin == "traded" and random.random() < 0.3:
                supplier = random.choice(suppliers)
                part = f"{supplier.name[-3:]}-{item.code[4:]}"
                self._child(
                    *("tabItem Supplier", item.code, "Item", "supplier_items"),
                    supplier=supplier.name,
                    supplier_part_no=part,
                )
                self._child(
                    *("tabItem Customer Detail", item.code, "Item", "customer_items"),
                    customer_name="CUST-00001",
                    ref_code=f"DH{item.code[3:]}",
                )
                barcode = f"880{random.randrange(10**10):010d}"
                self._child("tabItem Barcode", item.code, "Item", "barcodes", barcode=barcode)

    def reorder(self, item: Item, warehouse: str, level: int, lot: int) -> None:
        self._child(
            *("tabItem Reorder", item.code, "Item", "reorder_levels"),
            warehouse=warehouse,
            warehouse_reorder_level=level,
            warehouse_reorder_qty=lot,
            material_request_type="Manufacture" if item.origin == "made" else "Purchase",
        )

    def _tax_number(self, firm: str) -> str:
        digits = f"{self._random.randrange(10**10):010d}"
        return self._tax_numbers.setdefault(firm, f"{digits[:3]}-{digits[3:5]}-{digits[5:]}")


CHART_TREE: Final = {label: above for label, (_, above, *_) in CHART.items()}


def _under(root: str, tree: Mapping[str, str | None]) -> dict[str, str | None]:
    return {name: above or root for name, above in tree.items()}


def _nested(tree: Mapping[str, str | None]) -> dict[str, tuple[int, int]]:
    """lft and rgt of each node: a walk around the tree, counting."""
    numbers: dict[str, tuple[int, int]] = {}

    def walk(name: str, left: int) -> int:
        following = left + 1
        for below, above in tree.items():
            if above == name:
                following = walk(below, following)
        numbers[name] = (left, following)
        return following + 1

    following = 1
    for name, above in tree.items():
        if above is None:
            following = walk(name, following)
    return {name: numbers[name] for name in tree}
