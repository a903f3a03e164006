SELECT figures.slot, figures.period, figures.due, figures.unit_code, figures.member_0, named_0.name AS label_0, NULL AS detail_0, figures.figure_0, figures.figure_1, figures.figure_2
FROM (SELECT 'asked' AS slot, '' AS period, NULL AS due, NULL AS unit_code, item.item_group_id AS member_0, sum(-stock_move.value_change) AS figure_0, NULL AS figure_1, NULL AS figure_2
FROM stock_move LEFT OUTER JOIN item AS item ON item.id = stock_move.item_id
WHERE stock_move.warehouse_id IN (SELECT warehouse_1.id
FROM warehouse AS warehouse_1
WHERE warehouse_1.company_id = '마루산업') AND stock_move.posting_date >= '2025-11-21' AND stock_move.posting_date <= '2026-11-20' AND stock_move.is_cancelled = 0 AND stock_move.voucher_type IN ('delivery', 'sales_invoice') GROUP BY member_0 UNION ALL SELECT 'asked' AS slot, '' AS period, NULL AS due, NULL AS unit_code, item.item_group_id AS member_0, NULL AS figure_0, sum(stock_move.value_change) AS figure_1, NULL AS figure_2
FROM stock_move LEFT OUTER JOIN item AS item ON item.id = stock_move.item_id
WHERE stock_move.warehouse_id IN (SELECT warehouse_2.id
FROM warehouse AS warehouse_2
WHERE warehouse_2.company_id = '마루산업') AND stock_move.posting_date <= '2025-11-20' AND stock_move.is_cancelled = 0 GROUP BY member_0 UNION ALL SELECT 'asked' AS slot, '' AS period, NULL AS due, NULL AS unit_code, item.item_group_id AS member_0, NULL AS figure_0, NULL AS figure_1, sum(stock_balance.stock_value) AS figure_2
FROM stock_balance LEFT OUTER JOIN item AS item ON item.id = stock_balance.item_id
WHERE stock_balance.warehouse_id IN (SELECT warehouse_3.id
FROM warehouse AS warehouse_3
WHERE warehouse_3.company_id = '마루산업') GROUP BY member_0) AS figures LEFT OUTER JOIN item_group AS named_0 ON named_0.id = figures.member_0
 LIMIT 200001 OFFSET 0
