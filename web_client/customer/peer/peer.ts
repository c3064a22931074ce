import type { IceServer } from "@wire/wire";

import { preferredVideoCodecs } from "./codecs";

const MAX_BITRATE = 1_500_000;
/** The server does not trickle: an offer carries what was gathered in this time. */
const GATHERING_MS = 1_000;

export interface PeerEvents {
  /** The server's voice. */
  voice: (stream: MediaStream) => void;
  state: (state: RTCPeerConnectionState) => void;
}

/** One connection for media. It is never restarted: a new one takes its place. */
export class Peer {
  readonly #connection: RTCPeerConnection;

  constructor(
    stream: MediaStream,
    iceServers: readonly IceServer[],
    private readonly events: PeerEvents,
  ) {
    this.#connection = new RTCPeerConnection({
      iceServers: iceServers.map(iceServer),
      bundlePolicy: "max-bundle",
    });
    this.#connection.ontrack = (event) => {
      this.events.voice(event.streams[0] ?? new MediaStream([event.track]));
    };
    this.#connection.onconnectionstatechange = () => {
      this.events.state(this.#connection.connectionState);
    };
    this.#addAudio(stream);
    this.#addVideo(stream);
  }

  /** The offer with its candidates. */
  async offer(): Promise<string> {
    await this.#connection.setLocalDescription();
    await this.#gathered();
    return this.#connection.localDescription?.sdp ?? "";
  }

  async accept(sdp: string): Promise<void> {
    if (this.#connection.signalingState !== "have-local-offer") return;
    await this.#connection.setRemoteDescription({ type: "answer", sdp });
    await this.#keepSizeOverRate();
  }

  /** Sends a track that was asked for again, in the place of the dead one. */
  async replace(track: MediaStreamTrack): Promise<void> {
    const transceiver = this.#connection
      .getTransceivers()
      .find((candidate) => candidate.receiver.track.kind === track.kind);
    await transceiver?.sender.replaceTrack(track);
  }

  stats(): Promise<RTCStatsReport> {
    return this.#connection.getStats();
  }

  /** Statistics of the received voice alone: cheap enough to be read often. */
  voiceStats(): Promise<RTCStatsReport> {
    const voice = this.#connection
      .getReceivers()
      .find((receiver) => receiver.track.kind === "audio");
    return voice?.getStats() ?? this.#connection.getStats();
  }

  close(): void {
    this.#connection.ontrack = null;
    this.#connection.onconnectionstatechange = null;
    this.#connection.close();
  }

  /** One audio line both ways: the server answers with its voice on it. */
  #addAudio(stream: MediaStream): void {
    const track = stream.getAudioTracks()[0];
    this.#connection.addTransceiver(track ?? "audio", { direction: "sendrecv", streams: [stream] });
  }

  #addVideo(stream: MediaStream): void {
    const track = stream.getVideoTracks()[0];
    const transceiver = this.#videoTransceiver(track ?? "video", stream);
    const codecs = RTCRtpSender.getCapabilities("video")?.codecs;
    if (codecs !== undefined && "setCodecPreferences" in transceiver) {
      transceiver.setCodecPreferences(preferredVideoCodecs(codecs));
    }
  }

  #videoTransceiver(track: MediaStreamTrack | "video", stream: MediaStream): RTCRtpTransceiver {
    const encoding: RTCRtpEncodingParameters = { maxBitrate: MAX_BITRATE };
    const init: RTCRtpTransceiverInit = { direction: "sendonly", streams: [stream] };
    try {
      // Three temporal layers let the server look at a few frames without decoding all.
      const layered = { ...encoding, scalabilityMode: "L1T3" } as RTCRtpEncodingParameters;
      return this.#connection.addTransceiver(track, { ...init, sendEncodings: [layered] });
    } catch {
      return this.#connection.addTransceiver(track, { ...init, sendEncodings: [encoding] });
    }
  }

  async #keepSizeOverRate(): Promise<void> {
    for (const sender of this.#connection.getSenders()) {
      if (sender.track?.kind !== "video") continue;
      const parameters = sender.getParameters();
      parameters.degradationPreference = "maintain-resolution";
      // A browser without this preference keeps its own.
      await sender.setParameters(parameters).catch(() => undefined);
    }
  }

  #gathered(): Promise<void> {
    const connection = this.#connection;
    if (connection.iceGatheringState === "complete") return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, GATHERING_MS);
      connection.addEventListener("icegatheringstatechange", () => {
        if (connection.iceGatheringState !== "complete") return;
        clearTimeout(timer);
        resolve();
      });
    });
  }
}

function iceServer(server: IceServer): RTCIceServer {
  return {
    urls: [...server.urls],
    ...(server.username === null ? {} : { username: server.username }),
    ...(server.credential === null ? {} : { credential: server.credential }),
  };
}
