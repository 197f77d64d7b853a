SELECT strftime('%Y-%m', o.ordered_on) AS month, c.country, SUM(i.quantity * i.price_cents)
FROM orders AS o
JOIN customers AS c ON c.id = o.customer_id
JOIN items AS i ON i.order_id = o.id
WHERE o.status = 'paid'
GROUP BY month, c.country
ORDER BY month, c.country;
