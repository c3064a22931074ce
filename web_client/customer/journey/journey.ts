import { ApiError } from "@shared/api/problem";
import type { Consent, CustomerSession, CustomerToken } from "@wire/wire";
import { shallowReactive } from "vue";

import { Capture, CaptureError, type CaptureProblem } from "../capture/capture";
import { ScreenWakeLock } from "../capture/wake_lock";
import { type ConsentOutcome, recordedOutcome } from "../consent/consent_choice";
import type { Display } from "../display/display";
import { type Abilities, readAbilities } from "../handover/abilities";
import { type HandoverNeed, handoverNeed } from "../handover/need";
import type { VoiceOutput } from "../peer/voice_output";
import { problemKind, type ProblemKind } from "../problem/problem_kind";
import type { Arrival } from "../session/arrival";
import { CustomerApi } from "../session/customer_api";
import { TokenKeeper } from "../session/token_keeper";
import type { Socket } from "../signalling/signalling_client";
import type * as LiveSessionModule from "./live_session";
import { freshLiveState, type LiveState } from "./live_state";

/** Where the customer stands before and around the running session. */
export type Stage =
  | "opening"
  | "in_app"
  | "enter_digits"
  | "problem"
  | "invitation"
  | "consent"
  | "recording_refused"
  | "staffed"
  | "get_ready"
  | "camera_blocked"
  | "session";

export interface JourneyState {
  stage: Stage;
  problem: ProblemKind | null;
  session: CustomerSession | null;
  /** Coming back after a reload, not for the first time. */
  resuming: boolean;
  busy: boolean;
  captureProblem: CaptureProblem | null;
  /** Code of the last request that failed, where the screen stays as it is. */
  failed: string | null;
  /** The sheet that asks for a person is open: it outlives the screen that it was opened on. */
  askingPerson: boolean;
}

export interface JourneyParts {
  storage: Storage;
  voice: VoiceOutput;
  display: Display;
  openSocket: () => Socket;
}

/** Leads the customer from the link to the running session. The screens only call it. */
export class Journey {
  readonly state = shallowReactive<JourneyState>({
    stage: "opening",
    problem: null,
    session: null,
    resuming: false,
    busy: false,
    captureProblem: null,
    failed: null,
    askingPerson: false,
  });
  readonly live: LiveState = shallowReactive(freshLiveState());
  readonly api: CustomerApi;
  readonly #tokens: TokenKeeper;
  readonly #capture = new Capture();
  readonly #wakeLock = new ScreenWakeLock();
  #arrival: Arrival = { kind: "nothing" };
  /** The customer was told of the phone's own browser and stays. */
  #stays = false;
  #abilities: Abilities = { canRecord: true, canConfirm: true, insideAnApp: false };
  #live: LiveSessionModule.LiveSession | null = null;

  constructor(private readonly parts: JourneyParts) {
    this.api = new CustomerApi(() => this.#tokens.token);
    this.#tokens = new TokenKeeper(parts.storage, (token) => this.api.renew(token));
  }

  get display(): Display {
    return this.parts.display;
  }

  /** The running session; only its own screens ask for it. */
  get running(): LiveSessionModule.LiveSession {
    if (this.#live === null) throw new Error("the session has not begun");
    return this.#live;
  }

  get abilities(): Abilities {
    return this.#abilities;
  }

  /** Whether the session had better go on in the phone's own browser. */
  get handoverNeed(): HandoverNeed {
    return handoverNeed(
      this.#abilities,
      this.state.session?.minimum_assurance ?? "device_key_and_code",
    );
  }

  async open(arrival: Arrival): Promise<void> {
    this.#arrival = arrival;
    this.#abilities = await readAbilities();
    // The menu's "reload" inside an app: the page itself goes on, its own code is not for it.
    const isOwnCode = arrival.kind === "handover" && this.#abilities.insideAnApp;
    if (isOwnCode && this.#tokens.token !== null) this.#arrival = { kind: "nothing" };
    if (arrival.kind === "digits") this.state.stage = "enter_digits";
    else await this.enter();
  }

  /** Uses the code, or goes on with the token of before the reload. */
  async enter(): Promise<void> {
    this.state.stage = "opening";
    if (!window.isSecureContext) {
      this.#fail("not_supported");
      return;
    }
    try {
      this.#place(await this.#admitted());
    } catch (error) {
      this.#fail(problemKind(error));
    }
  }

  /** Goes on in this browser, by digits that another page shows. */
  async takeOver(code: string, way: "link" | "qr" | "digits"): Promise<void> {
    await this.#busy(async () => {
      this.#place(await this.#takenOver(code, way));
    });
  }

  /** Told of the phone's own browser, the customer goes on here. */
  stayHere(): void {
    this.#stays = true;
    if (this.state.session !== null) this.#place(this.state.session);
  }

  /** The session goes on in another browser: this page has no say any more. */
  handedOver(): void {
    this.#live?.stop();
    this.#tokens.forget();
    this.#fail("handed_over");
  }

  toConsent(): void {
    this.state.stage = "consent";
  }

  toInvitation(): void {
    this.state.stage = "invitation";
  }

  /** Puts both choices on the record, one after the other, and follows from them. */
  async consent(consents: readonly Consent[], outcome: ConsentOutcome): Promise<void> {
    await this.#busy(async () => {
      for (const consent of consents) await this.api.consent(consent);
      this.state.stage = STAGE_AFTER_CONSENT[outcome];
    });
  }

  /** To be called inside a tap: asks for camera and microphone, then starts at once. */
  async allowCamera(): Promise<void> {
    await this.#busy(async () => {
      const session = await this.#liveSession();
      session.prepare();
      try {
        await this.#capture.open();
      } catch (error) {
        this.state.captureProblem = error instanceof CaptureError ? error.problem : "unavailable";
        this.state.stage = "camera_blocked";
        return;
      }
      this.state.stage = "session";
      session.start();
    });
  }

  /** After another page took over, or after a fresh start of the connection. */
  restart(): void {
    location.reload();
  }

  /** Asks the server how the session stands: for the receipt that came while we were away. */
  async refresh(): Promise<void> {
    const session = await this.api.session().catch(() => null);
    if (session === null) return;
    this.state.session = session;
    this.live.receipt ??= session.receipt;
  }

  async #admitted(): Promise<CustomerSession> {
    const arrival = this.#arrival;
    try {
      switch (arrival.kind) {
        case "invitation":
          return this.#keep(await this.api.exchange(arrival.code));
        case "handover":
          return await this.#takenOver(arrival.code, arrival.way);
        default:
          return await this.#comeBack();
      }
    } catch (error) {
      const used = error instanceof ApiError && !error.retryable;
      const mayComeBack = arrival.kind === "invitation" || arrival.kind === "handover";
      if (used && mayComeBack && this.#tokens.token !== null) return this.#comeBack();
      throw error;
    }
  }

  async #takenOver(code: string, way: "link" | "qr" | "digits"): Promise<CustomerSession> {
    const session = this.#keep(await this.api.takeOver({ code, way }));
    this.state.resuming = true;
    return session;
  }

  #keep(admitted: CustomerToken): CustomerSession {
    this.#arrival = { kind: "nothing" };
    this.#tokens.keep(admitted);
    return admitted.session;
  }

  async #comeBack(): Promise<CustomerSession> {
    if (this.#tokens.token === null) throw new ApiError("no_link", 0, false, "no code, no token");
    this.state.resuming = true;
    const session = await this.api.session();
    // A closed session gives no new token, but its receipt can still be seen.
    if (!isClosed(session)) await this.#tokens.renew();
    return session;
  }

  #place(session: CustomerSession): void {
    this.state.session = session;
    this.live.receipt = session.receipt;
    this.display.told(session.display);
    const consents = recordedOutcome(session.consent_recording, session.consent_face);
    if (isClosed(session)) {
      this.state.stage = "session";
    } else if (session.phase === "staffed") {
      this.state.stage = "staffed";
    } else if (this.handoverNeed !== "none" && !this.#stays) {
      this.state.stage = "in_app";
    } else if (consents === "not_asked") {
      this.state.stage = "invitation";
    } else {
      this.state.stage = STAGE_AFTER_CONSENT[consents];
    }
  }

  async #liveSession(): Promise<LiveSessionModule.LiveSession> {
    if (this.#live === null) {
      // Loaded while the customer reads the screen before it: see `preload`.
      const { LiveSession: Session } = await loadLiveSession();
      this.#live = new Session(this.live, {
        capture: this.#capture,
        voice: this.parts.voice,
        display: this.parts.display,
        wakeLock: this.#wakeLock,
        openSocket: this.parts.openSocket,
        token: () => this.#tokens.token,
        renewToken: () => this.#tokens.renew(),
        screen: {
          position: () => this.api.screenPosition(),
          send: (piece) => this.api.sendScreen(piece),
          unavailable: (reason) => this.api.screenUnavailable({ reason }),
        },
      });
    }
    return this.#live;
  }

  async #busy(work: () => Promise<void>): Promise<void> {
    if (this.state.busy) return;
    this.state.busy = true;
    this.state.failed = null;
    try {
      await work();
    } catch (error) {
      const kind = problemKind(error);
      if (kind === "handed_over") this.handedOver();
      else if (kind === "session_over") this.#fail(kind);
      else this.state.failed = kind;
    } finally {
      this.state.busy = false;
    }
  }

  #fail(problem: ProblemKind): void {
    this.state.problem = problem;
    this.state.stage = "problem";
  }
}

const STAGE_AFTER_CONSENT: Record<ConsentOutcome, Stage> = {
  go_on: "get_ready",
  staffed_route: "staffed",
  cannot_go_on: "recording_refused",
};

export function isClosed(session: CustomerSession): boolean {
  return session.receipt !== null || session.phase === "closed" || session.phase === "sealed";
}

/** The session's code, apart from the first page: it is fetched before it is needed. */
export function loadLiveSession(): Promise<typeof LiveSessionModule> {
  return import("./live_session");
}

