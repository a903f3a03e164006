"""A made-up company in ERPNext's real shape: the same tables and columns, three years up to today.

    python -m services.erp.demo_company --out FILE [--seed N] [--lines N] [--today YYYY-MM-DD] [--shape SHAPE]

마루산업 makes and trades machine parts, 마루유통 is its smaller trading company. Day by day the
simulation takes orders, delivers, bills, collects, buys, produces and closes its years, so that stock,
ledgers and documents agree (a test adds them up). The same seed, size and day give the same file. People
and firms are invented. `--shape korean_package` writes the same company with the tables of a Korean packaged ERP.
"""
