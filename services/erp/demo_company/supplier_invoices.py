"""Suppliers' invoices: over receipts, for freight, from before the books began; and goods sent back."""

from datetime import date, timedelta
from functools import partial
from typing import Any

from services.erp.demo_company.accounts import Company
from services.erp.demo_company.books import Party, Voucher, stock_postings
from services.erp.demo_company.purchasing import Purchasing, Receipt
from services.erp.demo_company.rows import SUBMITTED, child, header, of_supplier
from services.erp.demo_company.settlement import BUYING, Invoice, Settlement
from services.erp.demo_company.world import Priced, Supplier, World, price
from services.erp.demo_company.writer import stamp


class SupplierInvoices:
    """Books what suppliers bill."""

    def __init__(self, world: World, settlement: Settlement) -> None:
        self._world = world
        self._settlement = settlement
        self.purchasing: Purchasing  # told of what was billed; it knows this object as its `bill`

    def bill(self, receipt: Receipt, day: date) -> None:
        """The invoice over one receipt, at the receipt's prices."""
        order = receipt.order
        voucher = self._voucher(order.company, day, order.owner)
        priced = price(receipt.terms, receipt.parts, order.company, None)
        self._write_lines(voucher, receipt, priced)
        invoice = self._enter(voucher, order.supplier, priced, "입고미정산", {})
        self.purchasing.invoiced(order, receipt.parts)
        if order.supplier.currency == "KRW" and self._world.chance(0.02):
            back = partial(self._send_back, invoice, receipt)
            self._world.at(self._world.later(day, 2, 12), back)

    def charge(
        self, company: Company, supplier: Supplier, label: str, won: int, day: date, *, opening: bool = False
    ) -> None:
        """An invoice without item: an expense with VAT, or the opening balance."""
        voucher = self._voucher(company, day, self._world.buyers[0], opening=opening)
        tax = 0 if opening else won // 10
        priced = Priced(
            {
                **dict.fromkeys(("base_total", "base_net_total", "total", "net_total"), won),
                **dict.fromkeys(("base_total_taxes_and_charges", "total_taxes_and_charges"), tax),
                **dict.fromkeys(("base_grand_total", "grand_total"), won + tax),
                **dict.fromkeys(("base_rounded_total", "rounded_total"), won + tax),
                "company": company.name,
                "currency": "KRW",
                "conversion_rate": 1,
            },
            *([], won, tax, won + tax, won + tax, {}),
        )
        line = {
            **child(voucher, self._world.writer.hash(), 1, SUBMITTED),
            "item_name": label,
            "description": label,
            "qty": 1,
            "stock_qty": 1,
            "uom": "회",
            "stock_uom": "회",
            "conversion_factor": 1,
            "expense_account": company.account(label),
            **dict.fromkeys(("rate", "amount", "net_rate", "net_amount"), won),
            **dict.fromkeys(("base_rate", "base_amount", "base_net_rate", "base_net_amount"), won),
        }
        self._world.writer.add("tabPurchase Invoice Item", line)
        self._enter(voucher, supplier, priced, label, {"is_opening": "Yes" if opening else "No"})

    def _voucher(self, company: Company, day: date, owner: str, *, opening: bool = False) -> Voucher:
        name = self._world.writer.number(f"ACC-PINV-{day.year}-")
        return Voucher(company, "Purchase Invoice", name, day, owner, opening=opening)

    def _post(self, voucher: Voucher, supplier: Supplier, priced: Priced, label: str) -> None:
        postings = [(label, priced.net), ("부가세대급금", priced.tax)]
        postings.append((BUYING.ledger[supplier.currency], -priced.grand))
        self._world.books.post(voucher, postings, Party("Supplier", supplier.name))

    def _enter(
        self, voucher: Voucher, supplier: Supplier, priced: Priced, label: str, more: dict[str, Any]
    ) -> Invoice:
        self._post(voucher, supplier, priced, label)
        due = voucher.day + timedelta(supplier.terms)
        invoice = Invoice(
            *(voucher.company, voucher.name, supplier.name, supplier.label, supplier.currency),
            *(priced.header["conversion_rate"], due, priced.own, priced.grand),
            self._row(voucher, supplier, priced, due) | more,
        )
        self._settlement.enter(invoice, voucher, 0.1)
        return invoice

    def _row(self, voucher: Voucher, supplier: Supplier, priced: Priced, due: date) -> dict[str, Any]:
        return {
            **header(voucher, priced, SUBMITTED),
            **of_supplier(supplier),
            "due_date": str(due),
            "is_opening": "No",
            "bill_no": f"{voucher.day:%Y%m%d}-{voucher.name[-4:]}",
            "bill_date": str(voucher.day),
            "credit_to": voucher.company.account(BUYING.ledger[supplier.currency]),
            "party_account_currency": supplier.currency,
        }

    def _write_lines(self, voucher: Voucher, receipt: Receipt, priced: Priced) -> None:
        writer, company = self._world.writer, receipt.order.company
        for index, columns in enumerate(priced.lines, 1):
            line, name = receipt.parts[index - 1][0], receipt.children[index - 1]
            links = {
                "expense_account": company.account("입고미정산"),
                "purchase_order": receipt.order.name,
                "po_detail": line.name,
                "purchase_receipt": receipt.name,
                "pr_detail": name,
            }
            identity = child(voucher, writer.hash(), index, SUBMITTED)
            writer.add("tabPurchase Invoice Item", {**identity, **columns, **links})

    def _send_back(self, invoice: Invoice, receipt: Receipt, day: date) -> None:
        """A few bad pieces of the first line go back: a return receipt and a debit note."""
        world, writer, order = self._world, self._world.writer, receipt.order
        line, quantity = receipt.parts[0]
        back = float(max(1, int(quantity * 0.05)))
        if world.books.on_hand(line.item, line.warehouse) < back * line.factor:
            return
        line.returned += back
        priced = price(receipt.terms, [(line, -back)], order.company, None)
        name = writer.number(f"MAT-PR-RET-{day.year}-")
        mover = Voucher(order.company, "Purchase Receipt", name, day, order.owner)
        won = world.books.issue(mover, line.item, line.warehouse, back * line.factor)
        # The goods leave at their average value; what the supplier credits differs a little.
        difference = won + priced.net
        postings = [("입고미정산", -priced.net), ("제조간접비배부", difference)]
        world.books.post(mover, [*postings, *stock_postings([(line.item, -won)]).items()])
        links = {"purchase_order": order.name, "purchase_order_item": line.name, "received_qty": -back}
        sent_back = writer.hash()
        writer.add(
            "tabPurchase Receipt Item",
            {**child(mover, sent_back, 1, SUBMITTED), **priced.lines[0], **links},
        )
        extra = {"is_return": 1, "status": "Return"}
        row = {**header(mover, priced, SUBMITTED), **of_supplier(order.supplier), **extra}
        writer.add("tabPurchase Receipt", {**row, "return_against": receipt.name, "per_billed": 100})

        voucher = Voucher(
            order.company, "Purchase Invoice", writer.number(f"ACC-PINV-RET-{day.year}-"), day, order.owner
        )
        returned = Receipt(name, order, receipt.terms, [(line, -back)], [sent_back])
        self._write_lines(voucher, returned, priced)
        self._post(voucher, order.supplier, priced, "입고미정산")
        credited = self._settlement.credit(invoice, day, -priced.own)
        against = invoice.name if credited else voucher.name
        party = Party("Supplier", order.supplier.name)
        world.books.owe(voucher, "외상매입금", party, ("Purchase Invoice", against), priced.grand, priced.own)
        row = {**self._row(voucher, order.supplier, priced, day), **extra, **stamp(day, order.owner, 90)}
        row |= {"return_against": invoice.name, "outstanding_amount": 0 if credited else priced.own}
        writer.add("tabPurchase Invoice", row)
