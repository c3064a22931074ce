"""Liveness: challenges drawn at random, and what the measurements say of their performance.

Stage: pure rules; randomness and measurements come in. It stops a replay. It does not stop
a live relay or a deepfake that is injected in real time, and says so in the docs.
"""

from shuanglu.rules.liveness.drawing import Challenge, draw
from shuanglu.rules.liveness.gestures import gestures_seen
from shuanglu.rules.liveness.judging import judge
from shuanglu.rules.liveness.policy import LivenessPolicy, parse_liveness, shipped_liveness

__all__ = [
    "Challenge",
    "LivenessPolicy",
    "draw",
    "gestures_seen",
    "judge",
    "parse_liveness",
    "shipped_liveness",
]
