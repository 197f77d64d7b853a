"""The best price first, then whoever came first."""

import heapq


def solve(lines: list[str]) -> list[str]:
    buys: list[list[int]] = []
    sells: list[list[int]] = []
    trades: list[str] = []
    for number, line in enumerate(lines, start=1):
        side, quantity_text, price_text = line.split()
        left, price = int(quantity_text), int(price_text)
        mine, others, sign = (buys, sells, -1) if side == "buy" else (sells, buys, 1)
        while left and others and _crosses(side, price, abs(others[0][0])):
            best = others[0]
            taken = min(left, best[2])
            trades.append(f"{number} {best[1]} {taken} {abs(best[0])}")
            left -= taken
            best[2] -= taken
            if not best[2]:
                heapq.heappop(others)
        if left:
            heapq.heappush(mine, [sign * price, number, left])
    return trades or ["none"]


def _crosses(side: str, price: int, best: int) -> bool:
    return best <= price if side == "buy" else best >= price
