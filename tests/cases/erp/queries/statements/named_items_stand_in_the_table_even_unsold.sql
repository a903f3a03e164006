SELECT figures.slot, figures.period, figures.due, figures.unit_code, figures.member_0, named_0.name AS label_0, named_0.code AS detail_0, figures.figure_0
FROM (SELECT 'asked' AS slot, '' AS period, NULL AS due, NULL AS unit_code, sales_invoice_line.item_id AS member_0, sum(sales_invoice_line.base_net_amount) AS figure_0
FROM sales_invoice_line LEFT OUTER JOIN sales_invoice AS sales_invoice ON sales_invoice.id = sales_invoice_line.sales_invoice_id
WHERE sales_invoice.company_id = '마루산업' AND sales_invoice.posting_date >= '2026-10-01' AND sales_invoice.posting_date <= '2026-10-31' AND sales_invoice.state = 'submitted' AND sales_invoice_line.item_id IS NOT NULL AND sales_invoice_line.item_id IN ('BRG-6204', 'BRG-6205', 'BRG-6206', 'BRG-6207', 'BRG-6208') AND sales_invoice.is_return = 0 AND sales_invoice.is_opening = 0 GROUP BY member_0) AS figures LEFT OUTER JOIN item AS named_0 ON named_0.id = figures.member_0
 LIMIT 200001 OFFSET 0
