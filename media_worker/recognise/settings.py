"""Settings of the recognisers: which model, how many may wait, how late is too late."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

SpeechKind = Literal["whisper", "sensevoice", "paraformer", "zipformer"]


class RecogniserSettings(BaseSettings):
    """Read from the environment (``SHUANGLU_RECOGNISER_…``); every field has a default."""

    model_config = SettingsConfigDict(env_prefix="SHUANGLU_RECOGNISER_", frozen=True)

    speech: bool = Field(default=True, description="False leaves words not evaluated")
    card_text: bool = Field(default=True, description="False leaves cards unread")
    speech_kind: SpeechKind = Field(default="whisper", description="what lies in speech_folder")
    speech_folder: Path | None = Field(
        default=None, description="folder with a model of speech_kind; none: the shipped Whisper"
    )
    launcher: tuple[str, ...] = Field(
        default=(), description="put before the command of a process: taskset, numactl, a probe"
    )
    max_waiting: int = Field(default=8, ge=1, description="of one kind; more are not evaluated")
    answer_deadline_s: float = Field(
        default=20.0, gt=0, description="a process that answers nothing for so long is ended"
    )
    start_deadline_s: float = Field(default=120.0, gt=0, description="time to load the model")
    max_restart_delay_s: float = Field(default=30.0, gt=0)

    @model_validator(mode="after")
    def _names_a_folder(self) -> RecogniserSettings:
        if self.speech_kind != "whisper" and self.speech_folder is None:
            raise ValueError("speech_kind other than whisper needs speech_folder")
        return self
