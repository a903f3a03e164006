"""Small random companies, as plain rows of the local model: what the compiler and the naive evaluator both
read.

Rows are deliberately nasty: missing members and dates, drafts and cancelled ones, returns and opening
entries, two companies, several units, fractions, names that repeat.
"""

import random
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine

from services.erp.local_model import load_watermark, metadata

Row = dict[str, Any]
Data = dict[str, list[Row]]

TODAY = date(2026, 11, 20)
FIRST_DAY = date(2026, 8, 25)
COMPANIES = ("A", "B")
TREES = {
    "territory": {"KR": None, "SEOUL": "KR", "GANGNAM": "SEOUL", "BUSAN": "KR", "JP": None},
    "customer_group": {"ALL": None, "DEALER": "ALL", "RETAIL": "ALL"},
    "supplier_group": {"ALL": None, "LOCAL": "ALL"},
    "item_group": {"ALL": None, "PARTS": "ALL", "BEARING": "PARTS", "GOODS": "ALL"},
    "warehouse": {"W": None, "W1": "W", "W1A": "W1", "W2": "W", "X": None},
    "department": {"HQ": None, "TEAM": "HQ", "CREW": "TEAM", "LAB": "HQ"},
    "account": {"PL": None, "SALES": "PL", "COST": "PL", "CASH": None},
}
WAREHOUSE_COMPANY = {"W": "A", "W1": "A", "W1A": "A", "W2": "A", "X": "B"}
UNITS = ("EA", "KG")
CURRENCIES = ("KRW", "USD")


def random_company(seed: int, size: int = 60) -> Data:
    """Rows of about `size` lines of each kind of document."""
    data = _Maker(random.Random(seed), size).data()
    _add_more(data, _Maker(random.Random(seed + 1000), size))
    return data


def _add_more(data: Data, maker: "_Maker") -> None:
    """People and their leave, safety stock and reorder points, stock moves of the year before."""
    rng = maker.rng
    data["department"] = [
        maker.flagged(
            {"id": key, "name": f"{key}이름", "parent_id": above, "company_id": "A"},
            "is_group",
            "is_disabled",
        )
        for key, above in TREES["department"].items()
    ]
    data["employee"] = [
        {
            "id": f"E{n}",
            "name": f"직원{n // 2}",
            "company_id": rng.choice(["A", "A", "B"]),
            "department_id": rng.choice([*TREES["department"], None]),
            "status": rng.choice(["active", "active", "active", "left"]),
        }
        for n in range(5)
    ]
    for n in range(80):
        year = rng.choice([2025, 2026])
        first = date(year, 1, 1) + timedelta(days=rng.choice([0, 0, 30, 200, 330, 364]))
        kind = rng.choice(["allocation", "application", "application"])
        data["leave_entry"].append(
            maker.flagged(
                {
                    "id": f"LEAVE-{n}",
                    "employee_id": f"E{rng.randrange(5)}",
                    "leave_type": rng.choice(["연차휴가", "연차휴가", "연차휴가", "경조휴가"]),
                    "days": Decimal(rng.randrange(1, 30)) / 2 * (1 if kind == "allocation" else -1),
                    "from_date": first,
                    "to_date": rng.choice([None, first, date(year, 12, 31), date(year, 12, 31)]),
                    "transaction_type": kind,
                    "state": rng.choice(["submitted", "submitted", "submitted", "draft"]),
                },
                "is_carried_forward",
                "is_expired",
                "is_without_pay",
            )
        )
    for item in data["item"]:
        item["is_stock_item"] = rng.random() < 0.8
        item["safety_stock"] = rng.choice([None, Decimal(0), Decimal(20), Decimal("35.5"), Decimal(60)])
    for n in range(12):
        data["reorder_level"].append(
            {
                "id": f"REORDER-{n}",
                "item_id": rng.choice(data["item"])["id"],
                "warehouse_id": rng.choice([*WAREHOUSE_COMPANY]),
                "reorder_level": rng.choice([None, Decimal(0), Decimal(5), Decimal(15)]),
                "reorder_quantity": Decimal(rng.randrange(1, 9)),
            }
        )
    for n in range(maker.size // 2):
        kind = rng.choice(["delivery", "sales_invoice", "stock_entry"])
        voucher = rng.choice(data[kind])["id"] if kind in data else None
        data["stock_move"].append(
            {
                "id": f"old-move-{n}",
                "item_id": rng.choice(data["item"])["id"],
                "warehouse_id": rng.choice([*WAREHOUSE_COMPANY]),
                "posting_date": TODAY - timedelta(days=rng.choice([100, 364, 365, 366, 367, 500])),
                "quantity": Decimal(rng.randrange(-6, 9)),
                "value_change": maker.money() * rng.choice([1, 1, -1]),
                "voucher_type": kind,
                "voucher_id": voucher,
                "delivery_id": voucher if kind == "delivery" else None,
                "sales_invoice_id": voucher if kind == "sales_invoice" else None,
                "is_cancelled": False,
            }
        )


class _Maker:
    def __init__(self, rng: random.Random, size: int) -> None:
        self.rng = rng
        self.size = size

    def data(self) -> Data:
        data: Data = {table.name: [] for table in metadata.sorted_tables}
        data["company"] = [
            {"id": key, "name": f"회사{key}", "currency": "KRW", "parent_id": None} for key in COMPANIES
        ]
        for table, parents in TREES.items():
            data[table] = [
                {"id": k, "name": f"{k}이름", "parent_id": p, "is_group": False} for k, p in parents.items()
            ]
        for row in data["warehouse"]:
            row |= {"company_id": WAREHOUSE_COMPANY[row["id"]], "is_disabled": False}
        roots = {"SALES": "income", "COST": "expense", "CASH": "asset", "PL": None}
        for row in data["account"]:
            row |= {"company_id": "A", "root_type": roots[row["id"]], "is_disabled": False}
        data["customer"] = [
            self.flagged(
                {
                    "id": f"C{n}",
                    "name": f"거래처{n // 2}",
                    "territory_id": self.some("territory"),
                    "customer_group_id": self.some("customer_group"),
                },
                "is_internal",
                "is_disabled",
            )
            for n in range(6)
        ]
        data["supplier"] = [
            self.flagged(
                {"id": f"S{n}", "name": f"공급사{n}", "supplier_group_id": self.some("supplier_group")},
                "is_internal",
                "is_on_hold",
                "is_disabled",
            )
            for n in range(4)
        ]
        data["item"] = [
            self.flagged(
                {
                    "id": f"I{n}",
                    "code": f"I{n}",
                    "name": f"품목{n}",
                    "item_group_id": self.some("item_group"),
                    "brand": ["갑", "을", None][n % 3],
                    "stock_unit": UNITS[n % 2],
                },
                "is_stock_item",
                "is_disabled",
            )
            for n in range(5)
        ]
        self.documents(data, "sales_order", "customer", "order_date", "delivery_date")
        self.documents(data, "delivery", "customer", "posting_date", None)
        self.documents(data, "sales_invoice", "customer", "posting_date", "due_date")
        self.documents(data, "purchase_order", "supplier", "order_date", "schedule_date")
        self.documents(data, "purchase_receipt", "supplier", "posting_date", None)
        self.documents(data, "purchase_invoice", "supplier", "posting_date", "due_date")
        self.stock(data)
        self.ledgers(data)
        return data

    def some(self, table: str) -> str | None:
        return self.rng.choice([*TREES[table], None])

    def flagged(self, row: Row, *flags: str) -> Row:
        return {**row, **{flag: self.rng.random() < 0.2 for flag in flags}}

    def day(self) -> date:
        return FIRST_DAY + timedelta(days=self.rng.randrange((TODAY - FIRST_DAY).days + 10))

    def money(self) -> Decimal:
        return Decimal(self.rng.choice([100, 100, 250, 1000])) + Decimal(self.rng.randrange(3)) / 4

    def documents(self, data: Data, table: str, party: str, dated: str, due: str | None) -> None:
        for n in range(self.size // 3):
            state = self.rng.choice(["submitted"] * 6 + ["draft", "cancelled"])
            is_return = self.rng.random() < 0.2
            currency = self.rng.choice(CURRENCIES)
            order = table.endswith("order")
            head: Row = {
                "id": f"{table}-{n:05}",
                "number": f"{table}-{n:05}",
                "company_id": self.rng.choice(["A", "A", "A", "B"]),
                "state": state,
                f"{party}_id": self.rng.choice([row["id"] for row in data[party]] * 4 + [None, "GONE"]),
                dated: self.day(),
                "currency": currency,
                "base_grand_total": self.money() * (-1 if is_return and not order else 1),
                "grand_total": self.money(),
            }
            if due:
                head[due] = self.rng.choice([self.day(), None])
            if order:
                words = ["on_hold", "closed", "completed", "to_bill", None]
                head["status"] = self.rng.choice(words + (["delivered"] if party == "supplier" else []))
            else:
                head |= {"is_return": is_return, "status": self.rng.choice(["completed", "cancelled", None])}
            if table.endswith("invoice"):
                head |= {
                    "is_opening": self.rng.random() < 0.15,
                    "is_internal": False,
                    "updates_stock": False,
                    "status": self.rng.choice(["paid", "unpaid", None]),
                }
            data[table].append(head)
            for line in range(self.rng.randrange(4)):
                item = self.rng.choice([*data["item"], None])
                row: Row = {
                    "id": f"{head['id']}/{line}",
                    f"{table}_id": head["id"],
                    "position": Decimal(line),
                    "item_id": item and item["id"],
                    "stock_quantity": Decimal(self.rng.randrange(1, 9))
                    / 2
                    * (-1 if is_return and not order else 1),
                    "stock_unit": item["stock_unit"] if item else self.rng.choice([None, "EA"]),
                    "warehouse_id": self.some("warehouse"),
                    "base_net_amount": self.money() * (-1 if is_return and not order else 1),
                    "net_amount": self.money(),
                }
                if order:
                    row |= {
                        "open_quantity": Decimal(self.rng.choice([0, 0, 1, 5])),
                        "is_drop_shipped": self.rng.random() < 0.2,
                        due or "": self.rng.choice([self.day(), None]),
                    }
                data[f"{table}_line"].append(row)

    def stock(self, data: Data) -> None:
        warehouses = [*WAREHOUSE_COMPANY]
        for item in data["item"]:
            for warehouse in warehouses:
                if self.rng.random() < 0.6:
                    data["stock_balance"].append(
                        {
                            "id": f"{item['id']}@{warehouse}",
                            "item_id": item["id"],
                            "warehouse_id": warehouse,
                            "actual_quantity": Decimal(self.rng.randrange(-2, 20)),
                            "projected_quantity": Decimal(self.rng.randrange(-2, 20)),
                            "stock_value": self.money(),
                        }
                    )
        for n in range(self.size):
            kind = self.rng.choice(["delivery", "sales_invoice", "stock_entry", "purchase_receipt"])
            voucher = self.rng.choice(data[kind])["id"] if kind in data else None
            data["stock_move"].append(
                {
                    "id": f"move-{n}",
                    "item_id": self.rng.choice(data["item"])["id"],
                    "warehouse_id": self.rng.choice(warehouses),
                    "posting_date": self.day(),
                    "quantity": Decimal(self.rng.randrange(-6, 9)) / 2,
                    "value_change": self.money() * self.rng.choice([1, -1]),
                    "voucher_type": kind,
                    "voucher_id": voucher,
                    "delivery_id": voucher if kind == "delivery" else None,
                    "sales_invoice_id": voucher if kind == "sales_invoice" else None,
                    "is_cancelled": self.rng.random() < 0.15,
                }
            )

    def ledgers(self, data: Data) -> None:
        for table, party in (("receivable_entry", "customer"), ("payable_entry", "supplier")):
            for n in range(self.size):
                own = self.rng.random() < 0.5
                against = f"V{n if own else self.rng.randrange(self.size // 2)}"
                data[table].append(
                    {
                        "id": f"{table}-{n}",
                        "company_id": self.rng.choice(["A", "A", "B"]),
                        f"{party}_id": self.rng.choice([*(row["id"] for row in data[party][:3]), None]),
                        "posting_date": self.day(),
                        "due_date": self.rng.choice([self.day(), None]),
                        "amount": self.money() * self.rng.choice([1, 1, -1]),
                        "voucher_type": f"{'sales' if party == 'customer' else 'purchase'}_invoice",
                        "voucher_id": f"V{n}" if own else f"P{n}",
                        "against_voucher_type": f"{'sales' if party == 'customer' else 'purchase'}_invoice",
                        "against_voucher_id": against,
                        "is_delinked": self.rng.random() < 0.1,
                    }
                )
        for n in range(self.size):
            data["payment"].append(
                {
                    "id": f"PAY-{n}",
                    "number": f"PAY-{n}",
                    "company_id": self.rng.choice(["A", "A", "B"]),
                    "state": self.rng.choice(["submitted", "submitted", "draft"]),
                    "direction": self.rng.choice(["receive", "pay", "internal_transfer"]),
                    "customer_id": self.rng.choice([*(row["id"] for row in data["customer"]), None]),
                    "supplier_id": self.rng.choice([*(row["id"] for row in data["supplier"]), None]),
                    "posting_date": self.day(),
                    "base_received_amount": self.money(),
                    "base_paid_amount": self.money(),
                }
            )
            data["gl_entry"].append(
                {
                    "id": f"GL-{n}",
                    "company_id": self.rng.choice(COMPANIES),
                    "account_id": self.rng.choice([*TREES["account"]]),
                    "posting_date": self.day(),
                    "debit": self.money(),
                    "credit": self.money(),
                    "voucher_type": self.rng.choice(["journal", "period_closing"]),
                    "is_opening": False,
                    "is_cancelled": self.rng.random() < 0.2,
                }
            )


def write(data: Data, path: Path) -> Path:
    """A local model file with these rows, loaded at one moment."""
    engine = create_engine(f"sqlite:///{path}")
    fill(engine, data)
    engine.dispose()
    return path


def fill(engine: Engine, data: Data) -> None:
    """A local model with these rows in an empty database, loaded at one moment."""
    metadata.create_all(engine)
    moment = datetime(2026, 11, 20, 1, 2, 3, tzinfo=UTC).replace(tzinfo=None)
    with engine.begin() as connection:
        for table in metadata.sorted_tables:
            rows = data.get(table.name) or []
            for row in rows:
                connection.execute(table.insert(), row)
            if table is not load_watermark:
                connection.execute(
                    load_watermark.insert(),
                    {
                        "local_table": table.name,
                        "source_table": f"tab{table.name}",
                        "mapping": "small",
                        "rows": len(rows),
                        "rejected": 0,
                        "rounded": 0,
                        "as_of": moment,
                        "loaded_at": moment,
                        "epoch": 1,
                    },
                )
