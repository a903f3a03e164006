SELECT figures.slot, figures.period, figures.due, figures.unit_code, figures.member_0, named_0.name AS label_0, named_0.code AS detail_0, figures.figure_0
FROM (SELECT 'asked' AS slot, '' AS period, NULL AS due, work_order.stock_unit AS unit_code, work_order.item_id AS member_0, sum(work_order.open_quantity) AS figure_0
FROM work_order
WHERE work_order.company_id = '마루산업' AND work_order.state = 'submitted' AND (work_order.status IS NULL OR (work_order.status NOT IN ('completed', 'stopped', 'closed'))) AND work_order.open_quantity > 0 GROUP BY unit_code, member_0) AS figures LEFT OUTER JOIN item AS named_0 ON named_0.id = figures.member_0
 LIMIT 200001 OFFSET 0
