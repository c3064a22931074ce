export interface PageEvents {
  visibility: (hidden: boolean) => void;
  online: (online: boolean) => void;
}

/** Watches whether the page is seen and the network is there. `pagehide` counts as hidden. */
export class PageWatch {
  readonly #aborter = new AbortController();

  constructor(private readonly events: PageEvents) {}

  start(): void {
    const { signal } = this.#aborter;
    document.addEventListener(
      "visibilitychange",
      () => {
        this.events.visibility(document.hidden);
      },
      { signal },
    );
    const on = (name: "pagehide" | "online" | "offline", tell: () => void): void => {
      window.addEventListener(name, tell, { signal });
    };
    on("pagehide", () => {
      this.events.visibility(true);
    });
    on("online", () => {
      this.events.online(true);
    });
    on("offline", () => {
      this.events.online(false);
    });
    window.addEventListener(
      "pageshow",
      (event) => {
        // Back from the back-forward cache: the connection that it had is dead.
        if (event.persisted) this.events.visibility(document.hidden);
      },
      { signal },
    );
  }

  stop(): void {
    this.#aborter.abort();
  }
}
