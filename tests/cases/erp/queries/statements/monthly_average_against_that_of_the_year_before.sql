SELECT figures.slot, figures.period, figures.due, figures.unit_code, figures.figure_0
FROM (SELECT 'asked' AS slot, '' AS period, NULL AS due, NULL AS unit_code, sum(sales_order_line.base_net_amount) AS figure_0
FROM sales_order_line LEFT OUTER JOIN sales_order AS sales_order ON sales_order.id = sales_order_line.sales_order_id
WHERE sales_order.company_id = '마루산업' AND sales_order.order_date >= '2026-01-01' AND sales_order.order_date <= '2026-10-31' AND sales_order.state = 'submitted' UNION ALL SELECT 'compared' AS slot, '' AS period, NULL AS due, NULL AS unit_code, sum(sales_order_line.base_net_amount) AS figure_0
FROM sales_order_line LEFT OUTER JOIN sales_order AS sales_order ON sales_order.id = sales_order_line.sales_order_id
WHERE sales_order.company_id = '마루산업' AND sales_order.order_date >= '2025-01-01' AND sales_order.order_date <= '2025-10-31' AND sales_order.state = 'submitted') AS figures
 LIMIT 200001 OFFSET 0
