SELECT figures.slot, figures.period, figures.due, figures.unit_code, figures.figure_0
FROM (SELECT 'asked' AS slot, '' AS period, NULL AS due, NULL AS unit_code, sum(leave_entry.days) AS figure_0
FROM (SELECT leave_entry.id AS id, leave_entry.employee_id AS employee_id, leave_entry.leave_type AS leave_type, leave_entry.days AS days, leave_entry.from_date AS from_date, leave_entry.to_date AS to_date, leave_entry.transaction_type AS transaction_type, leave_entry.transaction_id AS transaction_id, leave_entry.state AS state, leave_entry.is_carried_forward AS is_carried_forward, leave_entry.is_expired AS is_expired, leave_entry.is_without_pay AS is_without_pay
FROM leave_entry JOIN (SELECT valid.employee_id AS employee_id, valid.leave_type AS leave_type, min(valid.from_date) AS span_start, max(coalesce(valid.to_date, '9999-12-31')) AS span_end
FROM leave_entry AS valid
WHERE valid.state = 'submitted' AND valid.leave_type = '연차휴가' AND valid.transaction_type = 'allocation' AND valid.is_expired = 0 AND valid.from_date <= '2026-11-20' AND (valid.to_date IS NULL OR valid.to_date >= '2026-11-20') GROUP BY valid.employee_id, valid.leave_type) AS spans ON leave_entry.employee_id = spans.employee_id AND leave_entry.leave_type = spans.leave_type AND leave_entry.from_date >= spans.span_start AND leave_entry.from_date <= spans.span_end) AS leave_entry
WHERE leave_entry.employee_id IN (SELECT employee_1.id
FROM employee AS employee_1
WHERE employee_1.company_id = '마루산업') AND leave_entry.state = 'submitted' AND leave_entry.leave_type = '연차휴가' AND leave_entry.employee_id IN (SELECT employee_2.id
FROM employee AS employee_2
WHERE employee_2.status = 'active') AND leave_entry.employee_id IS NOT NULL AND leave_entry.employee_id = 'HR-EMP-00002') AS figures
 LIMIT 200001 OFFSET 0
