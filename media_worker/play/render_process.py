"""The rendering process: reads one job from stdin, writes Ogg files, reports on stdout.

Stage: all of rendering that takes time, away from the event loop. It never
reads a script, a cache or an object store: its job says everything.
"""

from __future__ import annotations

import json
import os
import sys

import jieba
import numpy as np

from media_worker.play import render_ogg
from media_worker.play.render_job import Job, Report, SpokenText
from media_worker.play.render_speech import SAMPLE_RATE_HZ, Samples, Voice
from media_worker.play.render_text import pieces
from shuanglu.errors import ShuangluError
from shuanglu.timeline.chain import sha256_hex
from shuanglu.wire.views import Cue

NICENESS = 10
"""Nothing that is recorded waits for a prompt to be rendered."""


def _silence(duration_ms: int) -> Samples:
    return np.zeros(SAMPLE_RATE_HZ * duration_ms // 1000, np.float32)


def _ms(sample_count: int) -> int:
    return sample_count * 1000 // SAMPLE_RATE_HZ


def spoken(voice: Voice, text: str, *, pause_share: float = 1.0) -> tuple[Samples, tuple[Cue, ...]]:
    """Samples of the whole text, and from when to when each piece is heard.

    ``pause_share`` stretches the pauses between pieces; the voice has its own speed.
    """
    parts, cues = [_silence(render_ogg.LEAD_IN_MS)], []
    length = len(parts[0])
    for piece in pieces(text):
        speech = voice.speak(piece.text)
        cues.append(Cue(from_ms=_ms(length), to_ms=_ms(length + len(speech)), text=piece.text))
        parts += [speech, _silence(round(piece.pause_ms * pause_share))]
        length += len(speech) + len(parts[-1])
    parts[-1] = _silence(render_ogg.TAIL_MS)
    return render_ogg.normalise(np.concatenate(parts)), tuple(cues)


def _render(voice: Voice, text: SpokenText, job: Job) -> Report:
    try:
        samples, cues = spoken(voice, text.say, pause_share=job.pause_share)
    except ShuangluError as error:
        return Report(id=text.id, error=error.detail)
    tags = render_ogg.synthetic_tags(text_sha256=sha256_hex(text.say.encode()), voice=job.voice)
    ogg = render_ogg.encode(samples, SAMPLE_RATE_HZ, tags)
    file = job.into / f"{sha256_hex(ogg)}.ogg"
    file.write_bytes(ogg)
    return Report(id=text.id, file=file.name, cues=cues)


def main() -> None:
    """Render every text of the job, one report line each."""
    job = Job.model_validate(json.load(sys.stdin))
    os.nice(NICENESS)
    # jieba keeps a cache in a folder that everybody may write to, unless told otherwise.
    jieba.dt.tmp_dir = str(job.into)
    voice = Voice(model=job.model, vocabulary=job.vocabulary, style=job.style, speed=job.speed)
    for text in job.texts:
        sys.stdout.write(_render(voice, text, job).model_dump_json() + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
