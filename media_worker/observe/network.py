"""ONNX networks as onnxruntime runs them here: on one thread, without a word of advice.

Stage: inside the observer process.
"""

from __future__ import annotations

from typing import Any

import numpy as np
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
    """A network of pictures (1xCxHxW), exported for one size, for every size that it can take.

    Its weights come out as numbers: onnxruntime does not take a bias that was quantised in
    blocks, and would bring weights back to numbers anew for every picture.
    """
    graph = model.graph
    for side, name in zip(graph.input[0].type.tensor_type.shape.dim[2:], "HW", strict=True):
        side.dim_param = name
    for output in graph.output:
        output.type.tensor_type.ClearField("shape")
    del graph.value_info[:]
    _dequantise(graph)
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
