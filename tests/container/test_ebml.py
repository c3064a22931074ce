"""Sizes and elements: what is written is read back, and garbage is never believed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuanglu.container.ebml import UNKNOWN_SIZE, element, read_head, unsigned, vint
from shuanglu.errors import InvalidInputError

IDENTIFIERS = st.sampled_from([b"\xa3", b"\x42\x82", b"\x2a\xd7\xb1", b"\x1f\x43\xb6\x75"])


@given(IDENTIFIERS, st.binary(max_size=20_000))
def test_an_element_is_read_back(identifier: bytes, body: bytes) -> None:
    data = element(identifier, body)
    head = read_head(data, 0)
    assert head is not None
    assert (head.identifier, data[head.body : head.end]) == (identifier, body)
    assert head.end == len(data)


@given(st.integers(0, (1 << 56) - 2))
def test_a_size_is_as_short_as_possible(number: int) -> None:
    size = vint(number)
    assert len(size) == 1 or number >= (1 << (7 * (len(size) - 1))) - 1


@pytest.mark.parametrize(("number", "width"), [(-1, None), (127, 1), ((1 << 56) - 1, 8), (0, 9)])
def test_a_size_that_does_not_fit_is_refused(number: int, width: int | None) -> None:
    with pytest.raises(InvalidInputError):
        vint(number, width)


@given(st.binary(max_size=64), st.integers(0, 70))
def test_any_bytes_are_read_or_refused(data: bytes, offset: int) -> None:
    try:
        head = read_head(data, offset)
    except InvalidInputError:
        return
    assert head is None or head.body <= len(data)


def test_an_unknown_size_has_no_end() -> None:
    head = read_head(b"\xa3" + UNKNOWN_SIZE, 0)
    assert head is not None
    assert head.size is None
    with pytest.raises(InvalidInputError):
        _ = head.end


def test_a_fixed_width_is_kept() -> None:
    assert unsigned(b"\xb3", 1, 8) == b"\xb3\x88" + (1).to_bytes(8)
