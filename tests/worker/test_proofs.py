"""What counts as played: one proof, of this prompt, after its end, of what can be."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from shuanglu.errors import ConflictError
from shuanglu.timeline import events as ev
from shuanglu.timeline.events import PlaybackProof
from shuanglu.wire import signalling as page
from tests.media.session import until
from tests.worker.customer import GOOD, Customer
from tests.worker.studio import count

FORGED: dict[str, dict[str, Any]] = {
    "more than was sent": {"packets_received": 1000},
    "nothing received": {"packets_received": 0},
    "never played out": {"samples_emitted": 0},
    "all concealed": {"samples_concealed": GOOD.samples_emitted},
    "silence": {"audio_energy": 0},
    "muted": {"element_muted": True},
    "paused": {"element_paused": True},
    "volume off": {"element_volume": 0},
    "page away": {"page_hidden_ms": 1},
}


@pytest.mark.parametrize("forged", FORGED.values(), ids=FORGED.keys())
async def test_a_proof_that_does_not_suffice_plays_the_prompt_again(
    customer: Customer, forged: dict[str, Any]
) -> None:
    customer.proof = PlaybackProof.model_validate(GOOD.model_dump() | forged)
    await customer.on_air()
    await customer.studio.until(
        customer.session_id, lambda found: count(found, ev.PromptInterrupted) >= 1
    )
    customer.proof = GOOD
    payloads = await customer.studio.until(
        customer.session_id, lambda found: count(found, ev.PromptPlayed) >= 1
    )
    of_risk = [p for p in payloads if getattr(p, "step_id", None) == "risk"]
    assert count(of_risk, ev.PromptStarted) == count(of_risk, ev.PromptInterrupted) + 1


async def test_nobody_proves_what_has_not_been_said_yet(customer: Customer) -> None:
    customer.proof = None
    await customer.on_air()
    await until(lambda: bool(customer.heard(page.PromptStartedNotice)))
    of_this = page.PromptProof(step_id="risk", attempt=1, proof=GOOD)
    with pytest.raises(ConflictError):
        await customer.send(of_this)
    await until(lambda: bool(customer.heard(page.PromptEndedNotice)))
    for other in (
        page.PromptProof(step_id="risk", attempt=2, proof=GOOD),
        page.PromptProof(step_id="ask", attempt=1, proof=GOOD),
    ):
        with pytest.raises(ConflictError):
            await customer.send(other)
    # What was refused did not use up the place of the real one, which counts once.
    results = await asyncio.gather(
        customer.send(of_this), customer.send(of_this), return_exceptions=True
    )
    assert sorted(type(result).__name__ for result in results) == ["ConflictError", "NoneType"]
    payloads = await customer.studio.until(
        customer.session_id, lambda found: count(found, ev.PromptPlayed) >= 1
    )
    assert count(payloads, ev.PromptInterrupted) == 0
