"""Where the first bracket stands that has no partner."""

PAIRS = {")": "(", "]": "[", "}": "{"}


def solve(lines: list[str]) -> list[str]:
    stack: list[tuple[str, int]] = []
    for position, letter in enumerate(lines[0] if lines else "", start=1):
        if letter in PAIRS.values():
            stack.append((letter, position))
        elif letter in PAIRS:
            if not stack or stack.pop()[0] != PAIRS[letter]:
                return [str(position)]
    return [str(stack[0][1]) if stack else "ok"]
