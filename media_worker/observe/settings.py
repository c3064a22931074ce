"""Settings of the observers: how many processes, how often, how late is too late."""

from __future__ import annotations

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class ObserverSettings(BaseSettings):
    """Read from the environment (``SHUANGLU_OBSERVER_…``); every field has a default."""

    model_config = SettingsConfigDict(env_prefix="SHUANGLU_OBSERVER_", frozen=True)

    processes: int = Field(default=1, ge=0, description="0 leaves every check not evaluated")
    launcher: tuple[str, ...] = Field(
        default=(), description="put before the command of a process: taskset, numactl, a probe"
    )
    watch_interval_ms: int = Field(default=900, ge=0, description="least time between pictures")
    voice_interval_ms: int = Field(
        default=600, ge=0, description="the same while a voice is heard: do the lips move?"
    )
    doubt_interval_ms: int = Field(
        default=450, ge=0, description="the same when it may be frozen, or another's face"
    )
    answer_interval_ms: int = Field(
        default=260, ge=0, description="the same while a spoken answer is due"
    )
    lips_interval_ms: int = Field(
        default=120, ge=0, description="the same while a voice is heard that may be the answer"
    )
    undecided_interval_ms: int = Field(
        default=260, ge=0, description="the same when another look may change what is known"
    )
    close_interval_ms: int = Field(default=60, ge=0, description="the same during liveness")
    card_interval_ms: int = Field(default=240, ge=0, description="the same while a card is shown")
    key_frame_after_ms: int = Field(
        default=900, ge=0, description="a picture older than this makes us ask for a key frame"
    )
    audio_batch_ms: int = Field(default=450, ge=20, description="sound is sent in such batches")
    voice_batch_ms: int = Field(
        default=200, ge=20, description="the same while a voice is heard: its words are waited for"
    )
    words_batch_ms: int = Field(
        default=100, ge=20, description="the same while words are waited for: an answer, digits"
    )
    max_video_in_flight: int = Field(default=2, ge=1, description="a session's unanswered pictures")
    max_decode_in_flight: int = Field(
        default=24, ge=1, description="the same, with frames that are only decoded"
    )
    max_audio_in_flight: int = Field(default=12, ge=1, description="a session's unanswered batches")
    answer_deadline_s: float = Field(
        default=5.0, gt=0, description="a process that answers nothing for so long is ended"
    )
    start_deadline_s: float = Field(default=60.0, gt=0, description="time to load the models")
    max_restart_delay_s: float = Field(default=10.0, gt=0)
