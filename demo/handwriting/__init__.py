"""A synthetic hand: names and scribbles as strokes on a pad."""

from demo.handwriting.pen import SIGNS, Stroke, can_write, scribbled, written

__all__ = ["SIGNS", "Stroke", "can_write", "scribbled", "written"]
