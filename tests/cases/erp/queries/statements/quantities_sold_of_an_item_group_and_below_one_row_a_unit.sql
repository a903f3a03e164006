WITH RECURSIVE below_item_group_0(id) AS
(SELECT node.id AS id
FROM item_group AS node
WHERE node.id IN ('베어링') UNION SELECT node.id AS id
FROM item_group AS node JOIN below_item_group_0 ON node.parent_id = below_item_group_0.id)
 SELECT first.slot, first.period, first.due, first.unit_code, first.member_0, named_0.name AS label_0, named_0.code AS detail_0, first.figure_0
FROM (SELECT ranked.slot AS slot, ranked.period AS period, ranked.due AS due, ranked.unit_code AS unit_code, ranked.member_0 AS member_0, ranked.figure_0 AS figure_0, ranked.place AS place
FROM (SELECT figures.slot AS slot, figures.period AS period, figures.due AS due, figures.unit_code AS unit_code, figures.member_0 AS member_0, figures.figure_0 AS figure_0, rank() OVER (ORDER BY figures.figure_0 DESC) AS place
FROM (SELECT 'asked' AS slot, '' AS period, NULL AS due, sales_invoice_line.stock_unit AS unit_code, sales_invoice_line.item_id AS member_0, sum(sales_invoice_line.stock_quantity) AS figure_0
FROM sales_invoice_line LEFT OUTER JOIN sales_invoice AS sales_invoice ON sales_invoice.id = sales_invoice_line.sales_invoice_id
WHERE sales_invoice.company_id = '마루산업' AND sales_invoice.posting_date >= '2026-01-01' AND sales_invoice.posting_date <= '2026-11-20' AND sales_invoice.state = 'submitted' AND sales_invoice_line.item_id IS NOT NULL AND sales_invoice_line.item_id IN (SELECT item_1.id
FROM item AS item_1
WHERE item_1.item_group_id IN (SELECT below_item_group_0.id
FROM below_item_group_0)) AND sales_invoice.is_opening = 0 GROUP BY unit_code, member_0) AS figures
WHERE figures.figure_0 IS NOT NULL) AS ranked
WHERE ranked.place <= 5) AS first LEFT OUTER JOIN item AS named_0 ON named_0.id = first.member_0
 LIMIT 200001 OFFSET 0
