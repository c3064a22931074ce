import type { IceServer, PlaybackProof } from "@wire/wire";

import type { Capture, CaptureProblem } from "../capture/capture";
import { type MediaHealth, mediaHealth, type NetworkQuality, networkQuality } from "./media_health";
import { Peer } from "./peer";
import { type AudioCounters, audioCounters } from "./playback_proof";
import { PlaybackWatch } from "./playback_watch";
import type { VoiceOutput } from "./voice_output";

export interface MediaLinkEvents {
  /** Sends an offer; false when signalling is away, and then a welcome will bring another. */
  offer: (sdp: string) => boolean;
  state: (state: RTCPeerConnectionState) => void;
  health: (health: MediaHealth, quality: NetworkQuality) => void;
  track: () => void;
  /** How many milliseconds of the prompt were played out so far. */
  played: (playedMs: number) => void;
  problem: (problem: CaptureProblem) => void;
  voiceBlocked: (blocked: boolean) => void;
}

const LOOK_EVERY_MS = 1_000;
const LISTEN_EVERY_MS = 250;
/** A connection that is down for this long is replaced; aiortc cannot restart ICE. */
const DOWN_MS = 3_000;
/** So is one that is "connected" while the server stores nothing. */
const UNSTORED_MS = 12_000;
/** A visible camera that delivers no frame for this long is dead, whatever its flags say. */
const NO_FRAME_MS = 4_000;

/** Keeps one peer connection alive for the capture, replacing it whenever it is of no use. */
export class MediaLink {
  #peer: Peer | null = null;
  #iceServers: readonly IceServer[] = [];
  #state: RTCPeerConnectionState = "new";
  #watch: PlaybackWatch | null = null;
  #idle: AudioCounters | null = null;
  #looker: ReturnType<typeof setInterval> | undefined;
  #listener: ReturnType<typeof setInterval> | undefined;
  #downSince: number | null = null;
  #unstoredSince: number | null = null;
  #framesSent = 0;
  #frameAt = 0;
  #pingMs: number | null = null;

  constructor(
    private readonly capture: Capture,
    private readonly voice: VoiceOutput,
    private readonly events: MediaLinkEvents,
  ) {
    capture.onTrack = (track) => {
      void this.#peer?.replace(track);
      this.events.track();
    };
    capture.onProblem = this.events.problem;
    voice.onBlocked = this.events.voiceBlocked;
  }

  /** A new connection in the place of the one before. */
  async connect(iceServers: readonly IceServer[]): Promise<void> {
    this.close();
    this.#iceServers = iceServers;
    this.#frameAt = performance.now();
    if (this.#unstoredSince !== null) this.#unstoredSince = this.#frameAt;
    this.#framesSent = 0;
    this.#become("new");
    const peer = this.#makePeer();
    this.#peer = peer;
    this.#watch = new PlaybackWatch(
      () => peer.voiceStats(),
      () => this.voice.state,
      (playedMs) => {
        this.events.played(playedMs);
      },
    );
    this.#listener = setInterval(() => void this.#listen(peer), LISTEN_EVERY_MS);
    this.#looker = setInterval(() => void this.#look(peer), LOOK_EVERY_MS);
    const sdp = await peer.offer();
    if (this.#peer === peer) this.events.offer(sdp);
  }

  async answer(sdp: string): Promise<void> {
    await this.#peer?.accept(sdp).catch(() => {
      this.refused();
    });
  }

  /** The server could not use the offer: try again a little later. */
  refused(): void {
    this.#downSince ??= performance.now();
  }

  roundTrip(milliseconds: number): void {
    this.#pingMs = milliseconds;
  }

  serverRecords(records: boolean): void {
    if (records) this.#unstoredSince = null;
    else this.#unstoredSince ??= performance.now();
  }

  async promptStarted(durationMs: number): Promise<void> {
    const nothing = audioCounters([]);
    await this.#watch?.begin(this.#idle ?? nothing, durationMs);
  }

  async promptEnded(): Promise<PlaybackProof | null> {
    const peer = this.#peer;
    const proof = (await this.#watch?.end()) ?? null;
    // The next prompt may follow at once: what was just played is not part of it.
    if (peer !== null) await this.#listen(peer);
    return proof;
  }

  close(): void {
    clearInterval(this.#looker);
    clearInterval(this.#listener);
    this.#watch?.cancel();
    this.#watch = null;
    this.#idle = null;
    this.#downSince = null;
    this.#peer?.close();
    this.#peer = null;
  }

  #makePeer(): Peer {
    return new Peer(this.capture.stream, this.#iceServers, {
      voice: (stream) => void this.voice.attach(stream),
      state: (state) => {
        const down = state === "failed" || state === "disconnected" || state === "closed";
        this.#downSince = down ? (this.#downSince ?? performance.now()) : null;
        this.#become(state);
      },
    });
  }

  #become(state: RTCPeerConnectionState): void {
    this.#state = state;
    this.events.state(state);
  }

  async #listen(peer: Peer): Promise<void> {
    const counters = audioCounters(await peer.voiceStats());
    if (this.#peer === peer) this.#idle = counters;
  }

  async #look(peer: Peer): Promise<void> {
    const report = await peer.stats();
    if (this.#peer !== peer) return;
    const health = mediaHealth(report);
    this.events.health(health, networkQuality(health.roundTripMs ?? this.#pingMs, health.lostShare));
    this.#watchFrames(health);
    if (this.#isOfNoUse()) await this.connect(this.#iceServers);
  }

  #watchFrames(health: MediaHealth): void {
    const now = performance.now();
    if (health.framesSent > this.#framesSent || document.hidden || this.#state !== "connected") {
      this.#frameAt = now;
    } else if (now - this.#frameAt > NO_FRAME_MS) {
      this.#frameAt = now;
      void this.capture.replaceDead();
    }
    this.#framesSent = health.framesSent;
  }

  #isOfNoUse(): boolean {
    const now = performance.now();
    const down = this.#downSince !== null && now - this.#downSince > DOWN_MS;
    const unstored = this.#unstoredSince !== null && now - this.#unstoredSince > UNSTORED_MS;
    return (down || unstored) && !document.hidden;
  }
}
