import { Replayer } from "@rrweb/replay";
import { PAGE_WORDS_CLASS, UNRECORDED_CLASS } from "@shared/screen_marks";

import { Follower } from "./follow";
import type { ToReplay } from "./protocol";

type RrwebEvent = Parameters<Replayer["addEvent"]>[0] & { timestamp: number };
type Place = Extract<ToReplay, { kind: "show" }>;

/** Drawings are not recorded; the words of a document are, and stand where the customer saw them. */
const SHOWN_IN_REPLAY = [`.${PAGE_WORDS_CLASS} span { color: #17211f !important; }`];
/** rrweb needs two events to have a length. */
const FEWEST_EVENTS = 2;

/** Replays the screen in `root`, scaled to fit. Scripts of the recorded page never run. */
export class ReplayedScreen {
  #events: RrwebEvent[] = [];
  #replayer: Replayer | null = null;
  #follower: Follower | null = null;
  #place: Place | null = null;
  #width = 0;
  #height = 0;

  constructor(
    private readonly root: HTMLElement,
    private readonly shown: () => void,
  ) {
    new ResizeObserver(() => {
      this.#fit();
    }).observe(root);
  }

  add(lines: string): void {
    const fresh = lines
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as RrwebEvent);
    this.#events.push(...fresh);
    if (this.#replayer === null) this.#open();
    else for (const event of fresh) this.#replayer.addEvent(event);
    if (this.#place !== null) this.show(this.#place);
  }

  show(place: Place): void {
    this.#place = place;
    this.#follower?.show(place.atMs, place.playing, place.rate);
  }

  #open(): void {
    const first = this.#events[0];
    if (first === undefined || this.#events.length < FEWEST_EVENTS) return;
    const replayer = new Replayer(this.#events.slice(), {
      root: this.root,
      // Painted over, so that nobody takes the empty place for what the customer saw.
      blockClass: UNRECORDED_CLASS,
      insertStyleRules: SHOWN_IN_REPLAY,
      triggerFocus: false,
      UNSAFE_replayCanvas: false,
      mouseTail: false,
      showWarning: false,
      skipInactive: false,
    });
    replayer.on("resize", (size) => {
      const { width, height } = size as { width: number; height: number };
      this.#width = width;
      this.#height = height;
      this.#fit();
    });
    replayer.on("fullsnapshot-rebuilded", this.shown);
    this.#replayer = replayer;
    this.#follower = new Follower(
      {
        getCurrentTime: () => replayer.getCurrentTime(),
        play: (offsetMs) => {
          replayer.play(offsetMs);
        },
        pause: (offsetMs) => {
          replayer.pause(offsetMs);
        },
        setSpeed: (speed) => {
          replayer.setConfig({ speed });
        },
      },
      first.timestamp,
      () => this.#events.at(-1)?.timestamp ?? first.timestamp,
    );
  }

  #fit(): void {
    const wrapper = this.#replayer?.wrapper;
    if (wrapper === undefined || this.#width === 0 || this.#height === 0) return;
    const { clientWidth, clientHeight } = this.root;
    const scale = Math.min(clientWidth / this.#width, clientHeight / this.#height);
    const left = (clientWidth - this.#width * scale) / 2;
    const top = (clientHeight - this.#height * scale) / 2;
    wrapper.style.transform = `translate(${String(left)}px, ${String(top)}px) scale(${String(scale)})`;
  }
}
