SELECT figures.slot, figures.period, figures.due, figures.unit_code, figures.member_0, named_0.name AS label_0, named_0_company.name AS detail_0, figures.figure_0
FROM (SELECT 'asked' AS slot, '' AS period, NULL AS due, item.stock_unit AS unit_code, stock_move.warehouse_id AS member_0, sum(stock_move.quantity) AS figure_0
FROM stock_move LEFT OUTER JOIN item AS item ON item.id = stock_move.item_id
WHERE stock_move.warehouse_id IN (SELECT warehouse_1.id
FROM warehouse AS warehouse_1
WHERE warehouse_1.company_id = '마루산업') AND stock_move.posting_date <= '2026-06-30' AND stock_move.is_cancelled = 0 AND stock_move.item_id IS NOT NULL AND stock_move.item_id = 'BRG-6204' GROUP BY unit_code, member_0) AS figures LEFT OUTER JOIN warehouse AS named_0 ON named_0.id = figures.member_0 LEFT OUTER JOIN company AS named_0_company ON named_0_company.id = named_0.company_id
 LIMIT 200001 OFFSET 0
