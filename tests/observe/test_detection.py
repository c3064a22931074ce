"""YuNet as we run it against OpenCV's own way, and the weights against ONNX's reference."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import onnx
import pytest
from onnx.reference import ReferenceEvaluator

from demo.camera import Scene
from media_worker.models.registry import ModelRegistry
from media_worker.observe import network
from media_worker.observe.detection import (
    MAX_FACES,
    MIN_FACE_SCORE,
    NON_MAXIMUM_SUPPRESSION,
    FaceDetector,
    FaceRecogniser,
    Row,
)
from tests.observe.encoding import Pixels

SIZES = [(640, 480), (640, 360), (360, 640), (333, 251), (97, 180)]


@pytest.fixture(scope="session")
def detector(registry: ModelRegistry) -> FaceDetector:
    return FaceDetector(registry.get("face_detection").path)


def by_opencv(registry: ModelRegistry, picture: Pixels, side_px: int) -> list[Row]:
    scale = min(1.0, side_px / max(picture.shape[:2]))
    size = (round(picture.shape[1] * scale), round(picture.shape[0] * scale))
    opened = cv2.FaceDetectorYN.create(
        str(registry.get("face_detection").path),
        "",
        size,
        MIN_FACE_SCORE,
        NON_MAXIMUM_SUPPRESSION,
        MAX_FACES,
    )
    found = opened.detect(cv2.resize(picture, size) if scale < 1 else picture)[1]
    rows = [] if found is None else [np.asarray(row, np.float32) for row in found]
    for row in rows:
        row[:14] /= scale
    return sorted(rows, key=lambda row: -row[2])


@pytest.mark.parametrize("scene", [Scene.FACE, Scene.TWO_FACES, Scene.EMPTY])
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("side_px", [400, 640])
def test_the_same_faces_as_opencv_finds(  # noqa: PLR0917 - what is varied
    detector: FaceDetector,
    registry: ModelRegistry,
    pictures: Callable[[Scene], list[Pixels]],
    scene: Scene,
    size: tuple[int, int],
    side_px: int,
) -> None:
    for whole in pictures(scene)[:3]:
        picture = np.asarray(cv2.resize(whole, size), np.uint8)
        seen, expected = detector.find(picture, side_px), by_opencv(registry, picture, side_px)
        assert len(seen) == len(expected)
        for face, row in zip(seen, expected, strict=True):
            assert face.row == pytest.approx(row, abs=0.01)


def test_a_picture_without_anything_has_no_face(detector: FaceDetector) -> None:
    for colour in (0, 128, 255):
        assert detector.find(np.full((33, 470, 3), colour, np.uint8)) == []


@pytest.mark.parametrize("side_px", [480, 190, 96])
@pytest.mark.parametrize("turn", [0.0, -12.0, 25.0])
def test_the_same_likeness_as_by_opencv(
    detector: FaceDetector,
    registry: ModelRegistry,
    pictures: Callable[[Scene], list[Pixels]],
    side_px: int,
    turn: float,
) -> None:
    path = registry.get("face_recognition").path
    ours, theirs = FaceRecogniser(path), cv2.FaceRecognizerSF.create(str(path), "")
    for whole in pictures(Scene.FACE)[:3]:
        small = cv2.resize(whole, (side_px * 4 // 3, side_px))
        lean = cv2.getRotationMatrix2D((side_px * 2 / 3, side_px / 2), turn, 1.0)
        picture = np.asarray(cv2.warpAffine(small, lean, small.shape[1::-1]), np.uint8)
        (face,) = detector.find(picture)
        expected = theirs.feature(theirs.alignCrop(picture, face.row[:14])).ravel()
        vector = np.frombuffer(ours.vector(picture, face), "<f4")
        assert np.linalg.norm(vector) == pytest.approx(1)
        assert vector @ expected / np.linalg.norm(expected) == pytest.approx(1, abs=1e-4)


def test_a_slope_a_channel_is_the_same_in_parts() -> None:
    random = np.random.default_rng(8)
    slopes = random.uniform(-0.5, 1.2, (6, 1, 1)).astype(np.float32)
    given = random.normal(0, 3, (1, 6, 5, 4)).astype(np.float32)
    tensor = onnx.TensorProto.FLOAT
    graph = onnx.helper.make_graph(
        [onnx.helper.make_node("PRelu", ["in", "slopes"], ["out"])],
        "slopes",
        [onnx.helper.make_tensor_value_info("in", tensor, given.shape)],
        [onnx.helper.make_tensor_value_info("out", tensor, given.shape)],
        [onnx.numpy_helper.from_array(slopes, "slopes")],
    )
    network._split_slopes(graph)
    assert {node.op_type for node in graph.node} == {"Relu", "BatchNormalization", "Add"}
    (made,) = ReferenceEvaluator(onnx.helper.make_model(graph)).run(None, {"in": given})
    assert made == pytest.approx(np.where(given > 0, given, slopes * given), abs=1e-5)


@pytest.mark.parametrize(
    ("shape", "axis", "block"),
    [((64, 32), 1, 32), ((64,), 0, 64), ((48, 20), 1, 8), ((6, 4), 0, 2)],
)
def test_weights_in_blocks_become_numbers_as_onnx_says(
    shape: tuple[int, ...], axis: int, block: int
) -> None:
    random = np.random.default_rng(5)
    whole = random.integers(-128, 127, shape, dtype=np.int8)
    blocks = tuple(-(-n // block) if at == axis else n for at, n in enumerate(shape))
    scale = random.uniform(0.01, 0.1, blocks).astype(np.float32)
    zero = random.integers(-9, 9, blocks, dtype=np.int8)
    node = onnx.helper.make_node(
        "DequantizeLinear", ["whole", "scale", "zero"], ["out"], axis=axis, block_size=block
    )
    graph = onnx.helper.make_graph(
        [node],
        "blocks",
        [],
        [onnx.helper.make_tensor_value_info("out", onnx.TensorProto.FLOAT, shape)],
        [
            onnx.numpy_helper.from_array(array, name)
            for array, name in ((whole, "whole"), (scale, "scale"), (zero, "zero"))
        ],
    )
    (expected,) = ReferenceEvaluator(onnx.helper.make_model(graph)).run(None, {})
    network._dequantise(graph)
    assert not graph.node
    made = {each.name: onnx.numpy_helper.to_array(each) for each in graph.initializer}
    assert made["out"] == pytest.approx(expected)
