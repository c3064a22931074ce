"""Fails loudly when aiortc or aioice change under the seam."""

from __future__ import annotations

import hashlib
import inspect
from importlib.metadata import version

import aioice
import aiortc.rtcicetransport
import aiortc.rtcpeerconnection
import pytest
from aioice.ice import StunProtocol
from aiortc import RTCPeerConnection
from aiortc.rtcdtlstransport import RTCDtlsTransport, RtpRouter
from aiortc.rtcrtpreceiver import RTCRtpReceiver
from pylibsrtp._binding import ffi, lib

from media_worker.play.track import VoiceTrack
from media_worker.receive.guarded_ice import GuardedConnection
from media_worker.receive.seam import (
    EncodedReceiver,
    SynchronousDtlsTransport,
    build_connection,
)
from media_worker.receive.settings import ReceiveSettings

ADVICE = "aiortc changed under media_worker/receive/seam.py: read the difference, then this test"

RELIED_ON = {
    "aiortc 1.16.0": version("aiortc") == "1.16.0",
    "aioice 0.13": version("aioice").startswith("0.13."),
    "looked up at call time: receiver": "receiver=RTCRtpReceiver(kind"
    in inspect.getsource(RTCPeerConnection),
    "looked up at call time: DTLS": "RTCDtlsTransport(iceTransport"
    in inspect.getsource(RTCPeerConnection),
    "looked up at call time: ICE": "self._connection = Connection("
    in inspect.getsource(aiortc.rtcicetransport.RTCIceGatherer),
    "the DTLS transport reads through _recv_next": "await self._recv_next()"
    in inspect.getsource(RTCDtlsTransport),
    "receivers register themselves": "await transceiver.receiver.receive("
    in inspect.getsource(RTCPeerConnection),
    "reading is per socket": "def datagram_received(self, data" in inspect.getsource(StunProtocol),
}

BODIES = {
    RTCDtlsTransport._recv_next: "998076720c05aa13",
    RTCDtlsTransport.start: "3b3522667fe0a3da",
    RTCRtpReceiver.__init__: "3e3b7b5cefbaac6f",
    RTCRtpReceiver.receive: "d6d8d8d7a0bf4e95",
    RTCRtpReceiver.stop: "63734b6894ce67a5",
    RtpRouter.route_rtcp: "199bd7e279f1945a",
    aioice.Connection.data_received: "5631b17fab717d6b",
    aioice.Connection.request_received: "dcdc9a3862c1a0b4",
    aioice.Connection.check_incoming: "cb3e32bd47e5fa82",
    aioice.Connection.get_component_candidates: "118597a9fcb703f9",
    StunProtocol.datagram_received: "ff4c8b910d45fb3a",
}


@pytest.mark.parametrize("fact", RELIED_ON)
def test_what_the_seam_relies_on_holds(fact: str) -> None:
    assert RELIED_ON[fact], ADVICE


@pytest.mark.parametrize("function", BODIES, ids=lambda f: f.__qualname__)
def test_the_code_that_is_overridden_is_the_code_that_was_read(function: object) -> None:
    source = inspect.getsource(function)  # type: ignore[arg-type]
    digest = hashlib.sha256(source.encode()).hexdigest()[:16]
    assert digest == BODIES[function], ADVICE  # type: ignore[index]


def test_libsrtp_decrypts_in_place_by_these_names() -> None:
    assert callable(lib.srtp_unprotect)
    assert ffi.new("int *")[0] == 0


async def test_our_classes_are_in_place_only_while_a_connection_is_built() -> None:
    built = build_connection(VoiceTrack(), ReceiveSettings(host_addresses=["127.0.0.1"]))
    try:
        for transceiver in (built.audio, built.video):
            assert type(transceiver.receiver) is EncodedReceiver
            transport = transceiver.receiver.transport
            assert type(transport) is SynchronousDtlsTransport
            assert isinstance(transport.transport._connection, GuardedConnection)
        assert built.audio.receiver.transport is built.video.receiver.transport
        assert built.audio.sender.transport is built.video.receiver.transport
        assert vars(aiortc.rtcpeerconnection)["RTCRtpReceiver"] is RTCRtpReceiver
        assert vars(aiortc.rtcpeerconnection)["RTCDtlsTransport"] is RTCDtlsTransport
        assert vars(aiortc.rtcicetransport)["Connection"] is aioice.Connection
    finally:
        await built.connection.close()


async def test_no_server_outside_is_contacted() -> None:
    built = build_connection(VoiceTrack(), ReceiveSettings())
    try:
        connection = built.video.receiver.transport.transport._connection
        assert connection.stun_server is None
        assert connection.turn_server is None
    finally:
        await built.connection.close()
