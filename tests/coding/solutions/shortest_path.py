"""Steps from S to E, by rings around S."""

from collections import deque


def solve(lines: list[str]) -> list[str]:
    cells = {(r, c): v for r, row in enumerate(lines) for c, v in enumerate(row)}
    start = next(place for place, value in cells.items() if value == "S")
    steps, queue = {start: 0}, deque([start])
    while queue:
        row, column = here = queue.popleft()
        if cells[here] == "E":
            return [str(steps[here])]
        for there in ((row + 1, column), (row - 1, column), (row, column + 1), (row, column - 1)):
            if cells.get(there, "#") != "#" and there not in steps:
                steps[there] = steps[here] + 1
                queue.append(there)
    return ["unreachable"]
