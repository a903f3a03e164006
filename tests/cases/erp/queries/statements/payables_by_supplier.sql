SELECT figures.slot, figures.period, figures.due, figures.unit_code, figures.member_0, named_0.name AS label_0, named_0_supplier_group.name AS detail_0, figures.figure_0
FROM (SELECT 'asked' AS slot, '' AS period, NULL AS due, NULL AS unit_code, payable_entry.supplier_id AS member_0, sum(payable_entry.amount) AS figure_0
FROM payable_entry
WHERE +payable_entry.company_id = '마루산업' AND payable_entry.posting_date <= '2026-11-20' AND payable_entry.is_delinked = 0 GROUP BY member_0) AS figures LEFT OUTER JOIN supplier AS named_0 ON named_0.id = figures.member_0 LEFT OUTER JOIN supplier_group AS named_0_supplier_group ON named_0_supplier_group.id = named_0.supplier_group_id
 LIMIT 200001 OFFSET 0
