SELECT figures.slot, figures.period, figures.due, figures.unit_code, figures.figure_0
FROM (SELECT 'asked' AS slot, '' AS period, NULL AS due, sales_invoice_line.stock_unit AS unit_code, sum(sales_invoice_line.stock_quantity) AS figure_0
FROM sales_invoice_line LEFT OUTER JOIN sales_invoice AS sales_invoice ON sales_invoice.id = sales_invoice_line.sales_invoice_id
WHERE sales_invoice.company_id = '마루산업' AND sales_invoice.posting_date >= '2026-01-01' AND sales_invoice.posting_date <= '2026-11-20' AND sales_invoice.state = 'submitted' AND sales_invoice.is_opening = 0 GROUP BY unit_code) AS figures
 LIMIT 200001 OFFSET 0
