"""How the customer's page is shown, folded from the timeline.

Stage: a pure projection beside the other folds; worker, signalling and server all use it.
It decides nothing: the customer, or the policy of ``shuanglu.rules.display``, does.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from shuanglu.timeline import events as ev
from shuanglu.wire.views import DisplayView


@dataclass(frozen=True, slots=True)
class DisplayState:
    """What the timeline says so far. ``declined``: the customer turned elder mode off again."""

    mode: ev.DisplayMode = ev.DisplayMode.STANDARD
    voice: ev.VoiceSpeed = ev.VoiceSpeed.NORMAL
    language: ev.PageLanguage | None = None
    declined: bool = False
    changes: int = 0

    @property
    def is_elder(self) -> bool:
        """Whether elder mode is on."""
        return self.mode is ev.DisplayMode.ELDER


def display_after(state: DisplayState, payload: ev.Payload) -> DisplayState:
    """The state after one more event."""
    if not isinstance(payload, ev.DisplayChanged):
        return state
    turned_off = state.is_elder and payload.mode is ev.DisplayMode.STANDARD
    return DisplayState(
        mode=payload.mode,
        voice=payload.voice,
        language=payload.language,
        declined=turned_off or (state.declined and payload.mode is ev.DisplayMode.STANDARD),
        changes=state.changes + 1,
    )


def fold_display(events: Iterable[ev.Event], state: DisplayState | None = None) -> DisplayState:
    """Fold events onto ``state`` (or onto the beginning), in order."""
    state = state or DisplayState()
    for event in events:
        state = display_after(state, event.payload)
    return state


def display_view(state: DisplayState) -> DisplayView:
    """What the page is told."""
    return DisplayView(elder=state.is_elder, voice=state.voice, language=state.language)
