"""A sliding window for each client; what was refused does not count."""

from collections import defaultdict, deque


def solve(lines: list[str]) -> list[str]:
    most, window = (int(word) for word in lines[0].split())
    taken: defaultdict[str, deque[int]] = defaultdict(deque)
    answers: list[str] = []
    for line in lines[1:]:
        at_text, client = line.split()
        at, mine = int(at_text), taken[client]
        while mine and mine[0] <= at - window:
            mine.popleft()
        if len(mine) < most:
            mine.append(at)
            answers.append("yes")
        else:
            answers.append("no")
    return answers
