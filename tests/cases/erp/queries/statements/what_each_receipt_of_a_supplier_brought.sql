SELECT figures.slot, figures.period, figures.due, figures.unit_code, figures.member_0, named_0.number AS label_0, named_0_supplier.name AS detail_0, figures.figure_0
FROM (SELECT 'asked' AS slot, '' AS period, NULL AS due, purchase_receipt_line.stock_unit AS unit_code, purchase_receipt_line.purchase_receipt_id AS member_0, sum(purchase_receipt_line.stock_quantity) AS figure_0
FROM purchase_receipt_line LEFT OUTER JOIN purchase_receipt AS purchase_receipt ON purchase_receipt.id = purchase_receipt_line.purchase_receipt_id
WHERE purchase_receipt.company_id = '마루산업' AND purchase_receipt.posting_date >= '2026-10-01' AND purchase_receipt.posting_date <= '2026-10-31' AND purchase_receipt.state = 'submitted' AND purchase_receipt.is_return = 0 GROUP BY unit_code, member_0) AS figures LEFT OUTER JOIN purchase_receipt AS named_0 ON named_0.id = figures.member_0 LEFT OUTER JOIN supplier AS named_0_supplier ON named_0_supplier.id = named_0.supplier_id
 LIMIT 200001 OFFSET 0
