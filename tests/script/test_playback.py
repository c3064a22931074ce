"""A prompt counts as played only with a proof that fits what was sent."""

from __future__ import annotations

import pytest

from shuanglu.rules.playback import EARLIER, proves, refusal_of
from shuanglu.timeline.events import PlaybackProof
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


def proof_of(duration_ms: int, *, lost_packets: int = 0, concealed_ms: int = 0) -> PlaybackProof:
    received = duration_ms // 20 - lost_packets
    change = {
        "packets_received": received,
        "samples_emitted": received * 960,
        "samples_concealed": concealed_ms * 48,
    }
    return PROOF.model_copy(update=change)


def test_a_short_speech_is_not_refused_for_the_silence_at_its_ends() -> None:
    """As a busy phone told it: all 81 packets came and were played."""
    proof = proof_of(1620, concealed_ms=230)
    assert refusal_of(proof, sent_packets=81, duration_ms=1620) is None
    by_version_1 = refusal_of(proof, sent_packets=81, duration_ms=1620, policy=EARLIER)
    assert by_version_1 == "proof_insufficient"


def test_a_short_speech_that_lost_a_syllable_is_refused() -> None:
    proof = proof_of(1620, lost_packets=5, concealed_ms=100)
    assert refusal_of(proof, sent_packets=81, duration_ms=1620) == "proof_insufficient"


def test_what_came_too_late_to_be_played_was_not_heard() -> None:
    late = proof_of(1620).model_copy(update={"samples_emitted": 76 * 960})
    assert refusal_of(late, sent_packets=81, duration_ms=1620) == "proof_insufficient"


def test_a_long_stutter_is_refused() -> None:
    proof = proof_of(1620, concealed_ms=500)
    assert refusal_of(proof, sent_packets=81, duration_ms=1620) == "proof_insufficient"


def test_a_record_may_have_been_made_by_the_rule_before() -> None:
    of_version_1 = proof_of(10_000).model_copy(update={"samples_emitted": 470 * 960})
    assert refusal_of(of_version_1, sent_packets=500, duration_ms=10_000) == "proof_insufficient"
    assert proves(of_version_1, sent_packets=500, duration_ms=10_000)
    assert proves(proof_of(1620, concealed_ms=230), sent_packets=81, duration_ms=1620)
    assert not proves(proof_of(1620, lost_packets=9), sent_packets=81, duration_ms=1620)
