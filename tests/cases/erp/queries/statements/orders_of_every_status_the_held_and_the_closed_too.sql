SELECT figures.slot, figures.period, figures.due, figures.unit_code, figures.member_0, NULL AS label_0, NULL AS detail_0, figures.figure_0, figures.figure_1
FROM (SELECT 'asked' AS slot, '' AS period, NULL AS due, NULL AS unit_code, sales_order.status AS member_0, sum(sales_order_line.base_net_amount) AS figure_0, NULL AS figure_1
FROM sales_order_line LEFT OUTER JOIN sales_order AS sales_order ON sales_order.id = sales_order_line.sales_order_id
WHERE sales_order.company_id = '마루산업' AND sales_order.order_date >= '2026-01-01' AND sales_order.order_date <= '2026-11-20' AND sales_order.state = 'submitted' GROUP BY member_0 UNION ALL SELECT 'asked' AS slot, '' AS period, NULL AS due, NULL AS unit_code, sales_order.status AS member_0, NULL AS figure_0, sum(1) AS figure_1
FROM sales_order
WHERE sales_order.company_id = '마루산업' AND sales_order.order_date >= '2026-01-01' AND sales_order.order_date <= '2026-11-20' AND sales_order.state = 'submitted' GROUP BY member_0) AS figures
 LIMIT 200001 OFFSET 0
