"""ICE that lets only bounded, sorted and, where it can, authenticated datagrams through.

Stage: the socket, under ``seam``; the only module that reaches into aioice 0.13.
It decrypts nothing. ``tests/media/test_seam.py`` fails when aioice changes underneath.
"""

from __future__ import annotations

import socket
import struct
from collections.abc import Callable
from dataclasses import dataclass

import aioice
from aioice import stun
from aioice.ice import CandidatePair, StunProtocol

from media_worker.receive.guard import DatagramKind, kind_of
from media_worker.receive.settings import ReceiveSettings

MAX_QUEUED_DTLS = 64
MAX_BELIEVED_ADDRESSES = 64
UNAUTHENTICATED = frozenset({400, 401})

PARSE_ERRORS = (ValueError, IndexError, KeyError, AssertionError, struct.error)
"""What the parsers of aiortc and aioice raise for malformed bytes."""


@dataclass(slots=True)
class RefusedCounts:
    """Datagrams that were not believed, by the first reason that applied."""

    form: int = 0
    source: int = 0
    integrity: int = 0
    malformed: int = 0
    full: int = 0


class GuardedConnection(aioice.Connection):
    """ICE that offers chosen addresses and lets only bounded, sorted datagrams through."""

    settings: ReceiveSettings

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.refused = RefusedCounts()
        self.on_media: Callable[[bytes, DatagramKind], None] = _nothing
        self._believed: set[tuple[str, int]] = set()

    # --- addresses ---------------------------------------------------------------------

    async def get_component_candidates(
        self,
        component: int,
        addresses: list[str],
        timeout: int = 5,  # noqa: ASYNC109 - aioice's signature
    ) -> list[aioice.Candidate]:
        """Gather on the addresses of the settings, and guard each socket."""
        chosen = self.settings.host_addresses
        candidates = await super().get_component_candidates(
            component, addresses if chosen is None else chosen, timeout
        )
        for protocol in self._protocols:
            self._guard(protocol)
        return candidates

    async def add_remote_candidate(self, remote_candidate: aioice.Candidate | None) -> None:
        """Believe no address that the offer names, and never give up on the list.

        An offer could name any address inside our network, and have us knock there. The
        phone's own checks, which are authenticated, tell where it is: we send to nobody
        else, as an ICE-lite agent (RFC 8445 2.5). Adding none is no failure: the peer's
        connect timeout ends what leads nowhere.
        """
        del remote_candidate

    # --- datagrams ---------------------------------------------------------------------

    def _guard(self, protocol: StunProtocol) -> None:
        buffer_bytes = self.settings.socket_buffer_bytes
        _enlarge_socket_buffer(protocol, buffer_bytes)
        stock = protocol.datagram_received

        def datagram_received(data: bytes, addr: tuple[str, int]) -> None:
            kind = kind_of(data)
            if kind is DatagramKind.RTP or kind is DatagramKind.RTCP:
                self.on_media(data, kind)
            elif kind is DatagramKind.REFUSED:
                self.refused.form += 1
            elif kind is DatagramKind.DTLS:
                self._take_dtls(data, addr[:2])
            else:
                self._take_stun(stock, data, addr)

        protocol.datagram_received = datagram_received  # type: ignore[method-assign,assignment]

    def _take_stun(self, stock: Callable[..., None], data: bytes, addr: tuple[str, int]) -> None:
        known = any(
            c._network_host == addr[0] and c.port == addr[1]  # noqa: SLF001 - aioice's name
            for c in self._remote_candidates
        )
        if not known and len(self._remote_candidates) >= self.settings.max_remote_candidates:
            self.refused.full += 1
            return
        try:
            stock(data, addr)
        except PARSE_ERRORS:
            self.refused.malformed += 1

    def _take_dtls(self, data: bytes, addr: tuple[str, int]) -> None:
        if not self._believes(addr):
            self.refused.source += 1
        elif self._queue.qsize() >= MAX_QUEUED_DTLS:
            self.refused.full += 1
        else:
            super().data_received(data, 1)

    def data_received(self, data: bytes, component: int) -> None:
        """Called by aioice for what is not STUN: looked like it, was not."""
        del data, component
        self.refused.malformed += 1

    def respond_error(
        self,
        request: stun.Message,
        addr: tuple[str, int],
        protocol: StunProtocol,
        error_code: tuple[int, str],
    ) -> None:
        """Answer a role conflict; who is not authenticated gets no answer at all."""
        if error_code[0] in UNAUTHENTICATED:
            self.refused.integrity += 1
            return
        super().respond_error(request, addr, protocol, error_code)

    def check_incoming(
        self, message: stun.Message, addr: tuple[str, int], protocol: StunProtocol
    ) -> None:
        """An authenticated check: from now on its source may speak DTLS."""
        if len(self._believed) < MAX_BELIEVED_ADDRESSES:
            self._believed.add(addr)
        super().check_incoming(message, addr, protocol)

    def _believes(self, addr: tuple[str, int]) -> bool:
        if addr in self._believed or any(early[1] == addr for early in self._early_checks):
            return True
        return any(
            pair.remote_addr == addr and pair.state is CandidatePair.State.SUCCEEDED
            for pair in self._check_list
        )

    def send_now(self, data: bytes) -> None:
        """Send on the nominated pair, or drop when there is none."""
        pair = self._nominated.get(1)
        if pair is not None:
            pair.protocol.transport.sendto(data, pair.remote_addr)


def _nothing(data: bytes, kind: DatagramKind) -> None:
    del data, kind


def _enlarge_socket_buffer(protocol: StunProtocol, size_bytes: int) -> None:
    handle = protocol.transport.get_extra_info("socket")
    if handle is not None:
        handle.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, size_bytes)
