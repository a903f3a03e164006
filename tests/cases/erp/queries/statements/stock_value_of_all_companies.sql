SELECT figures.slot, figures.period, figures.due, figures.unit_code, figures.figure_0
FROM (SELECT 'asked' AS slot, '' AS period, NULL AS due, NULL AS unit_code, sum(stock_balance.stock_value) AS figure_0
FROM stock_balance
WHERE stock_balance.warehouse_id IN (SELECT warehouse_1.id
FROM warehouse AS warehouse_1
WHERE warehouse_1.company_id IN ('마루산업', '마루유통'))) AS figures
 LIMIT 200001 OFFSET 0
