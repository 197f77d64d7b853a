"""Of what can be built now, the first by name; whoever is left waits in a circle."""

import heapq


def solve(lines: list[str]) -> list[str]:
    needs: dict[str, set[str]] = {}
    for line in lines:
        name, _, rest = line.partition(":")
        needs.setdefault(name.strip(), set()).update(rest.split())
        for other in rest.split():
            needs.setdefault(other, set())
    waiting = {name: len(others) for name, others in needs.items()}
    users: dict[str, list[str]] = {name: [] for name in needs}
    for name, others in needs.items():
        for other in others:
            users[other].append(name)
    ready = [name for name, count in waiting.items() if not count]
    heapq.heapify(ready)
    order: list[str] = []
    while ready:
        order.append(name := heapq.heappop(ready))
        for user in users[name]:
            waiting[user] -= 1
            if not waiting[user]:
                heapq.heappush(ready, user)
    return order if len(order) == len(needs) else ["circle"]
