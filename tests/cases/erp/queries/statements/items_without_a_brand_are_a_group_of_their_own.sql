SELECT figures.slot, figures.period, figures.due, figures.unit_code, figures.member_0, NULL AS label_0, NULL AS detail_0, figures.figure_0
FROM (SELECT 'asked' AS slot, '' AS period, NULL AS due, sales_invoice_line.stock_unit AS unit_code, item.brand AS member_0, sum(sales_invoice_line.stock_quantity) AS figure_0
FROM sales_invoice_line LEFT OUTER JOIN sales_invoice AS sales_invoice ON sales_invoice.id = sales_invoice_line.sales_invoice_id LEFT OUTER JOIN item AS item ON item.id = sales_invoice_line.item_id
WHERE sales_invoice.company_id = '마루산업' AND sales_invoice.posting_date >= '2026-01-01' AND sales_invoice.posting_date <= '2026-10-31' AND sales_invoice.state = 'submitted' AND NOT (sales_invoice_line.item_id IS NOT NULL AND sales_invoice_line.item_id IN (SELECT item_1.id
FROM item AS item_1
WHERE item_1.brand IS NOT NULL)) AND sales_invoice.is_opening = 0 GROUP BY unit_code, member_0) AS figures
 LIMIT 200001 OFFSET 0
