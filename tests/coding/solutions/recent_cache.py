"""What was used longest ago goes first."""

from collections import OrderedDict


def solve(lines: list[str]) -> list[str]:
    capacity = int(lines[0])
    kept: OrderedDict[str, str] = OrderedDict()
    answers: list[str] = []
    for line in lines[1:]:
        words = line.split()
        if words[0] == "get":
            if words[1] in kept:
                kept.move_to_end(words[1])
            answers.append(kept.get(words[1], "miss"))
        else:
            kept[words[1]] = words[2]
            kept.move_to_end(words[1])
            if len(kept) > capacity:
                kept.popitem(last=False)
    return answers
