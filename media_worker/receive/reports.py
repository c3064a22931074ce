"""What the phone is told regularly: how its packets fare, and how much it may send."""

from __future__ import annotations

from collections.abc import Callable

from media_worker.receive.bitrate import BitrateCeiling
from media_worker.receive.feedback import estimated_maximum_bitrate, receiver_report
from media_worker.receive.settings import ReceiveSettings
from media_worker.receive.track import ReceivedTrack

BITS_PER_BYTE_PER_MS = 8000


class PeerReports:
    """Receiver reports and the bit-rate ceiling of one peer."""

    def __init__(
        self,
        tracks: tuple[ReceivedTrack, ...],
        settings: ReceiveSettings,
        send_rtcp: Callable[[bytes], None],
        now_ms: Callable[[], float],
    ) -> None:
        self._tracks = tracks
        self._send = send_rtcp
        self._interval_ms = settings.report_interval_ms
        self._sent_ms = now_ms()
        self._bytes_before = 0
        self._has_asked = False
        self.ceiling = BitrateCeiling(
            floor_bps=settings.min_bitrate_bps, ceiling_bps=settings.max_bitrate_bps
        )

    def tick(self, now_ms: float) -> None:
        """Send what is due; the first ceiling goes out as soon as there is a picture."""
        video = self._tracks[1]
        if not self._has_asked and video.ssrc >= 0:
            self._has_asked = True
            self._ask(video)
        elapsed_ms = now_ms - self._sent_ms
        if elapsed_ms < self._interval_ms:
            return
        self._sent_ms = now_ms
        self._report(video, elapsed_ms)

    def _report(self, video: ReceivedTrack, elapsed_ms: float) -> None:
        infos = [(track, track.receiver_report()) for track in self._tracks]
        reports = [info for _, info in infos if info is not None]
        if reports:
            self._send(receiver_report(video.rtcp_ssrc, reports))
        for track, info in infos:
            if track is video and info is not None:
                total = video.statistics.bytes_received
                came = max(0, total - self._bytes_before)
                self._bytes_before = total
                self.ceiling.update(info.fraction_lost, came * BITS_PER_BYTE_PER_MS / elapsed_ms)
                self._ask(video)

    def _ask(self, video: ReceivedTrack) -> None:
        sources = [track.ssrc for track in self._tracks if track.ssrc >= 0]
        self._send(estimated_maximum_bitrate(video.rtcp_ssrc, self.ceiling.bps, sources))
