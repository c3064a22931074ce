"""H.264 as Matroska stores it: parameter sets, picture size, length-prefixed NAL units.

Stage: pure bytes between the receiver (Annex B) and the container. It never decodes a picture.
Sources: ITU-T H.264 7.3.2.1.1 and Annex B; ISO/IEC 14496-15 5.3.3.1 (avcC).
"""

from __future__ import annotations

from dataclasses import dataclass

from shuanglu.errors import InvalidInputError

START_CODE = b"\x00\x00\x00\x01"
NAL_IDR = 5
NAL_SPS = 7
NAL_PPS = 8
HIGH_PROFILES = frozenset({44, 83, 86, 100, 110, 118, 122, 128, 134, 138, 139, 244})
MAX_EXP_GOLOMB_ZEROS = 32
MAX_PARAMETER_SET_BYTES = 0xFFFF
MIN_SPS_BYTES = 4


def nal_units(annex_b: bytes) -> list[bytes]:
    """The NAL units of an access unit whose start codes have four bytes."""
    return [unit for unit in annex_b.split(START_CODE) if unit]


def length_prefixed(annex_b: bytes) -> bytes:
    """Annex B to NAL units with four-byte lengths; the units themselves stay as sent."""
    return b"".join(len(unit).to_bytes(4) + unit for unit in nal_units(annex_b))


def decoder_configuration(access_unit: bytes) -> bytes:
    """The ``avcC`` record from the parameter sets in ``access_unit``.

    Without parameter sets the record lists none, and the decoder takes them
    from the stream, where they always stay (``avc3`` style).
    """
    units = nal_units(access_unit)
    sps = [
        u
        for u in units
        if u[0] & 31 == NAL_SPS and MIN_SPS_BYTES <= len(u) <= MAX_PARAMETER_SET_BYTES
    ]
    pps = [u for u in units if u[0] & 31 == NAL_PPS and len(u) <= MAX_PARAMETER_SET_BYTES]
    if not sps or not pps:
        return b"\x01\x42\xe0\x1f\xff\xe0\x00"
    first, second = sps[0], pps[0]
    return (
        bytes((1, first[1], first[2], first[3], 0xFF, 0xE1))
        + len(first).to_bytes(2)
        + first
        + b"\x01"
        + len(second).to_bytes(2)
        + second
    )


@dataclass(frozen=True, slots=True)
class PictureSize:
    """Width and height of the picture, in pixels, after cropping."""

    width_px: int
    height_px: int


def picture_size(access_unit: bytes) -> PictureSize | None:
    """The size that the first sequence parameter set states, or ``None`` without a readable one."""
    for unit in nal_units(access_unit):
        if unit[0] & 31 == NAL_SPS:
            try:
                return _sps_size(unit)
            except InvalidInputError:
                return None
    return None


class _Bits:
    """Reads bits and Exp-Golomb numbers (H.264 9.1) of a raw byte sequence payload."""

    def __init__(self, payload: bytes) -> None:
        self._number = int.from_bytes(payload)
        self._left = len(payload) * 8

    def read(self, count: int) -> int:
        if count > self._left:
            raise InvalidInputError("the parameter set ends early", field="sps")
        self._left -= count
        return (self._number >> self._left) & ((1 << count) - 1)

    def golomb(self) -> int:
        zeros = 0
        while self.read(1) == 0:
            zeros += 1
            if zeros > MAX_EXP_GOLOMB_ZEROS:
                raise InvalidInputError("not an Exp-Golomb number", field="sps")
        return (1 << zeros) - 1 + self.read(zeros)

    def signed_golomb(self) -> int:
        number = self.golomb()
        return (number + 1) // 2 if number & 1 else -(number // 2)


def _sps_size(unit: bytes) -> PictureSize:
    bits = _Bits(unit[1:].replace(b"\x00\x00\x03", b"\x00\x00"))
    profile = bits.read(8)
    bits.read(16)
    bits.golomb()
    chroma = _read_high_profile(bits) if profile in HIGH_PROFILES else 1
    bits.golomb()
    _skip_order_count(bits)
    bits.golomb()
    bits.read(1)
    return _cropped(bits, chroma)


def _read_high_profile(bits: _Bits) -> int:
    chroma = bits.golomb()
    if chroma == 3:  # noqa: PLR2004 - chroma_format_idc of 4:4:4
        bits.read(1)
    bits.golomb()
    bits.golomb()
    bits.read(1)
    if bits.read(1):
        raise InvalidInputError("scaling matrices are not read", field="sps")
    return chroma


def _skip_order_count(bits: _Bits) -> None:
    kind = bits.golomb()
    if kind == 0:
        bits.golomb()
    elif kind == 1:
        bits.read(1)
        bits.signed_golomb()
        bits.signed_golomb()
        for _ in range(min(bits.golomb(), 255)):
            bits.signed_golomb()


def _cropped(bits: _Bits, chroma: int) -> PictureSize:
    width = (bits.golomb() + 1) * 16
    map_units = bits.golomb() + 1
    frame_only = bits.read(1)
    height = map_units * 16 * (2 - frame_only)
    if not frame_only:
        bits.read(1)
    bits.read(1)
    if bits.read(1):
        unit_x = 2 if chroma in (1, 2) else 1
        unit_y = (2 if chroma == 1 else 1) * (2 - frame_only)
        left, right, top, bottom = (bits.golomb() for _ in range(4))
        width -= (left + right) * unit_x
        height -= (top + bottom) * unit_y
    if width <= 0 or height <= 0:
        raise InvalidInputError("the picture has no size", field="sps")
    return PictureSize(width, height)
