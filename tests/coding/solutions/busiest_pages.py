"""Counts, most first, then by name."""

from collections import Counter


def solve(lines: list[str]) -> list[str]:
    most = int(lines[0])
    counts = Counter(line.split()[1] for line in lines[1:] if line.split()[2] == "200")
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [f"{page} {count}" for page, count in ranked[:most]]
