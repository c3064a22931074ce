"""Header plus clusters play in ordinary players; the indexed header makes them seek."""

from __future__ import annotations

import io
from pathlib import Path

import av
import pytest
from av.container import InputContainer

from shuanglu.container.header import stretch_header
from shuanglu.container.play import play_header
from shuanglu.errors import InvalidInputError
from tests.container.stretches import Stretch
from tests.media.assets import FPS, HEIGHT_PX, SECONDS, WIDTH_PX


@pytest.fixture(params=["vp8_stretch", "h264_stretch"])
def stretch(request: pytest.FixtureRequest) -> Stretch:
    chosen: Stretch = request.getfixturevalue(request.param)
    return chosen


def decoded(data: bytes) -> tuple[int, int]:
    """Pictures and sound frames that decode, errors raised."""
    counts = {"video": 0, "audio": 0}
    with av.open(io.BytesIO(data)) as container:
        assert isinstance(container, InputContainer)
        for packet in container.demux():
            counts[packet.stream.type] += len(packet.decode())
    return counts["video"], counts["audio"]


def test_a_plain_stretch_plays(stretch: Stretch) -> None:
    pictures, sounds = decoded(stretch.header + stretch.body)
    assert pictures == SECONDS * FPS
    assert sounds == SECONDS * 50


def test_any_prefix_of_whole_clusters_plays(vp8_stretch: Stretch) -> None:
    pictures, _ = decoded(vp8_stretch.header + b"".join(vp8_stretch.clusters[:3]))
    assert pictures == pytest.approx(45, abs=1)


def test_the_indexed_file_knows_size_and_duration(stretch: Stretch, tmp_path: Path) -> None:
    path = tmp_path / "play.mkv"
    path.write_bytes(play_header(stretch.entries, stretch.header) + stretch.body)
    recorded_ms = stretch.entries[-1].end_ms - stretch.entries[0].start_ms
    with av.open(path) as container:
        assert isinstance(container, InputContainer)
        assert (container.duration or 0) / av.time_base * 1000 == pytest.approx(recorded_ms, abs=1)
        video = container.streams.video[0]
        assert (video.width, video.height) == (WIDTH_PX, HEIGHT_PX)


@pytest.mark.parametrize("target_ms", [0, 1500, 2700, 3900])
def test_seeking_lands_on_a_key_frame_at_or_before(stretch: Stretch, target_ms: int) -> None:
    data = play_header(stretch.entries, stretch.header) + stretch.body
    with av.open(io.BytesIO(data)) as container:
        assert isinstance(container, InputContainer)
        video = container.streams.video[0]
        container.seek(target_ms, stream=video)  # Matroska's time base here is 1 ms
        packet = next(p for p in container.demux(video) if p.pts is not None)
        landed_ms = packet.pts or 0
    assert packet.is_keyframe
    assert landed_ms <= target_ms
    assert target_ms - landed_ms <= 1000


def test_the_stored_clusters_are_in_it_verbatim(stretch: Stretch) -> None:
    head = play_header(stretch.entries, stretch.header)
    pictures, sounds = decoded(head + stretch.body)
    assert (pictures, sounds) == decoded(stretch.header + stretch.body)


def test_without_clusters_there_is_nothing_to_play(vp8_stretch: Stretch) -> None:
    with pytest.raises(InvalidInputError):
        play_header((), vp8_stretch.header)


def test_a_journal_of_another_header_is_refused(vp8_stretch: Stretch) -> None:
    with pytest.raises(InvalidInputError):
        play_header(vp8_stretch.entries, vp8_stretch.header + b"\x00")
    with pytest.raises(InvalidInputError):
        play_header(vp8_stretch.entries[1:], vp8_stretch.header)


@pytest.mark.parametrize(
    "damaged", [b"", b"\x1a\x45\xdf\xa3", b"garbage that is no header", bytes(64)]
)
def test_what_is_no_header_is_refused(damaged: bytes, vp8_stretch: Stretch) -> None:
    first = vp8_stretch.entries[0].model_copy(update={"offset": len(damaged) or 1})
    with pytest.raises(InvalidInputError):
        play_header((first,), damaged)


def test_a_stretch_may_begin_without_a_picture(stretch: Stretch, h264_stretch: Stretch) -> None:
    """Parameter sets then come with the first key frame, in the stream."""
    header = stretch_header("H264" if stretch is h264_stretch else "VP8", None)
    pictures, sounds = decoded(header + stretch.body)
    assert (pictures, sounds) == (SECONDS * FPS, SECONDS * 50)
