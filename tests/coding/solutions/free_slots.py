"""Merge what is busy, and list the gaps that are long enough."""


def solve(lines: list[str]) -> list[str]:
    begin, end, least = (int(word) for word in lines[0].split())
    busy = sorted(tuple(int(word) for word in line.split()) for line in lines[1:])
    free: list[str] = []
    at = begin
    for start, stop in [*busy, (end, end)]:
        start = min(start, end)
        if start - at >= least:
            free.append(f"{at} {start}")
        at = max(at, stop)
    return free or ["none"]
