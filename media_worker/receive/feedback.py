"""RTCP that goes to the phone, as bytes: retransmission, key frame, reports, bit rate.

aiortc's own generic NACK fails where sequence numbers wrap, so that one is packed here.
"""

from __future__ import annotations

import struct

from aiortc.rtp import (
    RTCP_PSFB_APP,
    RTCP_PSFB_PLI,
    RTCP_RTPFB,
    RTCP_RTPFB_NACK,
    RtcpPsfbPacket,
    RtcpReceiverInfo,
    RtcpRrPacket,
    pack_remb_fci,
    pack_rtcp_packet,
)

NACK_MASK_BITS = 16


def nack(ssrc: int, media_ssrc: int, missing: list[int]) -> bytes:
    """Generic NACK (RFC 4585 6.2.1) for sequence numbers in order, which may wrap."""
    fields: list[tuple[int, int]] = []
    for number in missing:
        if fields:
            first, mask = fields[-1]
            behind = (number - first - 1) & 0xFFFF
            if behind < NACK_MASK_BITS:
                fields[-1] = (first, mask | (1 << behind))
                continue
        fields.append((number, 0))
    body = struct.pack("!LL", ssrc, media_ssrc)
    return pack_rtcp_packet(
        RTCP_RTPFB, RTCP_RTPFB_NACK, body + b"".join(struct.pack("!HH", *f) for f in fields)
    )


def picture_loss(ssrc: int, media_ssrc: int) -> bytes:
    """Picture loss indication (RFC 4585 6.3.1): send a key frame."""
    return bytes(RtcpPsfbPacket(fmt=RTCP_PSFB_PLI, ssrc=ssrc, media_ssrc=media_ssrc))


def receiver_report(ssrc: int, reports: list[RtcpReceiverInfo]) -> bytes:
    """Receiver report (RFC 3550 6.4.2)."""
    return bytes(RtcpRrPacket(ssrc=ssrc, reports=reports))


def estimated_maximum_bitrate(ssrc: int, bits_per_second: int, ssrcs: list[int]) -> bytes:
    """REMB (draft-alvestrand-rmcat-remb-03)."""
    fci = pack_remb_fci(bits_per_second, ssrcs)
    return bytes(RtcpPsfbPacket(fmt=RTCP_PSFB_APP, ssrc=ssrc, media_ssrc=0, fci=fci))
