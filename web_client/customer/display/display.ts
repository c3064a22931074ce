import type { ChooseDisplay, DisplayView } from "@wire/wire";
import { shallowReactive } from "vue";

export type VoiceSpeed = ChooseDisplay["voice"];
export type PageLanguage = ChooseDisplay["language"];

export interface DisplayState {
  /** Elder mode: larger, slower, one thing a screen, everything can be spoken (REG-33). */
  elder: boolean;
  voice: VoiceSpeed;
  language: PageLanguage;
  /** It came on by itself, and the customer has not said anything to it yet. */
  cameByItself: boolean;
}

type Choice = Omit<DisplayState, "cameByItself">;
type Send = (message: ChooseDisplay) => boolean;

const STORED_UNDER = "shuanglu.display";
/** What the record says before anything was said: it needs no telling. */
const UNTOLD: Choice = { elder: false, voice: "normal", language: "zh-CN" };

/**
 * How the page is shown and the voice speaks. The customer chooses, on any screen; the choice is
 * kept for the session, told to the server as soon as it can be, and follows what the record says.
 */
export class Display {
  readonly state: DisplayState;
  /** Chosen here, and not told yet. */
  #untold: boolean;
  /** Told, and not yet seen in the record: what the server says meanwhile is older. */
  #awaited: Choice | null = null;
  #send: Send = () => false;

  constructor(
    private readonly storage: Storage,
    private readonly root: HTMLElement,
    language: PageLanguage,
  ) {
    const kept = keptIn(storage);
    this.state = shallowReactive({
      elder: kept.elder,
      voice: kept.voice,
      language,
      cameByItself: false,
    });
    this.#untold = kept.untold;
    this.#apply();
  }

  /** The customer's choice. Elder mode brings the slow voice with it, and takes it away again. */
  choose(change: Partial<Choice>): void {
    const voice = change.elder === undefined ? {} : { voice: speedOf(change.elder) };
    Object.assign(this.state, voice, change, { cameByItself: false });
    this.#untold = true;
    this.#apply();
    this.#tell();
  }

  /** A session runs: from now on choices are told to it. */
  connect(send: Send): void {
    this.#send = send;
  }

  /** A connection was admitted; what was on its way may be lost. */
  welcomed(record: DisplayView): void {
    const lost = this.#awaited !== null && !isSame(record, this.#awaited);
    this.#awaited = null;
    this.#untold ||= lost;
    if (!this.#untold) {
      this.#follow(record);
      this.#untold = speaksOtherwise(record, this.state);
    }
    if (this.#untold) this.#tell();
  }

  /** What the record says now. */
  told(record: DisplayView): void {
    if (this.#untold) this.#tell();
    else if (this.#awaited === null) this.#follow(record);
    else if (isSame(record, this.#awaited)) this.#awaited = null;
  }

  /** The choice was refused: the record is right. */
  refused(): void {
    this.#awaited = null;
  }

  #tell(): void {
    const { elder, voice, language } = this.state;
    if (!this.#send({ type: "choose_display", elder, voice, language })) return;
    this.#untold = false;
    this.#awaited = { elder, voice, language };
    this.#keep();
  }

  #follow(record: DisplayView): void {
    if (record.elder === this.state.elder && record.voice === this.state.voice) return;
    this.state.cameByItself = record.elder && !this.state.elder;
    this.state.elder = record.elder;
    this.state.voice = record.voice;
    this.#apply();
  }

  #apply(): void {
    this.root.dataset.elder = this.state.elder ? "on" : "off";
    this.#keep();
  }

  #keep(): void {
    const { elder, voice } = this.state;
    this.storage.setItem(STORED_UNDER, JSON.stringify({ elder, voice, untold: this.#untold }));
  }
}

export function speedOf(elder: boolean): VoiceSpeed {
  return elder ? "slow" : "normal";
}

function isSame(record: DisplayView, choice: Choice): boolean {
  const { elder, voice, language } = choice;
  return record.elder === elder && record.voice === voice && record.language === language;
}

/** Whether the record does not know yet in which language the page is read. */
function speaksOtherwise(record: DisplayView, choice: Choice): boolean {
  return (record.language ?? UNTOLD.language) !== choice.language;
}

interface Kept {
  elder: boolean;
  voice: VoiceSpeed;
  untold: boolean;
}

/** What was chosen before a reload; anything else in that place is as good as nothing. */
function keptIn(storage: Storage): Kept {
  const nothing: Kept = { elder: UNTOLD.elder, voice: UNTOLD.voice, untold: false };
  try {
    const kept = JSON.parse(storage.getItem(STORED_UNDER) ?? "null") as Partial<Kept> | null;
    if (typeof kept !== "object" || kept === null) return nothing;
    return {
      elder: kept.elder === true,
      voice: kept.voice === "slow" ? "slow" : "normal",
      untold: kept.untold === true,
    };
  } catch {
    return nothing;
  }
}
