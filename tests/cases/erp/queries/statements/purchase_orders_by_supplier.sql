SELECT figures.slot, figures.period, figures.due, figures.unit_code, figures.member_0, named_0.name AS label_0, named_0_supplier_group.name AS detail_0, figures.figure_0, figures.figure_1
FROM (SELECT 'asked' AS slot, '' AS period, NULL AS due, NULL AS unit_code, purchase_order.supplier_id AS member_0, sum(purchase_order_line.base_net_amount) AS figure_0, NULL AS figure_1
FROM purchase_order_line LEFT OUTER JOIN purchase_order AS purchase_order ON purchase_order.id = purchase_order_line.purchase_order_id
WHERE purchase_order.company_id = '마루산업' AND purchase_order.order_date >= '2026-01-01' AND purchase_order.order_date <= '2026-11-20' AND purchase_order.state = 'submitted' GROUP BY member_0 UNION ALL SELECT 'asked' AS slot, '' AS period, NULL AS due, NULL AS unit_code, purchase_order.supplier_id AS member_0, NULL AS figure_0, sum(1) AS figure_1
FROM purchase_order
WHERE purchase_order.company_id = '마루산업' AND purchase_order.order_date >= '2026-01-01' AND purchase_order.order_date <= '2026-11-20' AND purchase_order.state = 'submitted' GROUP BY member_0) AS figures LEFT OUTER JOIN supplier AS named_0 ON named_0.id = figures.member_0 LEFT OUTER JOIN supplier_group AS named_0_supplier_group ON named_0_supplier_group.id = named_0.supplier_group_id
 LIMIT 200001 OFFSET 0
