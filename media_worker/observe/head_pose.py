"""How a head is turned: MediaPipe's canonical face, laid over the landmarks.

Stage: inside the observer process, after the landmarks. Pure. It follows MediaPipe's "face
geometry" (weighted orthogonal Procrustes, twice for the scale); tests hold it to the angles that
MediaPipe itself gives.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory, text_format

Points = npt.NDArray[np.float64]
FIELD_OF_VIEW = math.radians(63)
"""Of the camera that MediaPipe assumes."""
_HALF_VIEW = math.tan(FIELD_OF_VIEW / 2)
_VERTEX_FLOATS = 5  # x, y, z, and where it lies in a texture
_SCHEMA = """
    name: "face_geometry.proto"
    message_type { name: "Mesh"
        field { name: "vertices" number: 3 type: TYPE_FLOAT label: LABEL_REPEATED } }
    message_type { name: "Weighted"
        field { name: "landmark" number: 1 type: TYPE_UINT32 label: LABEL_OPTIONAL }
        field { name: "weight" number: 2 type: TYPE_FLOAT label: LABEL_OPTIONAL } }
    message_type { name: "Geometry"
        field { name: "mesh" number: 1 type: TYPE_MESSAGE type_name: "Mesh" label: LABEL_OPTIONAL }
        field { name: "basis" number: 2 type: TYPE_MESSAGE type_name: "Weighted"
                label: LABEL_REPEATED } }
"""
"""What is used here of MediaPipe's ``geometry_pipeline_metadata.proto``."""


@dataclass(frozen=True, slots=True)
class CanonicalFace:
    """The landmarks that count, their weights, and where they lie in a face that looks ahead."""

    landmarks: npt.NDArray[np.intp]
    roots: Points
    """Square roots of the weights, (n, 1)."""
    centred: Points
    """(n, 3), cm, without the mean and weighted by the roots."""
    count: int
    """Of all landmarks with depth: a mean is taken over them."""

    @classmethod
    def read(cls, data: bytes) -> Self:
        """From a task file's ``geometry_pipeline_metadata``; raises protobuf's ``DecodeError``."""
        geometry = _geometry(data)
        vertices = np.array(geometry.mesh.vertices).reshape(-1, _VERTEX_FLOATS)[:, :3]
        landmarks = np.array([each.landmark for each in geometry.basis])
        weights = np.array([each.weight for each in geometry.basis])
        roots = np.sqrt(weights)[:, None]
        basis = vertices[landmarks]
        mean = weights @ basis / weights.sum()
        return cls(landmarks, roots, (basis - mean) * roots, len(vertices))

    def angles(self, points: Points) -> tuple[float, float, float]:
        """Yaw to the customer's own left, pitch down, roll to the own left shoulder; degrees.

        ``points``: (n, 3) in shares of a square picture's side, y down, depth to the back.
        """
        seen = points * (1, -1, 1) + (-0.5, 0.5, 0)
        seen *= 2 * _HALF_VIEW
        depth = seen[: self.count, 2].mean()
        basis = seen[self.landmarks]
        flat = basis * (1, 1, -1)
        scale = self._laid_over(flat)[1]
        scale *= self._laid_over(_in_space(basis, depth, scale))[1]
        turn = self._laid_over(_in_space(basis, depth, scale))[0]
        yaw = math.atan2(turn[0, 2], turn[2, 2])
        pitch = math.asin(min(1.0, max(-1.0, -turn[1, 2])))
        roll = -math.atan2(turn[1, 0], turn[1, 1])
        return math.degrees(yaw), math.degrees(pitch), math.degrees(roll)

    def _laid_over(self, target: Points) -> tuple[Points, float]:
        """The turn and the scale that bring this face nearest to the points (Kabsch, Umeyama)."""
        weighted = target * self.roots
        left, _, right = np.linalg.svd(weighted.T @ self.centred)
        mirrored = np.linalg.det(left) * np.linalg.det(right) < 0
        turn = (left * (1, 1, -1) if mirrored else left) @ right
        fit = float((self.centred @ turn.T * weighted).sum())
        return turn, fit / float(np.square(self.centred).sum())


def _in_space(seen: Points, depth: float, scale: float) -> Points:
    """Points on the near plane of the camera, moved out along their rays by their depth."""
    distance = (seen[:, 2:] - depth + 1) / scale
    return np.concatenate([seen[:, :2] * distance, -distance], axis=1)


def _geometry(data: bytes) -> Any:  # noqa: ANN401 - a class that is made while running
    pool = descriptor_pool.DescriptorPool()
    pool.Add(text_format.Parse(_SCHEMA, descriptor_pb2.FileDescriptorProto()))
    described = pool.FindMessageTypeByName("Geometry")
    return message_factory.GetMessageClass(described).FromString(data)
