"""A prompt counts as played only with a proof that fits what was sent."""

from __future__ import annotations

import pytest

from shuanglu.rules.playback import refusal_of
from tests.script.scripts import PROOF


def test_a_whole_proof_is_accepted() -> None:
    assert refusal_of(PROOF, sent_packets=50, duration_ms=1000) is None


@pytest.mark.parametrize(
    "change",
    [
        {"packets_received": 40},
        {"packets_received": 90},
        {"samples_emitted": 20_000},
        {"samples_concealed": 30_000},
        {"audio_energy": 0.0},
        {"element_paused": True},
        {"element_muted": True},
        {"element_volume": 0.0},
    ],
)
def test_a_proof_with_a_hole_is_refused(change: dict[str, object]) -> None:
    proof = PROOF.model_copy(update=change)
    assert refusal_of(proof, sent_packets=50, duration_ms=1000) == "proof_insufficient"


def test_a_hidden_page_is_named() -> None:
    proof = PROOF.model_copy(update={"page_hidden_ms": 300})
    assert refusal_of(proof, sent_packets=50, duration_ms=1000) == "page_hidden"
