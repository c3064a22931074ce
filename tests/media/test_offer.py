"""Only an offer of one audio and one video that we record is answered."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from media_worker.play.track import VoiceTrack
from media_worker.receive.events import PeerEvent
from media_worker.receive.offer import check_offer, worded_answer
from media_worker.receive.peer import PhonePeer
from media_worker.receive.settings import ReceiveSettings
from shuanglu.clock import SystemClock
from shuanglu.errors import InvalidInputError
from tests.media.assets import Media
from tests.media.phone import SendingPhone
from tests.media.session import LOOPBACK

SETTINGS = ReceiveSettings(host_addresses=LOOPBACK)


@pytest.fixture
async def offer(vp8: Media) -> AsyncIterator[str]:
    phone = SendingPhone(vp8)
    yield await phone.offer()
    await phone.close()


def new_peer(events: list[PeerEvent] | None = None) -> PhonePeer:
    return PhonePeer(
        outgoing=VoiceTrack(),
        settings=SETTINGS,
        clock=SystemClock(),
        on_frame=lambda _: None,
        on_event=(events if events is not None else []).append,
        media_offset_ms=lambda: 0,
    )


async def test_the_answer_asks_for_a_fast_start_and_full_levels(offer: str) -> None:
    peer = new_peer()
    answer = await peer.accept(offer)
    await peer.close()
    assert "x-google-start-bitrate=1800" in answer
    assert "useinbandfec=1" in answer
    assert "127.0.0.1" in answer
    assert len(set(re.findall(r"^a=fmtp:\d+", answer, re.MULTILINE))) == len(
        re.findall(r"^a=fmtp:\d+", answer, re.MULTILINE)
    )


async def test_h264_is_answered_beyond_level_3_1(h264: Media) -> None:
    phone, peer = SendingPhone(h264), new_peer()
    answer = await peer.accept(await phone.offer())
    assert re.search(r"profile-level-id=42e?0?[0-9a-f]*33", answer)
    assert "VP8" not in answer
    assert peer.video_codec == "H264"
    await phone.close()
    await peer.close()


def without(offer: str, pattern: str) -> str:
    return "\r\n".join(line for line in offer.splitlines() if not re.search(pattern, line)) + "\r\n"


def only(offer: str, section: int) -> str:
    head, *sections = re.split(r"(?=^m=)", offer, flags=re.MULTILINE)
    return head + sections[section]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda _: "",
        lambda _: "hello",
        lambda o: o + "\x00",
        lambda o: o + "a=x\r\n" * 20_000,
        lambda o: only(o, 0),
        lambda o: only(o, 1),
        lambda o: o + only(o, 1),
        lambda o: without(o, "a=group"),
        lambda o: without(o, "a=fingerprint"),
        lambda o: without(o, "a=ice-pwd"),
        lambda o: without(o, "a=ice-ufrag"),
        lambda o: without(o, "a=rtcp-mux"),
        lambda o: without(o, "a=mid"),
        lambda o: without(o, "a=rtpmap"),
        lambda o: o.replace("opus", "nothing"),
        lambda o: o.replace("VP8", "AV1"),
        lambda o: o.replace("sendonly", "recvonly"),
        lambda o: o.replace("m=video", "m=application"),
        lambda o: o.replace("m=audio", "m=video"),
        lambda o: o.replace("actpass", "passive"),
        lambda o: o.replace("actpass", "holdconn"),
        lambda o: o + "a=ice-lite\r\n",
        lambda o: re.sub(r"a=ice-ufrag:.*", "a=ice-ufrag:" + "x" * 10_000, o),
        lambda o: re.sub(r"a=ice-pwd:.*", "a=ice-pwd:!", o),
        lambda o: re.sub(r"^(m=\w+) \d+", r"\1 99999999999999999999", o, flags=re.MULTILINE),
        lambda o: o.replace("a=candidate:", "a=candidate:x"),
    ],
)
async def test_what_is_no_offer_for_us_is_refused_or_harmless(offer: str, spoil: object) -> None:
    """Never another error, never a peer left half open."""
    peer = new_peer()
    with suppress(InvalidInputError):
        await peer.accept(spoil(offer))  # type: ignore[operator]
    await peer.close()
    assert peer.closed


@pytest.mark.parametrize(
    "pattern", ["a=group", "a=fingerprint", "a=ice-pwd", "a=rtcp-mux", "a=rtpmap"]
)
def test_an_offer_that_lacks_something_is_refused(offer: str, pattern: str) -> None:
    with pytest.raises(InvalidInputError) as refusal:
        check_offer(without(offer, pattern), SETTINGS)
    assert refusal.value.field == "sdp"


async def test_a_second_offer_to_the_same_peer_is_refused(offer: str) -> None:
    peer = new_peer()
    await peer.accept(offer)
    with pytest.raises(InvalidInputError):
        await peer.accept(offer)
    assert not peer.closed
    await peer.close()


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.data())
def test_mutated_offers_are_checked_without_another_error(offer: str, data: st.DataObject) -> None:
    lines = offer.splitlines()
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(lines) - 1))
        text = lines[at]
        cut = data.draw(st.integers(0, len(text)))
        lines[at] = text[:cut] + data.draw(st.text(max_size=6)) + text[cut + 1 :]
    with suppress(InvalidInputError):
        check_offer("\r\n".join(lines) + "\r\n", SETTINGS)


@given(st.text(max_size=300))
def test_any_text_is_refused(text: str) -> None:
    with pytest.raises(InvalidInputError):
        check_offer(text, SETTINGS)


def test_format_parameters_stay_on_one_line() -> None:
    answer = "a=rtpmap:96 H264/90000\r\na=fmtp:96 profile-level-id=42e01f;packetization-mode=1\r\n"
    worded = worded_answer(answer, SETTINGS)
    assert worded.count("a=fmtp:96") == 1
    assert "profile-level-id=42e033;packetization-mode=1" in worded
