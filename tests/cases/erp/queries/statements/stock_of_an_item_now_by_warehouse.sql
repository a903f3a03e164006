SELECT figures.slot, figures.period, figures.due, figures.unit_code, figures.member_0, named_0.name AS label_0, named_0_company.name AS detail_0, figures.figure_0, figures.figure_1, figures.figure_2
FROM (SELECT 'asked' AS slot, '' AS period, NULL AS due, item.stock_unit AS unit_code, stock_balance.warehouse_id AS member_0, sum(stock_balance.actual_quantity) AS figure_0, sum(stock_balance.projected_quantity) AS figure_1, sum(stock_balance.stock_value) AS figure_2
FROM stock_balance LEFT OUTER JOIN item AS item ON item.id = stock_balance.item_id
WHERE stock_balance.warehouse_id IN (SELECT warehouse_1.id
FROM warehouse AS warehouse_1
WHERE warehouse_1.company_id = '마루산업') AND stock_balance.item_id IS NOT NULL AND stock_balance.item_id = 'BRG-6204' GROUP BY unit_code, member_0) AS figures LEFT OUTER JOIN warehouse AS named_0 ON named_0.id = figures.member_0 LEFT OUTER JOIN company AS named_0_company ON named_0_company.id = named_0.company_id
 LIMIT 200001 OFFSET 0
