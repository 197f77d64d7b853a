"""The first pair of readings, in order of the second, that sums to the target."""


def solve(lines: list[str]) -> list[str]:
    target = int(lines[0])
    seen: dict[int, int] = {}
    for index, value in enumerate(int(word) for word in lines[1].split()):
        if target - value in seen:
            return [f"{seen[target - value]} {index}"]
        seen.setdefault(value, index)
    return ["none"]
