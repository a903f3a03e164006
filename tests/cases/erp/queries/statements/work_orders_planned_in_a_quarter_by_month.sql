SELECT figures.slot, figures.period, figures.due, figures.unit_code, figures.figure_0
FROM (SELECT 'asked' AS slot, work_order.planned_start_date AS period, NULL AS due, NULL AS unit_code, sum(1) AS figure_0
FROM work_order
WHERE work_order.company_id = '마루산업' AND work_order.planned_start_date >= '2026-07-01' AND work_order.planned_start_date <= '2026-09-30' AND work_order.state = 'submitted' GROUP BY period) AS figures
 LIMIT 200001 OFFSET 0
