from __future__ import annotations

import io
from pathlib import Path

import av
import numpy as np
import pytest
import yaml

from backing.objects.folder import FolderObjectStore
from media_worker.models.registry import ModelRegistry, ModelSettings, ModelUnusableError
from media_worker.play.pace import PACES
from media_worker.play.prompt import RenderedPrompt
from media_worker.play.render import TEST_SOUND_ID, TEST_SOUND_TEXT, object_key, prompts_for
from media_worker.play.render_ogg import demux, encode, normalise, synthetic_tags
from media_worker.play.render_process import spoken
from media_worker.play.render_run import RenderError
from media_worker.play.render_speech import SAMPLE_RATE_HZ, Voice
from shuanglu.errors import InvalidInputError
from shuanglu.script.model import Script, parse_script
from shuanglu.timeline.chain import sha256_hex
from shuanglu.timeline.events import VoiceSpeed

TEMPLATE = Path(__file__).parents[2] / "shuanglu" / "script" / "templates" / "bank-wealth-demo.yaml"


def script(voice: str = "zf_xiaoxiao", **said: str) -> Script:
    """The demonstration script, cut to its signature and confirmation, saying what is given."""
    data = yaml.safe_load(TEMPLATE.read_text("utf-8"))
    data["steps"] = data["steps"][-2:]
    data["voice"] = voice
    for step in data["steps"]:
        step["say"] = said.get(step["id"], "请签名。")
    return parse_script(data)


@pytest.fixture(scope="session")
def cache_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("prompts")


@pytest.fixture(scope="session")
def kept(tmp_path_factory: pytest.TempPathFactory) -> FolderObjectStore:
    return FolderObjectStore(tmp_path_factory.mktemp("objects"))


async def test_a_script_is_rendered_once_and_then_loaded(
    registry: ModelRegistry, kept: FolderObjectStore, cache_dir: Path
) -> None:
    rendered: list[str] = []
    said = script(signature="请您手写签名。签名时,请让脸部留在画面里。")

    async def prompts() -> dict[str, RenderedPrompt]:
        return await prompts_for(
            said,
            objects=kept,
            cache_dir=cache_dir,
            registry=registry,
            progress=lambda step_id, _done, _of: rendered.append(step_id),
        )

    first = await prompts()
    assert rendered == ["signature", "confirmation", TEST_SOUND_ID]
    assert await prompts() == first
    assert len(rendered) == 3
    for prompt in first.values():
        assert prompt.synthetic
        assert prompt.duration_ms == 20 * len(prompt.packets)
        ogg = await kept.get(object_key(prompt.sha256))
        assert sha256_hex(ogg) == prompt.sha256
        assert demux(ogg) == prompt.packets


async def test_cues_are_the_text_in_order_inside_the_sound(
    registry: ModelRegistry, kept: FolderObjectStore, cache_dir: Path
) -> None:
    said = script(signature="请您手写签名。签名时,请让脸部留在画面里。")
    prompts = await prompts_for(said, objects=kept, cache_dir=cache_dir, registry=registry)
    texts = {step.id: step.say for step in said.steps} | {TEST_SOUND_ID: TEST_SOUND_TEXT}
    for name, prompt in prompts.items():
        assert "".join(cue.text for cue in prompt.cues) == texts[name]
        edges = [edge for cue in prompt.cues for edge in (cue.from_ms, cue.to_ms)]
        assert edges == sorted(edges)
        assert all(cue.from_ms < cue.to_ms for cue in prompt.cues)
        assert edges[0] > 0
        assert edges[-1] < prompt.duration_ms


async def test_the_stored_file_plays_and_says_that_a_machine_speaks(
    registry: ModelRegistry, kept: FolderObjectStore, cache_dir: Path
) -> None:
    prompts = await prompts_for(script(), objects=kept, cache_dir=cache_dir, registry=registry)
    prompt = prompts[TEST_SOUND_ID]
    ogg = await kept.get(object_key(prompt.sha256))
    with av.open(io.BytesIO(ogg), "r") as container:
        stream = container.streams.audio[0]
        samples = np.concatenate([f.to_ndarray()[0] for f in container.decode(stream)])
        tags = {**container.metadata, **stream.metadata}
    assert stream.codec_context.sample_rate == 48_000
    assert len(samples) / 48 == pytest.approx(prompt.duration_ms, abs=20)
    assert "人工智能合成" in tags["comment"]
    assert '"Label":"1"' in tags["AIGC"]
    speech = samples[np.abs(samples) > 0.01]
    assert -26 < 10 * np.log10(np.mean(np.square(speech))) < -14


async def test_a_lost_object_is_rendered_again_to_the_same_bytes(
    registry: ModelRegistry, kept: FolderObjectStore, objects: FolderObjectStore, cache_dir: Path
) -> None:
    said = script()
    before = await prompts_for(said, objects=kept, cache_dir=cache_dir, registry=registry)
    after = await prompts_for(said, objects=objects, cache_dir=cache_dir, registry=registry)
    assert after == before


@pytest.mark.parametrize("say", ["请下载我们的App。", "……", "🙂"])
async def test_what_cannot_be_said_names_the_step(
    registry: ModelRegistry, objects: FolderObjectStore, tmp_path: Path, say: str
) -> None:
    with pytest.raises(RenderError, match="step signature") as caught:
        await prompts_for(
            script(signature=say), objects=objects, cache_dir=tmp_path, registry=registry
        )
    assert caught.value.field == "signature"


async def test_an_unknown_voice_is_named(
    registry: ModelRegistry, objects: FolderObjectStore, tmp_path: Path
) -> None:
    with pytest.raises(RenderError, match="zf_nobody") as caught:
        await prompts_for(
            script("zf_nobody"), objects=objects, cache_dir=tmp_path, registry=registry
        )
    assert caught.value.field == "voice"


async def test_a_missing_model_is_named(objects: FolderObjectStore, tmp_path: Path) -> None:
    empty = ModelRegistry(ModelSettings(directory=tmp_path))
    with pytest.raises(ModelUnusableError, match="kokoro"):
        await prompts_for(script(), objects=objects, cache_dir=tmp_path, registry=empty)


async def test_a_broken_model_is_an_error_not_a_hang(
    objects: FolderObjectStore, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.onnx"
    broken.write_bytes(b"not a model")
    registry = ModelRegistry(ModelSettings(speech=broken))
    with pytest.raises(RenderError, match="process died"):
        await prompts_for(script(), objects=objects, cache_dir=tmp_path, registry=registry)


def test_the_same_text_gives_the_same_bytes(voice: Voice) -> None:
    def ogg() -> bytes:
        samples, _ = spoken(voice, "清楚。")
        return encode(samples, SAMPLE_RATE_HZ, synthetic_tags(text_sha256="0" * 64, voice="v"))

    assert ogg() == ogg()


def test_the_pace_is_calm(voice: Voice) -> None:
    text = "您将购买的是理财产品,不是银行存款。产品不保本,也不保证收益。"
    samples, _ = spoken(voice, text)
    characters = sum("\u4e00" <= sign <= "\u9fff" for sign in text)
    assert 150 < characters / (len(samples) / SAMPLE_RATE_HZ) * 60 < 240


def test_the_slow_voice_speaks_at_the_normal_rate_of_the_regulation(
    slow_voice: Voice,
) -> None:
    text = "您将购买的是理财产品,不是银行存款。产品不保本,也不保证收益。"
    pace = PACES[VoiceSpeed.SLOW]
    samples, cues = spoken(slow_voice, text, pause_share=pace.pause_share)
    characters = sum("\u4e00" <= sign <= "\u9fff" for sign in text)
    assert 120 <= characters / (len(samples) / SAMPLE_RATE_HZ) * 60 <= 160
    assert "".join(cue.text for cue in cues) == text


async def test_each_speed_is_rendered_once_and_kept_apart(
    registry: ModelRegistry, kept: FolderObjectStore, cache_dir: Path
) -> None:
    said = script()
    rendered: list[str] = []

    async def prompts(speed: VoiceSpeed) -> dict[str, RenderedPrompt]:
        return await prompts_for(
            said,
            objects=kept,
            cache_dir=cache_dir,
            registry=registry,
            speed=speed,
            progress=lambda step_id, _done, _of: rendered.append(step_id),
        )

    normal = await prompts(VoiceSpeed.NORMAL)
    before = len(rendered)
    slow = await prompts(VoiceSpeed.SLOW)
    assert len(rendered) == before + len(normal)
    for name, prompt in slow.items():
        assert (prompt.speed, normal[name].speed) == (VoiceSpeed.SLOW, VoiceSpeed.NORMAL)
        assert prompt.duration_ms > 1.15 * normal[name].duration_ms
        assert prompt.sha256 != normal[name].sha256
    assert await prompts(VoiceSpeed.SLOW) == slow
    assert await prompts(VoiceSpeed.NORMAL) == normal


def test_numbers_are_spoken(voice: Voice) -> None:
    assert voice.tokens("年化0.3%,180天。") == voice.tokens("年化百分之零点三,一百八十天。")


def test_normalising_never_clips(voice: Voice) -> None:
    loud = normalise(voice.speak("清楚。") * 50)
    assert np.abs(loud).max() <= 0.85


@pytest.mark.parametrize("data", [b"", b"OggS", b"RIFF" + bytes(100)])
def test_what_is_not_ogg_opus_is_refused(data: bytes) -> None:
    with pytest.raises(InvalidInputError):
        demux(data)
