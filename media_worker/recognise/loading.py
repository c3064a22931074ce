"""Loads the speech recogniser that was asked for, and no other's libraries.

Stage: inside the recogniser process, once, before the first utterance.
"""

from __future__ import annotations

from pathlib import Path

from media_worker.recognise.settings import SpeechKind
from media_worker.recognise.speech import SpeechRecogniser


def load(kind: SpeechKind, folder: Path) -> SpeechRecogniser:
    """Load a model; raises what its library raises, or ends the process as some libraries do."""
    # Imported only now: the process must have left the network with one thread, and no
    # process loads the libraries of models that it does not run.
    if kind == "whisper":
        from media_worker.recognise.whisper import Whisper  # noqa: PLC0415 - as said above

        return Whisper(folder)
    from media_worker.recognise.sherpa import load_sherpa  # noqa: PLC0415 - as above

    return load_sherpa(kind, folder)
