SELECT figures.slot, figures.period, figures.due, figures.unit_code, figures.member_0, named_0.number AS label_0, named_0_customer.name AS detail_0, figures.figure_0
FROM (SELECT 'asked' AS slot, '' AS period, NULL AS due, sales_order_line.stock_unit AS unit_code, sales_order_line.sales_order_id AS member_0, sum(sales_order_line.open_quantity) AS figure_0
FROM sales_order_line LEFT OUTER JOIN sales_order AS sales_order ON sales_order.id = sales_order_line.sales_order_id
WHERE sales_order.company_id = '마루산업' AND sales_order.state = 'submitted' AND (sales_order.status IS NULL OR (sales_order.status NOT IN ('on_hold', 'closed'))) AND sales_order_line.open_quantity > 0 GROUP BY unit_code, member_0) AS figures LEFT OUTER JOIN sales_order AS named_0 ON named_0.id = figures.member_0 LEFT OUTER JOIN customer AS named_0_customer ON named_0_customer.id = named_0.customer_id
 LIMIT 200001 OFFSET 0
