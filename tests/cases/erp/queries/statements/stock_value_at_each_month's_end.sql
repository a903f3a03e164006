SELECT figures.slot, figures.period, figures.due, figures.unit_code, figures.figure_0
FROM (SELECT 'asked' AS slot, 'before' AS period, NULL AS due, NULL AS unit_code, sum(stock_move.value_change) AS figure_0
FROM stock_move
WHERE stock_move.warehouse_id IN (SELECT warehouse_1.id
FROM warehouse AS warehouse_1
WHERE warehouse_1.company_id = '마루산업') AND stock_move.posting_date <= '2026-05-31' AND stock_move.is_cancelled = 0 UNION ALL SELECT 'asked' AS slot, stock_move.posting_date AS period, NULL AS due, NULL AS unit_code, sum(stock_move.value_change) AS figure_0
FROM stock_move
WHERE stock_move.warehouse_id IN (SELECT warehouse_2.id
FROM warehouse AS warehouse_2
WHERE warehouse_2.company_id = '마루산업') AND stock_move.posting_date >= '2026-06-01' AND stock_move.posting_date <= '2026-11-20' AND stock_move.is_cancelled = 0 GROUP BY period) AS figures
 LIMIT 200001 OFFSET 0
