SELECT first.slot, first.period, first.due, first.unit_code, first.member_0, named_0.name AS label_0, named_0_supplier_group.name AS detail_0, first.figure_0
FROM (SELECT ranked.slot AS slot, ranked.period AS period, ranked.due AS due, ranked.unit_code AS unit_code, ranked.member_0 AS member_0, ranked.figure_0 AS figure_0, ranked.place AS place
FROM (SELECT figures.slot AS slot, figures.period AS period, figures.due AS due, figures.unit_code AS unit_code, figures.member_0 AS member_0, figures.figure_0 AS figure_0, rank() OVER (ORDER BY figures.figure_0 ASC) AS place
FROM (SELECT 'asked' AS slot, '' AS period, NULL AS due, NULL AS unit_code, purchase_invoice.supplier_id AS member_0, sum(purchase_invoice_line.base_net_amount) AS figure_0
FROM purchase_invoice_line LEFT OUTER JOIN purchase_invoice AS purchase_invoice ON purchase_invoice.id = purchase_invoice_line.purchase_invoice_id
WHERE purchase_invoice.company_id = '마루산업' AND purchase_invoice.posting_date >= '2026-01-01' AND purchase_invoice.posting_date <= '2026-10-31' AND purchase_invoice.state = 'submitted' AND purchase_invoice.is_opening = 0 GROUP BY member_0) AS figures
WHERE figures.figure_0 IS NOT NULL) AS ranked
WHERE ranked.place <= 2) AS first LEFT OUTER JOIN supplier AS named_0 ON named_0.id = first.member_0 LEFT OUTER JOIN supplier_group AS named_0_supplier_group ON named_0_supplier_group.id = named_0.supplier_group_id
 LIMIT 200001 OFFSET 0
