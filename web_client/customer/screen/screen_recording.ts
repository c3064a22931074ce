import { pack } from "./packing";
import { type PageRecorder, recordPage } from "./page_recorder";
import { ScreenSender, type ScreenTransport } from "./screen_sender";

/** The recorder and the sender of one page, from the first media to the end of the session. */
export class ScreenRecording {
  readonly #sender: ScreenSender;
  #recorder: PageRecorder | null = null;

  constructor(private readonly transport: ScreenTransport) {
    this.#sender = new ScreenSender({
      transport,
      pack,
      now: () => performance.now(),
      random: Math.random,
      beginAnew: () => this.#recorder?.beginAnew(),
    });
  }

  async run(): Promise<void> {
    if (!(await this.#sender.locate())) return;
    try {
      this.#recorder = recordPage((event) => {
        this.#sender.add(event);
      });
    } catch {
      await this.transport.unavailable("not_supported").catch(() => undefined);
      return;
    }
    await this.#sender.run();
    this.finish();
  }

  flush(): void {
    this.#sender.flush();
  }

  async sent(): Promise<void> {
    await this.#sender.sent();
  }

  finish(): void {
    this.#recorder?.stop();
    this.#recorder = null;
    this.#sender.finish();
  }
}
