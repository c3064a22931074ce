import type { ScreenRecording } from "./screen_recording";
import type { ScreenTransport } from "./screen_sender";

/** Nobody waits longer for the recording of what he sees. */
const SENT_WITHIN_MS = 3_000;

/**
 * Records the screen once media is recorded, and not before. The recorder is fetched only then,
 * and whatever happens to it is no trouble of the session's.
 */
export class ScreenWatch {
  #recording: ScreenRecording | null = null;
  #state: "idle" | "running" | "over" = "idle";

  constructor(private readonly transport: ScreenTransport) {}

  begin(): void {
    if (this.#state !== "idle") return;
    this.#state = "running";
    void this.#run();
  }

  /** Something new is on the screen: what was there before is sent at once. */
  flush(): void {
    this.#recording?.flush();
  }

  /** What was shown so far is sent, as far as that is possible in a moment. */
  async sent(): Promise<void> {
    const moment = new Promise<void>((resolve) => setTimeout(resolve, SENT_WITHIN_MS));
    await Promise.race([this.#recording?.sent(), moment]);
  }

  finish(): void {
    this.#state = "over";
    this.#recording?.finish();
  }

  async #run(): Promise<void> {
    try {
      const { ScreenRecording: Recording } = await import("./screen_recording");
      if (this.#state === "over") return;
      this.#recording = new Recording(this.transport);
    } catch {
      await this.transport.unavailable("not_supported").catch(() => undefined);
      return;
    }
    await this.#recording.run();
  }
}
