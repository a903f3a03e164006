SELECT figures.slot, figures.period, figures.due, figures.unit_code, figures.figure_0, figures.figure_1
FROM (SELECT 'asked' AS slot, purchase_invoice.posting_date AS period, NULL AS due, NULL AS unit_code, sum(purchase_invoice_line.base_net_amount) AS figure_0, NULL AS figure_1
FROM purchase_invoice_line LEFT OUTER JOIN purchase_invoice AS purchase_invoice ON purchase_invoice.id = purchase_invoice_line.purchase_invoice_id
WHERE purchase_invoice.company_id = '마루산업' AND purchase_invoice.posting_date >= '2025-01-01' AND purchase_invoice.posting_date <= '2026-06-30' AND purchase_invoice.state = 'submitted' AND purchase_invoice.is_opening = 0 GROUP BY period UNION ALL SELECT 'asked' AS slot, purchase_invoice.posting_date AS period, NULL AS due, NULL AS unit_code, NULL AS figure_0, sum(1) AS figure_1
FROM purchase_invoice
WHERE purchase_invoice.company_id = '마루산업' AND purchase_invoice.posting_date >= '2025-01-01' AND purchase_invoice.posting_date <= '2026-06-30' AND purchase_invoice.state = 'submitted' AND purchase_invoice.is_return = 0 AND purchase_invoice.is_opening = 0 GROUP BY period) AS figures
 LIMIT 200001 OFFSET 0
