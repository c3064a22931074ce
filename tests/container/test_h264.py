"""Parameter sets are read or refused, never believed blindly."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from shuanglu.container.h264 import (
    PictureSize,
    decoder_configuration,
    length_prefixed,
    nal_units,
    picture_size,
)
from shuanglu.container.header import stretch_header, vp8_size
from tests.container.stretches import four_byte_starts
from tests.media.assets import HEIGHT_PX, WIDTH_PX, make_media


def test_the_size_of_a_real_access_unit_is_read() -> None:
    unit = four_byte_starts(make_media("H264", width=322, height=242, seconds=1).video[0].data)
    assert picture_size(unit) == PictureSize(322, 242)


def test_the_size_of_a_real_vp8_key_frame_is_read() -> None:
    media = make_media("VP8", seconds=1)
    assert vp8_size(media.video[0].data) == PictureSize(WIDTH_PX, HEIGHT_PX)
    assert vp8_size(media.video[1].data) is None


@given(st.binary(max_size=300))
def test_any_bytes_make_a_header_without_raising(data: bytes) -> None:
    for codec in ("VP8", "H264"):
        assert stretch_header("VP8" if codec == "VP8" else "H264", data)
    sps = b"\0\0\0\1\x67" + data + b"\0\0\0\1\x68\xce"
    assert decoder_configuration(sps)
    picture_size(sps)


@given(
    st.lists(
        st.binary(min_size=1, max_size=40).filter(
            lambda b: b"\0\0\0\1" not in b and b[-1:] != b"\0" and b[:1] not in b"\0\1"
        ),
        max_size=5,
    )
)
def test_units_survive_the_change_of_prefix(units: list[bytes]) -> None:
    annex_b = b"".join(b"\0\0\0\1" + u for u in units)
    assert nal_units(annex_b) == units
    data, split = length_prefixed(annex_b), []
    while data:
        size = int.from_bytes(data[:4])
        split.append(data[4 : 4 + size])
        data = data[4 + size :]
    assert split == units
