/** What the sender's own statistics say of the outgoing picture and the network. */
export interface MediaHealth {
  framesSent: number;
  /** Size of the picture as sent, in pixels; 0 before the first frame. */
  width: number;
  height: number;
  /** Round trip of the media path, in milliseconds; null before it is known. */
  roundTripMs: number | null;
  /** Share of packets that the server did not get, 0 to 1. */
  lostShare: number;
}

export type NetworkQuality = "good" | "fair" | "poor" | "unknown";

interface RtpStats {
  type?: string;
  kind?: string;
  framesSent?: number;
  frameWidth?: number;
  frameHeight?: number;
  roundTripTime?: number;
  fractionLost?: number;
}

export function mediaHealth(report: Iterable<readonly [string, unknown]>): MediaHealth {
  const health: MediaHealth = {
    framesSent: 0,
    width: 0,
    height: 0,
    roundTripMs: null,
    lostShare: 0,
  };
  for (const [, entry] of report) {
    const stats = entry as RtpStats;
    if (stats.kind !== "video") continue;
    if (stats.type === "outbound-rtp") {
      health.framesSent = stats.framesSent ?? 0;
      health.width = stats.frameWidth ?? 0;
      health.height = stats.frameHeight ?? 0;
    } else if (stats.type === "remote-inbound-rtp") {
      health.lostShare = stats.fractionLost ?? 0;
      if (stats.roundTripTime !== undefined) health.roundTripMs = stats.roundTripTime * 1000;
    }
  }
  return health;
}

/** In three words, from what was measured; unknown stays unknown. */
export function networkQuality(roundTripMs: number | null, lostShare: number): NetworkQuality {
  if (roundTripMs === null) return "unknown";
  if (roundTripMs > 600 || lostShare > 0.08) return "poor";
  if (roundTripMs > 250 || lostShare > 0.03) return "fair";
  return "good";
}

const LONG_SIDE_PX = 640;
const SHORT_SIDE_PX = 480;

/** The least picture that a script may begin with, either way up. */
export function isLargeEnough(width: number, height: number): boolean {
  return Math.max(width, height) >= LONG_SIDE_PX && Math.min(width, height) >= SHORT_SIDE_PX;
}
