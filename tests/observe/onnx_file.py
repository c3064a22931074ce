"""An ONNX file small enough to be written by hand: the mean of its input, scaled.

The format is protocol buffers (onnx.proto3); only what this one graph needs is here.
"""

from __future__ import annotations

import struct

_FLOAT = 1


def _varint(value: int) -> bytes:
    out = b""
    while value > 0x7F:
        out += bytes([value & 0x7F | 0x80])
        value >>= 7
    return out + bytes([value])


def _bytes(field: int, value: bytes | str) -> bytes:
    data = value.encode() if isinstance(value, str) else value
    return _varint(field << 3 | 2) + _varint(len(data)) + data


def _int(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _value(name: str, shape: tuple[int, ...]) -> bytes:
    dimensions = b"".join(_bytes(1, _int(1, size)) for size in shape)
    tensor = _int(1, _FLOAT) + _bytes(2, dimensions)
    return _bytes(1, name) + _bytes(2, _bytes(1, tensor))


def _node(operator: str, inputs: tuple[str, ...], output: str, attributes: bytes = b"") -> bytes:
    named = b"".join(_bytes(1, name) for name in inputs)
    return named + _bytes(2, output) + _bytes(4, operator) + attributes


def mean_of_picture(*, scale: float, side: int = 80) -> bytes:
    """A model that gives the mean of a 1x3xHxW picture, times ``scale``."""
    keep = _bytes(5, _bytes(1, "keepdims") + _int(3, 0) + _int(20, 2))
    factor = _int(2, _FLOAT) + _bytes(8, "scale") + _bytes(9, struct.pack("<f", scale))
    graph = (
        _bytes(1, _node("ReduceMean", ("picture",), "mean", keep))
        + _bytes(1, _node("Mul", ("mean", "scale"), "score"))
        + _bytes(2, "passive")
        + _bytes(5, factor)
        + _bytes(11, _value("picture", (1, 3, side, side)))
        + _bytes(12, _value("score", ()))
    )
    return _int(1, 8) + _bytes(7, graph) + _bytes(8, _int(2, 13))
