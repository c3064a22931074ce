"""What a worker that can record cannot do now, by name: for `/readyz`.

Stage: a pure view of the pools' states. Nothing here stops a session.
"""

from __future__ import annotations

from media_worker.observe.pool import ObserverStatus
from media_worker.recognise.pool import RecogniserStatus

ISOLATION = "isolation"


def degraded(observers: ObserverStatus, recognisers: RecogniserStatus) -> tuple[str, ...]:
    """Checks that are not evaluated; ``isolation`` where a model's process sees a network."""
    exposed = (observers.ready > 0 and not observers.isolated) or (
        (recognisers.speech_ready or recognisers.card_text_ready) and not recognisers.isolated
    )
    absent = observers.degraded + recognisers.not_evaluated
    return (*absent, ISOLATION) if exposed else absent
