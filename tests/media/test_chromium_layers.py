"""A real Chromium sends VP8 in three temporal layers, as the customer's page asks it to."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from playwright.async_api import async_playwright

from demo.browser import launch, phone
from demo.media_assets import fake_camera, fake_microphone
from media_worker.frames import EncodedFrame
from media_worker.models.registry import ModelRegistry, ModelSettings
from media_worker.play.track import VoiceTrack
from media_worker.receive.peer import PhonePeer
from media_worker.receive.settings import ReceiveSettings
from shuanglu.clock import SystemClock
from tests.media.session import LOOPBACK, until

ASSETS = Path(__file__).parents[1] / "artifacts" / "media"
OFFER = """async () => {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true, video: true });
    const peer = (window.peer = new RTCPeerConnection({ bundlePolicy: "max-bundle" }));
    const [video] = stream.getVideoTracks();
    video.contentHint = "detail";
    peer.addTransceiver(stream.getAudioTracks()[0], { direction: "sendrecv" });
    const sending = peer.addTransceiver(video, {
        direction: "sendonly",
        sendEncodings: [{ maxBitrate: 1_500_000, scalabilityMode: "L1T3" }],
    });
    const codecs = RTCRtpSender.getCapabilities("video").codecs;
    const wanted = ["video/VP8", "video/rtx"];
    sending.setCodecPreferences(codecs.filter((codec) => wanted.includes(codec.mimeType)));
    await peer.setLocalDescription();
    await new Promise((resolve) => setTimeout(resolve, 1000));
    return peer.localDescription.sdp;
}"""
ACCEPT = "sdp => window.peer.setRemoteDescription({ type: 'answer', sdp })"


async def test_layers_arrive_and_the_lowest_is_a_quarter() -> None:
    frames: list[EncodedFrame] = []
    peer = PhonePeer(
        outgoing=VoiceTrack(),
        settings=ReceiveSettings(host_addresses=LOOPBACK),
        clock=SystemClock(),
        on_frame=frames.append,
        on_event=lambda _event: None,
        media_offset_ms=lambda: 0,
    )
    camera, microphone = (
        fake_camera(ASSETS),
        fake_microphone(ASSETS, ModelRegistry(ModelSettings())),
    )
    async with async_playwright() as playwright:
        browser = await launch(playwright, camera=camera, microphone=microphone)
        async with phone(browser, authenticator=False) as page:
            await page.goto("chrome://version")
            await page.evaluate(ACCEPT, await peer.accept(await page.evaluate(OFFER)))
            await until(lambda: len([f for f in frames if f.kind == "video"]) > 60, within_s=60)
        await browser.close()
    await peer.close()
    layers = Counter(frame.temporal_layer for frame in frames if frame.kind == "video")
    total = sum(layers.values())
    assert set(layers) == {0, 1, 2}
    assert layers[0] / total < 0.4
    assert layers[0] + layers[1] < 0.7 * total
