/** Why the camera and microphone cannot be had. */
export type CaptureProblem = "denied" | "not_found" | "in_use" | "unavailable";

export class CaptureError extends Error {
  constructor(readonly problem: CaptureProblem) {
    super(problem);
    this.name = "CaptureError";
  }
}

const CONSTRAINTS: MediaStreamConstraints = {
  video: {
    width: { ideal: 1280 },
    height: { ideal: 720 },
    frameRate: { ideal: 30 },
    facingMode: "user",
  },
  audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true },
};

/** A muted track that stays muted this long on a visible page is dead, though it says "live". */
const MUTED_TOO_LONG_MS = 3_000;

/**
 * The one and only capture: picture, level meter, oval and sender all use the same stream,
 * because a second request ends the first on many phones. It is asked for again only when a
 * track has ended or stays mute after a call; the stream object remains the same.
 */
export class Capture {
  readonly stream = new MediaStream();
  /** Called with each new track after it was asked for again. */
  onTrack: (track: MediaStreamTrack) => void = () => undefined;
  onProblem: (problem: CaptureProblem) => void = () => undefined;
  #asking: Promise<void> | null = null;
  #stopped = false;
  #muteTimer: ReturnType<typeof setTimeout> | undefined;

  /** Asks for camera and microphone; throws {@link CaptureError}. */
  async open(): Promise<void> {
    this.#stopped = false;
    await this.#ask();
  }

  get isOpen(): boolean {
    const tracks = this.stream.getTracks();
    return tracks.length > 1 && tracks.every((track) => track.readyState === "live");
  }

  get audioTrack(): MediaStreamTrack | null {
    return this.stream.getAudioTracks()[0] ?? null;
  }

  get videoTrack(): MediaStreamTrack | null {
    return this.stream.getVideoTracks()[0] ?? null;
  }

  /** Looks whether a call or the lock screen took the tracks, and gets them back. */
  async recover(): Promise<void> {
    const tracks = this.stream.getTracks();
    const dead = tracks.some((track) => track.readyState === "ended" || track.muted);
    if (dead || tracks.length < 2) await this.replaceDead();
  }

  /** For tracks that say "live" and deliver nothing, as after a call on iOS. */
  async replaceDead(): Promise<void> {
    if (!this.#stopped && !document.hidden) await this.#askAgain();
  }

  close(): void {
    this.#stopped = true;
    clearTimeout(this.#muteTimer);
    for (const track of this.stream.getTracks()) {
      track.stop();
      this.stream.removeTrack(track);
    }
  }

  async #askAgain(): Promise<void> {
    try {
      await this.#ask();
      this.stream.getTracks().forEach((track) => {
        this.onTrack(track);
      });
    } catch (error) {
      this.onProblem(error instanceof CaptureError ? error.problem : "unavailable");
    }
  }

  #ask(): Promise<void> {
    this.#asking ??= this.#request().finally(() => {
      this.#asking = null;
    });
    return this.#asking;
  }

  async #request(): Promise<void> {
    const fresh = await navigator.mediaDevices.getUserMedia(CONSTRAINTS).catch((error: unknown) => {
      throw new CaptureError(problemOf(error));
    });
    for (const old of this.stream.getTracks()) {
      old.stop();
      this.stream.removeTrack(old);
    }
    for (const track of fresh.getTracks()) this.#adopt(track);
  }

  #adopt(track: MediaStreamTrack): void {
    // Keeps the size when the network is poor, and lowers the frame rate instead: a face and a
    // signature must stay legible.
    if (track.kind === "video") track.contentHint = "detail";
    track.onended = () => void this.recover();
    track.onmute = () => {
      clearTimeout(this.#muteTimer);
      this.#muteTimer = setTimeout(() => void this.recover(), MUTED_TOO_LONG_MS);
    };
    this.stream.addTrack(track);
  }
}

function problemOf(error: unknown): CaptureProblem {
  const name = error instanceof DOMException ? error.name : "";
  if (name === "NotAllowedError" || name === "SecurityError") return "denied";
  if (name === "NotFoundError" || name === "OverconstrainedError") return "not_found";
  if (name === "NotReadableError" || name === "AbortError") return "in_use";
  return "unavailable";
}
