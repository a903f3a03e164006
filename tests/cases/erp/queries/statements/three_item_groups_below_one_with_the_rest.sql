WITH RECURSIVE below_item_group_0(id) AS
(SELECT node.id AS id
FROM item_group AS node
WHERE node.id IN ('전체 품목') UNION SELECT node.id AS id
FROM item_group AS node JOIN below_item_group_0 ON node.parent_id = below_item_group_0.id)
 SELECT figures.slot, figures.period, figures.due, figures.unit_code, figures.member_0, named_0.name AS label_0, NULL AS detail_0, figures.figure_0
FROM (SELECT 'asked' AS slot, '' AS period, NULL AS due, NULL AS unit_code, item.item_group_id AS member_0, sum(sales_invoice_line.base_net_amount) AS figure_0
FROM sales_invoice_line LEFT OUTER JOIN sales_invoice AS sales_invoice ON sales_invoice.id = sales_invoice_line.sales_invoice_id LEFT OUTER JOIN item AS item ON item.id = sales_invoice_line.item_id
WHERE sales_invoice.company_id = '마루산업' AND sales_invoice.posting_date >= '2026-01-01' AND sales_invoice.posting_date <= '2026-10-31' AND sales_invoice.state = 'submitted' AND sales_invoice_line.item_id IS NOT NULL AND sales_invoice_line.item_id IN (SELECT item_1.id
FROM item AS item_1
WHERE item_1.item_group_id IN (SELECT below_item_group_0.id
FROM below_item_group_0)) AND sales_invoice.is_return = 0 AND sales_invoice.is_opening = 0 GROUP BY member_0) AS figures LEFT OUTER JOIN item_group AS named_0 ON named_0.id = figures.member_0
 LIMIT 200001 OFFSET 0
