SELECT figures.slot, figures.period, figures.due, figures.unit_code, figures.figure_0, figures.figure_1, figures.figure_2
FROM (SELECT 'asked' AS slot, '' AS period, NULL AS due, NULL AS unit_code, sum(CASE WHEN (sales_invoice.is_return = 0 AND sales_invoice.is_opening = 0) THEN sales_invoice_line.base_net_amount END) AS figure_0, sum(CASE WHEN (sales_invoice.is_return = 1 AND sales_invoice.is_opening = 0) THEN -sales_invoice_line.base_net_amount END) AS figure_1, NULL AS figure_2
FROM sales_invoice_line LEFT OUTER JOIN sales_invoice AS sales_invoice ON sales_invoice.id = sales_invoice_line.sales_invoice_id
WHERE sales_invoice.company_id = '마루산업' AND sales_invoice.posting_date >= '2026-07-01' AND sales_invoice.posting_date <= '2026-09-30' AND sales_invoice.state = 'submitted' UNION ALL SELECT 'asked' AS slot, '' AS period, NULL AS due, NULL AS unit_code, NULL AS figure_0, NULL AS figure_1, sum(-stock_move.value_change) AS figure_2
FROM stock_move
WHERE stock_move.warehouse_id IN (SELECT warehouse_1.id
FROM warehouse AS warehouse_1
WHERE warehouse_1.company_id = '마루산업') AND stock_move.posting_date >= '2026-07-01' AND stock_move.posting_date <= '2026-09-30' AND stock_move.is_cancelled = 0 AND stock_move.voucher_type IN ('delivery', 'sales_invoice') UNION ALL SELECT 'compared' AS slot, '' AS period, NULL AS due, NULL AS unit_code, sum(CASE WHEN (sales_invoice.is_return = 0 AND sales_invoice.is_opening = 0) THEN sales_invoice_line.base_net_amount END) AS figure_0, sum(CASE WHEN (sales_invoice.is_return = 1 AND sales_invoice.is_opening = 0) THEN -sales_invoice_line.base_net_amount END) AS figure_1, NULL AS figure_2
FROM sales_invoice_line LEFT OUTER JOIN sales_invoice AS sales_invoice ON sales_invoice.id = sales_invoice_line.sales_invoice_id
WHERE sales_invoice.company_id = '마루산업' AND sales_invoice.posting_date >= '2026-04-01' AND sales_invoice.posting_date <= '2026-06-30' AND sales_invoice.state = 'submitted' UNION ALL SELECT 'compared' AS slot, '' AS period, NULL AS due, NULL AS unit_code, NULL AS figure_0, NULL AS figure_1, sum(-stock_move.value_change) AS figure_2
FROM stock_move
WHERE stock_move.warehouse_id IN (SELECT warehouse_2.id
FROM warehouse AS warehouse_2
WHERE warehouse_2.company_id = '마루산업') AND stock_move.posting_date >= '2026-04-01' AND stock_move.posting_date <= '2026-06-30' AND stock_move.is_cancelled = 0 AND stock_move.voucher_type IN ('delivery', 'sales_invoice')) AS figures
 LIMIT 200001 OFFSET 0
