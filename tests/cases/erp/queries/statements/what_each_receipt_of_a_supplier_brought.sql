SELECT first.slot, first.period, first.due, first.unit_code, first.member_0, named_0.number AS label_0, named_0_supplier.name AS detail_0, first.figure_0
FROM (SELECT ranked.slot AS slot, ranked.period AS period, ranked.due AS due, ranked.unit_code AS unit_code, ranked.member_0 AS member_0, ranked.figure_0 AS figure_0, ranked.place AS place
FROM (SELECT figures.slot AS slot, figures.period AS period, figures.due AS due, figures.unit_code AS unit_code, figures.member_0 AS member_0, figures.figure_0 AS figure_0, rank() OVER (ORDER BY figures.figure_0 DESC) AS place
FROM (SELECT 'asked' AS slot, '' AS period, NULL AS due, purchase_receipt_line.stock_unit AS unit_code, purchase_receipt_line.purchase_receipt_id AS member_0, sum(purchase_receipt_line.stock_quantity) AS figure_0
FROM purchase_receipt_line LEFT OUTER JOIN purchase_receipt AS purchase_receipt ON purchase_receipt.id = purchase_receipt_line.purchase_receipt_id
WHERE purchase_receipt.company_id = '마루산업' AND purchase_receipt.posting_date >= '2026-10-01' AND purchase_receipt.posting_date <= '2026-10-31' AND purchase_receipt.state = 'submitted' AND purchase_receipt.is_return = 0 GROUP BY unit_code, member_0) AS figures
WHERE figures.figure_0 IS NOT NULL) AS ranked
WHERE ranked.place <= 5) AS first LEFT OUTER JOIN purchase_receipt AS named_0 ON named_0.id = first.member_0 LEFT OUTER JOIN supplier AS named_0_supplier ON named_0_supplier.id = named_0.supplier_id
 LIMIT 200001 OFFSET 0
