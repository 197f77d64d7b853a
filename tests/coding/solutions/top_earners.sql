SELECT department, name, salary
FROM (
    SELECT d.name AS department, e.name AS name, e.salary AS salary,
           DENSE_RANK() OVER (PARTITION BY d.id ORDER BY e.salary DESC) AS place
    FROM employees AS e JOIN departments AS d ON d.id = e.department_id
)
WHERE place <= 2
ORDER BY department, salary DESC, name;
