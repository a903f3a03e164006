SELECT figures.slot, figures.period, figures.due, figures.unit_code, figures.figure_0
FROM (SELECT 'asked' AS slot, '' AS period, date(coalesce(purchase_order_line.schedule_date, purchase_order.schedule_date), 'weekday 0', '-6 days') AS due, purchase_order_line.stock_unit AS unit_code, sum(purchase_order_line.open_quantity) AS figure_0
FROM purchase_order_line LEFT OUTER JOIN purchase_order AS purchase_order ON purchase_order.id = purchase_order_line.purchase_order_id
WHERE purchase_order.company_id = '마루산업' AND purchase_order.state = 'submitted' AND (purchase_order.status IS NULL OR (purchase_order.status NOT IN ('closed', 'delivered'))) AND purchase_order_line.is_drop_shipped = 0 AND purchase_order_line.open_quantity > 0 AND coalesce(purchase_order_line.schedule_date, purchase_order.schedule_date) >= '2026-11-01' AND coalesce(purchase_order_line.schedule_date, purchase_order.schedule_date) <= '2026-11-30' GROUP BY due, unit_code) AS figures
 LIMIT 200001 OFFSET 0
