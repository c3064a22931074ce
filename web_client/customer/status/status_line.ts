import type { LiveStatus } from "@wire/wire";

import type { LinkState } from "../signalling/signalling_client";

/** calm: as it should be; warning: being mended; stopped: nothing is being recorded. */
export type Tone = "calm" | "warning" | "stopped";

export type RecordingWord =
  | "preparing"
  | "recording"
  | "saving_delayed"
  | "reconnecting"
  | "offline"
  | "stopped"
  | "finished";

export interface StatusLine {
  tone: Tone;
  word: RecordingWord;
  /** Milliseconds of media that are on the server's disk. Never counted on by the phone. */
  storedMs: number;
}

export interface StatusFacts {
  live: LiveStatus | null;
  link: LinkState;
  online: boolean;
  mediaConnected: boolean;
}

/** The words of the strip. It says "recording" only while the server says that it stores. */
export function statusLine({ live, link, online, mediaConnected }: StatusFacts): StatusLine {
  const storedMs = live?.stored_ms ?? 0;
  const line = (tone: Tone, word: RecordingWord): StatusLine => ({ tone, word, storedMs });
  if (live?.phase === "closed") return line("calm", "finished");
  if (live?.phase === "staffed") return line("calm", "finished");
  if (!online) return line("stopped", "offline");
  if (live === null) return line("calm", "preparing");
  if (link !== "ready") return line(mediaConnected ? "warning" : "stopped", "reconnecting");
  if (live.guidance.includes("saving_delayed")) return line("warning", "saving_delayed");
  if (live.recording) return line("calm", "recording");
  return storedMs === 0 ? line("calm", "preparing") : line("stopped", "stopped");
}
