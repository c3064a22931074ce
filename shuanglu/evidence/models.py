"""Which models' outputs stand in a timeline. Derived, so that a manifest cannot leave one out."""

from __future__ import annotations

from collections.abc import Iterable

from shuanglu.evidence.manifest import ModelEntry
from shuanglu.timeline import events as ev
from shuanglu.timeline.events import Event


def models_named_by(events: Iterable[Event]) -> tuple[ModelEntry, ...]:
    """Every model by what it was used for and its hash, sorted, each once."""
    found: set[tuple[str, str]] = set()
    for event in events:
        match event.payload:
            case ev.ObservationChanged(fact=fact, model_sha256=str() as sha256):
                found.add((f"observation.{fact.value}", sha256))
            case ev.AnswerHeard(model_sha256=sha256):
                found.add(("answer.voice", sha256))
            case ev.ObservationsSampled(source=source, model_sha256s=hashes):
                found |= {(f"measured.{source}", sha256) for sha256 in hashes}
            case ev.IdentityRead(model_sha256=str() as sha256):
                found.add(("identity.card", sha256))
            case ev.FaceCompared(model_sha256=str() as sha256):
                found.add(("identity.face", sha256))
            case ev.LivenessJudged(model_sha256s=hashes):
                found |= {("liveness", sha256) for sha256 in hashes}
            case ev.SpeechRecognised(model_sha256=str() as sha256):
                found.add(("words.speech", sha256))
    return tuple(ModelEntry(name=name, sha256=sha256) for name, sha256 in sorted(found))
