"""By descent: sums of products of factors."""

import re


def solve(lines: list[str]) -> list[str]:
    return [_evaluate(line) for line in lines]


def _evaluate(text: str) -> str:
    tokens = re.findall(r"\d+|\S", text)
    try:
        value = _sum(tokens)
        return "error" if tokens else str(value)
    except (ValueError, IndexError, ZeroDivisionError):
        return "error"


def _sum(tokens: list[str]) -> int:
    value = _product(tokens)
    while tokens and tokens[0] in "+-":
        value += _product(tokens) if tokens.pop(0) == "+" else -_product(tokens)
    return value


def _product(tokens: list[str]) -> int:
    value = _factor(tokens)
    while tokens and tokens[0] in "*/":
        if tokens.pop(0) == "*":
            value *= _factor(tokens)
        else:
            by = _factor(tokens)
            whole = abs(value) // abs(by)
            value = whole if (value < 0) == (by < 0) else -whole
    return value


def _factor(tokens: list[str]) -> int:
    token = tokens.pop(0)
    if token == "-":
        return -_factor(tokens)
    if token == "(":
        value = _sum(tokens)
        if tokens.pop(0) != ")":
            raise ValueError
        return value
    return int(token)
