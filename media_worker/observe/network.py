"""ONNX networks as onnxruntime runs them here: on one thread, without a word of advice.

Stage: inside the observer process.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
import onnxruntime

_ERRORS_ONLY = 3
"""It warns of weights that an exporter left unused."""


def single_threaded(model: str | bytes) -> Any:  # noqa: ANN401 - onnxruntime has no types
    """A session for the file of this name, or for a model's bytes."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = _ERRORS_ONLY
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def for_any_size(model: onnx.ModelProto) -> bytes:
    """A network of pictures (1xCxHxW), exported for one size, for every size that it can take."""
    graph = model.graph
    for side, name in zip(graph.input[0].type.tensor_type.shape.dim[2:], "HW", strict=True):
        side.dim_param = name
    for output in graph.output:
        output.type.tensor_type.ClearField("shape")
    del graph.value_info[:]
    return as_numbers(model)


def as_numbers(model: onnx.ModelProto) -> bytes:
    """A network that computes the same in the form that onnxruntime runs fastest.

    Its weights come out as numbers: onnxruntime does not take a bias that was quantised in
    blocks, and would bring weights back to numbers anew for every picture.
    """
    del model.graph.input[1:]  # weights, to which older exporters gave a place here, too
    _dequantise(model.graph)
    _split_slopes(model.graph)
    return bytes(model.SerializeToString())


def _dequantise(graph: onnx.GraphProto) -> None:
    """Whole numbers times the scale of their block (``DequantizeLinear``, version 21)."""
    stored = {each.name: each for each in graph.initializer}
    for node in [each for each in graph.node if each.op_type == "DequantizeLinear"]:
        given = {each.name: each.i for each in node.attribute}
        if node.input[0] not in stored or not given.get("block_size"):
            continue  # an activation's, or one that onnxruntime knows
        whole, *blocks = (onnx.numpy_helper.to_array(stored[name]) for name in node.input)
        axis, block = given["axis"], given["block_size"]
        spread = (np.repeat(each.astype(np.float32), block, axis) for each in blocks)
        scale, *zero = (each.take(range(whole.shape[axis]), axis) for each in spread)
        weights = (whole.astype(np.float32) - (zero[0] if zero else np.float32(0))) * scale
        graph.initializer.append(onnx.numpy_helper.from_array(weights, node.output[0]))
        graph.node.remove(node)


def _split_slopes(graph: onnx.GraphProto) -> None:
    """``PRelu`` with a slope s a channel, as s x + (1 - s) max(0, x).

    For ``PRelu`` onnxruntime leaves its blocked layout; half of SFace's time went into it.
    """
    stored = {each.name: each for each in graph.initializer}
    nodes = list(graph.node)
    del graph.node[:]
    for node in nodes:
        if node.op_type != "PRelu" or node.input[1] not in stored:
            graph.node.append(node)
            continue
        slopes = onnx.numpy_helper.to_array(stored[node.input[1]]).ravel().astype(np.float32)
        (given, _), (made,) = node.input, node.output
        graph.node.append(onnx.helper.make_node("Relu", [given], [f"{made}/above"]))
        _scale_channels(graph, given, slopes, f"{made}/all")
        _scale_channels(graph, f"{made}/above", 1 - slopes, f"{made}/more")
        graph.node.append(onnx.helper.make_node("Add", [f"{made}/all", f"{made}/more"], [made]))


def _scale_channels(
    graph: onnx.GraphProto, given: str, factors: npt.NDArray[np.float32], made: str
) -> None:
    """By a normalisation that moves nothing: the one way to scale that keeps the layout."""
    zeros, ones = np.zeros_like(factors), np.ones_like(factors)
    values = {"scale": factors, "bias": zeros, "mean": zeros, "variance": ones}
    names = [f"{made}/{name}" for name in values]
    graph.initializer.extend(map(onnx.numpy_helper.from_array, values.values(), names))
    graph.node.append(
        onnx.helper.make_node("BatchNormalization", [given, *names], [made], epsilon=0.0)
    )
