SELECT first.slot, first.period, first.due, first.unit_code, first.member_0, named_0.number AS label_0, named_0_customer.name AS detail_0, first.member_1, named_1.name AS label_1, named_1_territory.name AS detail_1, first.figure_0
FROM (SELECT ranked.slot AS slot, ranked.period AS period, ranked.due AS due, ranked.unit_code AS unit_code, ranked.member_0 AS member_0, ranked.member_1 AS member_1, ranked.figure_0 AS figure_0, ranked.place AS place
FROM (SELECT figures.slot AS slot, figures.period AS period, figures.due AS due, figures.unit_code AS unit_code, figures.member_0 AS member_0, figures.member_1 AS member_1, figures.figure_0 AS figure_0, rank() OVER (ORDER BY figures.figure_0 DESC) AS place
FROM (SELECT 'asked' AS slot, '' AS period, NULL AS due, NULL AS unit_code, sales_order_line.sales_order_id AS member_0, sales_order.customer_id AS member_1, sum(sales_order_line.base_net_amount) AS figure_0
FROM sales_order_line LEFT OUTER JOIN sales_order AS sales_order ON sales_order.id = sales_order_line.sales_order_id
WHERE sales_order.company_id = '마루산업' AND sales_order.order_date >= '2026-07-01' AND sales_order.order_date <= '2026-09-30' AND sales_order.state = 'submitted' GROUP BY member_0, member_1) AS figures
WHERE figures.figure_0 IS NOT NULL) AS ranked
WHERE ranked.place <= 1) AS first LEFT OUTER JOIN sales_order AS named_0 ON named_0.id = first.member_0 LEFT OUTER JOIN customer AS named_0_customer ON named_0_customer.id = named_0.customer_id LEFT OUTER JOIN customer AS named_1 ON named_1.id = first.member_1 LEFT OUTER JOIN territory AS named_1_territory ON named_1_territory.id = named_1.territory_id
 LIMIT 200001 OFFSET 0
