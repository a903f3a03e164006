SELECT figures.slot, figures.period, figures.due, figures.unit_code, figures.figure_0, figures.figure_1, figures.figure_2
FROM (SELECT 'asked' AS slot, '' AS period, NULL AS due, NULL AS unit_code, sum(-stock_move.value_change) AS figure_0, NULL AS figure_1, NULL AS figure_2
FROM stock_move
WHERE stock_move.warehouse_id IN (SELECT warehouse_1.id
FROM warehouse AS warehouse_1
WHERE warehouse_1.company_id = '마루산업') AND stock_move.posting_date >= '2025-01-01' AND stock_move.posting_date <= '2025-12-31' AND stock_move.is_cancelled = 0 AND stock_move.voucher_type IN ('delivery', 'sales_invoice') UNION ALL SELECT 'asked' AS slot, '' AS period, NULL AS due, NULL AS unit_code, NULL AS figure_0, sum(stock_move.value_change) AS figure_1, NULL AS figure_2
FROM stock_move
WHERE stock_move.warehouse_id IN (SELECT warehouse_2.id
FROM warehouse AS warehouse_2
WHERE warehouse_2.company_id = '마루산업') AND stock_move.posting_date <= '2024-12-31' AND stock_move.is_cancelled = 0 UNION ALL SELECT 'asked' AS slot, '' AS period, NULL AS due, NULL AS unit_code, NULL AS figure_0, NULL AS figure_1, sum(stock_move.value_change) AS figure_2
FROM stock_move
WHERE stock_move.warehouse_id IN (SELECT warehouse_3.id
FROM warehouse AS warehouse_3
WHERE warehouse_3.company_id = '마루산업') AND stock_move.posting_date <= '2025-12-31' AND stock_move.is_cancelled = 0) AS figures
 LIMIT 200001 OFFSET 0
