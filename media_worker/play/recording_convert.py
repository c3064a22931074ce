"""A recorded voice to the form that rendered speech has: Ogg Opus, and captions with times.

Stage: inside the recording process. Never labelled as a machine's voice: it is a person's.
"""

from __future__ import annotations

import numpy as np

from media_worker.play import render_ogg
from media_worker.play.recording_job import RecordingJob, RecordingReport
from media_worker.play.recording_sound import decoded, laid_over, require_voice
from shuanglu.errors import InvalidInputError
from shuanglu.timeline.chain import sha256_hex

TAGS = {
    "title": "真人录音 / Recorded human voice",
    "comment": "本音频为真人录音。This speech was recorded by a person.",
}


def converted(job: RecordingJob) -> RecordingReport:
    """The report on one file."""
    try:
        samples = decoded(job.file.read_bytes())
        require_voice(samples)
    except InvalidInputError as error:
        return RecordingReport(error=error.detail)
    cues = laid_over(job.say, samples, lead_in_ms=render_ogg.LEAD_IN_MS)
    lead, tail = (
        np.zeros(render_ogg.RATE_HZ * ms // 1000, np.float32)
        for ms in (render_ogg.LEAD_IN_MS, render_ogg.TAIL_MS)
    )
    whole = np.concatenate([lead, render_ogg.normalise(samples), tail])
    ogg = render_ogg.encode(whole, render_ogg.RATE_HZ, TAGS)
    name = f"{sha256_hex(ogg)}.ogg"
    (job.into / name).write_bytes(ogg)
    return RecordingReport(file=name, cues=cues)
