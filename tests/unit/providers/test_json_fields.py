"""The incremental reader agrees with the standard one, wherever the text is cut."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interview.providers.json_fields import JsonFields, NotJson


def read(text: str, cuts: list[int] | None = None) -> tuple[dict[str, str], bool]:
    fields = JsonFields()
    found: dict[str, str] = {}
    edges = [0, *sorted(cut % (len(text) + 1) for cut in cuts or []), len(text)]
    for start, end in zip(edges, edges[1:], strict=False):
        for field in fields.feed(text[start:end]):
            found[field.name] = found.get(field.name, "") + field.text
    return found, fields.complete


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(
    value=st.dictionaries(st.text(), JSON, max_size=5),
    cuts=st.lists(st.integers(0, 10_000), max_size=12),
    ascii=st.booleans(),
    indent=st.sampled_from([None, 2]),
)
def test_agrees_with_the_standard_library(
    value: dict[str, object], cuts: list[int], ascii: bool, indent: int | None
) -> None:
    text = json.dumps(value, ensure_ascii=ascii, indent=indent)
    expected = {name: field for name, field in value.items() if isinstance(field, str)}
    assert read(text, cuts) == (expected, True)


@given(cuts=st.lists(st.integers(0, 200), max_size=20))
def test_every_escape_cut_anywhere(cuts: list[int]) -> None:
    text = r'{"a": "\"\\\/\b\f\n\r\t\u0041\u00e9\ud83d\ude00", "b": "\u20ac"}'
    assert read(text, cuts) == ({"a": '"\\/\b\f\n\r\tAé😀', "b": "€"}, True)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (r'{"a": "\ud83dx"}', "�x"),
        (r'{"a": "\ude00x"}', "�x"),
        (r'{"a": "\ud83d\ud83d\ude00"}', "�😀"),
        (r'{"a": "\ud83d"}', "�"),
        ('{"a": "two\nlines"}', "two\nlines"),
        ('\ufeff {"a": "x",}', "x"),
        ('{"n": [1, "]}", {"x": "\\""}], "a": "x"}', "x"),
        ('{"a": "x"} and more', "x"),
    ],
)
def test_what_models_write_is_taken_leniently(text: str, value: str) -> None:
    found, complete = read(text)
    assert found["a"] == value
    assert complete


@pytest.mark.parametrize("text", ["Hello", "[1]", '"a"', "{a: 1}", '{"a" 1}', '{"a": "\\uzzzz"}'])
def test_what_is_no_object(text: str) -> None:
    with pytest.raises(NotJson):
        read(text)


@pytest.mark.parametrize("text", ["", "{", '{"a": "x', '{"a": "x"', '{"a": {"b": 1}'])
def test_what_breaks_off_is_not_complete(text: str) -> None:
    assert not read(text)[1]
