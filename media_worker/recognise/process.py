"""The recogniser process: one model, one request after the other, from stdin to stdout.

Stage: the only place where utterances and cards are recognised. It never reaches a
network, never writes a file, and never learns whose words or card it reads.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from typing import BinaryIO

from media_worker.isolation import cut_network
from media_worker.pipe import frame, frames, stdout_for_answers
from media_worker.recognise.messages import (
    Answer,
    Load,
    LoadSpeech,
    Ready,
    Request,
    load_adapter,
)

NICENESS = 7
"""Recording and observing go before recognising when there is not enough processor."""

Recognise = Callable[[Request, bytes], Answer]


def loaded(load: Load) -> Recognise:
    """The model as a function of request and body."""
    # Imported only now: the process must leave the network with one thread.
    if isinstance(load, LoadSpeech):
        from media_worker.recognise import loading, speech  # noqa: PLC0415 - as said above

        recogniser = loading.load(load.kind, load.folder)
        return lambda request, body: Answer(
            number=request.number,
            words=recogniser.recognise(speech.samples_of(body), digits=request.kind == "digits"),
        )
    from media_worker.recognise.card import CardReader  # noqa: PLC0415 - as above

    reader = CardReader(load.detection, load.recognition)

    def read(request: Request, body: bytes) -> Answer:
        if request.kind == "strokes":
            return Answer(number=request.number, words=reader.read_strokes(body))
        return Answer(number=request.number, lines=reader.read(body))

    return read


def begin(load: Load, *, isolated: bool) -> tuple[Ready, Recognise | None]:
    """Load the model; a model that cannot be loaded is told, not thrown."""
    began = time.monotonic()
    recognise, problem = None, None
    try:
        recognise = loaded(load)
    except Exception as error:  # noqa: BLE001 - the libraries raise what they like
        problem = f"{type(error).__name__}: {getattr(error, 'detail', '')}"[:200]
    load_ms = round((time.monotonic() - began) * 1000)
    return Ready(isolated=isolated, load_ms=load_ms, problem=problem), recognise


def answered(recognise: Recognise, request: Request, body: bytes) -> Answer:
    """The answer; an empty one when the library threw."""
    try:
        return recognise(request, body)
    except Exception as error:  # noqa: BLE001 - one bad request must not cost the model's load
        sys.stderr.write(f"recogniser: {type(error).__name__}\n")
        return Answer(number=request.number)


def serve(recognise: Recognise, source: BinaryIO, out: BinaryIO) -> None:
    """Answer until the pipe closes."""
    for header, body in frames(source):
        request = Request.model_validate_json(header)
        _tell(out, frame(answered(recognise, request, body)))


def _tell(out: BinaryIO, data: bytes) -> None:
    out.write(data)
    out.flush()


def main() -> None:
    """Cut the network, load the model, answer until the pipe closes."""
    isolated = cut_network()
    os.nice(NICENESS)
    out = stdout_for_answers()
    ready, recognise = begin(load_adapter.validate_json(sys.argv[1]), isolated=isolated)
    _tell(out, frame(ready))
    if recognise:
        serve(recognise, sys.stdin.buffer, out)


if __name__ == "__main__":
    main()
