SELECT figures.slot, figures.period, figures.due, figures.unit_code, figures.figure_0
FROM (SELECT 'asked' AS slot, '' AS period, coalesce(sales_order_line.delivery_date, sales_order.delivery_date) AS due, NULL AS unit_code, count(DISTINCT sales_order_line.sales_order_id) AS figure_0
FROM sales_order_line LEFT OUTER JOIN sales_order AS sales_order ON sales_order.id = sales_order_line.sales_order_id
WHERE sales_order.company_id = '마루산업' AND sales_order.state = 'submitted' AND (sales_order.status IS NULL OR (sales_order.status NOT IN ('on_hold', 'closed'))) AND sales_order_line.open_quantity > 0 AND coalesce(sales_order_line.delivery_date, sales_order.delivery_date) >= '2026-11-16' AND coalesce(sales_order_line.delivery_date, sales_order.delivery_date) <= '2026-11-22' GROUP BY due) AS figures
 LIMIT 200001 OFFSET 0
