import type { Bye, CustomerSession, LiveStatus, Receipt, StepView, Text, VerdictView } from "@wire/wire";

import type { CaptureProblem } from "../capture/capture";
import type { MediaHealth, NetworkQuality } from "../peer/media_health";
import type { LinkState } from "../signalling/signalling_client";
import type { Interruption } from "./session_view";

/** A prompt that is being played. Times are of `performance.now()`. */
export interface PlayingPrompt {
  stepId: string;
  attempt: number;
  startedAt: number;
  durationMs: number;
  /** How much of it has left the jitter buffer, by the phone's own counters; null: not known. */
  playedMs: number | null;
  /** When that was read. */
  playedAt: number;
}

/** What the screens of a running session are drawn from. */
export interface LiveState {
  link: LinkState;
  online: boolean;
  media: RTCPeerConnectionState;
  session: CustomerSession | null;
  live: LiveStatus | null;
  /** The step on the screen; between two steps it is the one before. */
  step: StepView | null;
  /** Titles of the steps that were on the screen, by step id. */
  seenTitles: Record<string, Text>;
  prompt: PlayingPrompt | null;
  testSound: "never" | "asked" | "playing" | "played";
  voiceBlocked: boolean;
  deviceReported: boolean;
  verdict: VerdictView | null;
  redoSeen: boolean;
  receipt: Receipt | null;
  ended: Bye["reason"] | null;
  interruption: Interruption;
  health: MediaHealth | null;
  quality: NetworkQuality;
  captureProblem: CaptureProblem | null;
  /** Code of the last refusal that the customer should know of. */
  refusal: string | null;
  micDbfs: number;
}

export function freshLiveState(): LiveState {
  return {
    link: "idle",
    online: navigator.onLine,
    media: "new",
    session: null,
    live: null,
    step: null,
    seenTitles: {},
    prompt: null,
    testSound: "never",
    voiceBlocked: false,
    deviceReported: false,
    verdict: null,
    redoSeen: false,
    receipt: null,
    ended: null,
    interruption: "none",
    health: null,
    quality: "unknown",
    captureProblem: null,
    refusal: null,
    micDbfs: -120,
  };
}
