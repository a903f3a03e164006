SELECT figures.slot, figures.period, figures.due, figures.unit_code, figures.figure_0, figures.figure_1, figures.figure_2
FROM (SELECT 'asked' AS slot, '2025-10-01' AS period, NULL AS due, NULL AS unit_code, sum(-stock_move.value_change) AS figure_0, NULL AS figure_1, NULL AS figure_2
FROM stock_move
WHERE stock_move.warehouse_id IN (SELECT warehouse_1.id
FROM warehouse AS warehouse_1
WHERE warehouse_1.company_id = '마루산업') AND stock_move.posting_date >= '2025-01-01' AND stock_move.posting_date <= '2025-12-31' AND stock_move.is_cancelled = 0 AND stock_move.voucher_type IN ('delivery', 'sales_invoice') UNION ALL SELECT 'asked' AS slot, '2026-01-01' AS period, NULL AS due, NULL AS unit_code, sum(-stock_move.value_change) AS figure_0, NULL AS figure_1, NULL AS figure_2
FROM stock_move
WHERE stock_move.warehouse_id IN (SELECT warehouse_2.id
FROM warehouse AS warehouse_2
WHERE warehouse_2.company_id = '마루산업') AND stock_move.posting_date >= '2025-04-01' AND stock_move.posting_date <= '2026-03-31' AND stock_move.is_cancelled = 0 AND stock_move.voucher_type IN ('delivery', 'sales_invoice') UNION ALL SELECT 'asked' AS slot, '2026-04-01' AS period, NULL AS due, NULL AS unit_code, sum(-stock_move.value_change) AS figure_0, NULL AS figure_1, NULL AS figure_2
FROM stock_move
WHERE stock_move.warehouse_id IN (SELECT warehouse_3.id
FROM warehouse AS warehouse_3
WHERE warehouse_3.company_id = '마루산업') AND stock_move.posting_date >= '2025-07-01' AND stock_move.posting_date <= '2026-06-30' AND stock_move.is_cancelled = 0 AND stock_move.voucher_type IN ('delivery', 'sales_invoice') UNION ALL SELECT 'asked' AS slot, '2025-10-01' AS period, NULL AS due, NULL AS unit_code, NULL AS figure_0, sum(stock_move.value_change) AS figure_1, NULL AS figure_2
FROM stock_move
WHERE stock_move.warehouse_id IN (SELECT warehouse_4.id
FROM warehouse AS warehouse_4
WHERE warehouse_4.company_id = '마루산업') AND stock_move.posting_date <= '2024-12-31' AND stock_move.is_cancelled = 0 UNION ALL SELECT 'asked' AS slot, '2026-01-01' AS period, NULL AS due, NULL AS unit_code, NULL AS figure_0, sum(stock_move.value_change) AS figure_1, NULL AS figure_2
FROM stock_move
WHERE stock_move.warehouse_id IN (SELECT warehouse_5.id
FROM warehouse AS warehouse_5
WHERE warehouse_5.company_id = '마루산업') AND stock_move.posting_date <= '2025-03-31' AND stock_move.is_cancelled = 0 UNION ALL SELECT 'asked' AS slot, '2026-04-01' AS period, NULL AS due, NULL AS unit_code, NULL AS figure_0, sum(stock_move.value_change) AS figure_1, NULL AS figure_2
FROM stock_move
WHERE stock_move.warehouse_id IN (SELECT warehouse_6.id
FROM warehouse AS warehouse_6
WHERE warehouse_6.company_id = '마루산업') AND stock_move.posting_date <= '2025-06-30' AND stock_move.is_cancelled = 0 UNION ALL SELECT 'asked' AS slot, 'before' AS period, NULL AS due, NULL AS unit_code, NULL AS figure_0, NULL AS figure_1, sum(stock_move.value_change) AS figure_2
FROM stock_move
WHERE stock_move.warehouse_id IN (SELECT warehouse_7.id
FROM warehouse AS warehouse_7
WHERE warehouse_7.company_id = '마루산업') AND stock_move.posting_date <= '2025-09-30' AND stock_move.is_cancelled = 0 UNION ALL SELECT 'asked' AS slot, stock_move.posting_date AS period, NULL AS due, NULL AS unit_code, NULL AS figure_0, NULL AS figure_1, sum(stock_move.value_change) AS figure_2
FROM stock_move
WHERE stock_move.warehouse_id IN (SELECT warehouse_8.id
FROM warehouse AS warehouse_8
WHERE warehouse_8.company_id = '마루산업') AND stock_move.posting_date >= '2025-10-01' AND stock_move.posting_date <= '2026-06-30' AND stock_move.is_cancelled = 0 GROUP BY period) AS figures
 LIMIT 200001 OFFSET 0
