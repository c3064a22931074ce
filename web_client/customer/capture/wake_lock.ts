/** Keeps the screen on while the session runs; asked for again whenever the page is seen again. */
export class ScreenWakeLock {
  #lock: WakeLockSentinel | null = null;
  #wanted = false;

  async hold(): Promise<void> {
    this.#wanted = true;
    if (!("wakeLock" in navigator) || document.hidden || this.#lock?.released === false) return;
    // Refused on a low battery: the session goes on without.
    this.#lock = await navigator.wakeLock.request("screen").catch(() => null);
  }

  async seenAgain(): Promise<void> {
    if (this.#wanted) await this.hold();
  }

  async release(): Promise<void> {
    this.#wanted = false;
    await this.#lock?.release();
    this.#lock = null;
  }
}
