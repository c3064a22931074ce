import type { LiveStatus, PhoneMessage, Refused, ServerMessage, StepView, Welcome } from "@wire/wire";

import type { Capture } from "../capture/capture";
import type { ScreenWakeLock } from "../capture/wake_lock";
import type { Display } from "../display/display";
import { LevelMeter } from "../device_check/level_meter";
import { MediaLink } from "../peer/media_link";
import type { VoiceOutput } from "../peer/voice_output";
import type { ScreenTransport } from "../screen/screen_sender";
import { ScreenWatch } from "../screen/screen_watch";
import { SignallingClient, type Socket } from "../signalling/signalling_client";
import { InterruptionWatch } from "./interruption_watch";
import type { LiveState } from "./live_state";
import { PageWatch } from "./page_watch";

export interface LiveSessionParts {
  capture: Capture;
  voice: VoiceOutput;
  display: Display;
  wakeLock: ScreenWakeLock;
  openSocket: () => Socket;
  token: () => string | null;
  renewToken: () => Promise<void>;
  screen: ScreenTransport;
}

/**
 * One running session: holds signalling, media and page together and keeps `state` true.
 * It decides nothing about the script; the server's messages do.
 */
export class LiveSession {
  readonly #signalling: SignallingClient;
  readonly #media: MediaLink;
  readonly #meter: LevelMeter;
  readonly #page: PageWatch;
  readonly #interruption: InterruptionWatch;
  readonly #screen: ScreenWatch;

  constructor(
    readonly state: LiveState,
    private readonly parts: LiveSessionParts,
  ) {
    this.#signalling = this.#makeSignalling();
    this.#media = this.#makeMedia();
    this.#meter = new LevelMeter((dbfs) => {
      this.state.micDbfs = dbfs;
    });
    this.#page = this.#makePage();
    this.#screen = new ScreenWatch(parts.screen);
    this.#interruption = new InterruptionWatch((interruption) => {
      this.state.interruption = interruption;
    });
  }

  get stream(): MediaStream {
    return this.parts.capture.stream;
  }

  /** Inside a tap: lets the meter and the voice run before anything was received. */
  prepare(): void {
    this.#meter.prepare();
  }

  start(): void {
    this.state.ended = null;
    this.parts.display.connect((choice) => this.send(choice));
    this.#meter.listen(this.parts.capture.stream);
    this.#page.start();
    this.#signalling.start();
    void this.parts.wakeLock.hold();
  }

  /** The record is closed or a person takes over: camera and microphone go off. */
  stopCapture(): void {
    this.#screen.finish();
    this.#media.close();
    this.#meter.close();
    this.parts.capture.close();
    this.parts.voice.detach();
    this.#interruption.stop();
    void this.parts.wakeLock.release();
  }

  stop(): void {
    this.stopCapture();
    this.#page.stop();
    this.#signalling.stop();
  }

  send(message: PhoneMessage): boolean {
    this.state.refusal = null;
    return this.#signalling.send(message);
  }

  /** Before the record may close: what the customer sees and types now belongs to it. */
  async screenSent(): Promise<void> {
    await this.#screen.sent();
  }

  askPerson(): void {
    this.send({ type: "ask_person" });
  }

  playTestSound(): void {
    void this.parts.voice.unlock();
    if (this.send({ type: "play_test_sound" })) this.state.testSound = "asked";
  }

  /** From a tap: sound, and the capture if a call took it. */
  async resume(): Promise<void> {
    this.#interruption.seen();
    this.#meter.prepare();
    await this.parts.voice.unlock();
    await this.parts.capture.recover();
  }

  #makeSignalling(): SignallingClient {
    const { openSocket, token, renewToken } = this.parts;
    return new SignallingClient(
      { openSocket, token, renewToken },
      {
        state: (link) => {
          this.state.link = link;
          this.#weigh();
        },
        welcome: (welcome) => {
          this.#welcomed(welcome);
        },
        message: (message) => {
          this.#received(message);
        },
        closed: (reason) => {
          this.state.ended = reason;
          if (reason === "handed_over") {
            // The other browser needs the camera now.
            this.stopCapture();
          } else {
            this.#screen.finish();
            this.#media.close();
          }
        },
        roundTrip: (milliseconds) => {
          this.#media.roundTrip(milliseconds);
        },
      },
    );
  }

  #makeMedia(): MediaLink {
    return new MediaLink(this.parts.capture, this.parts.voice, {
      offer: (sdp) => this.#signalling.send({ type: "offer", sdp }),
      state: (media) => {
        this.state.media = media;
        this.#weigh();
      },
      health: (health, quality) => {
        this.state.health = health;
        this.state.quality = quality;
      },
      track: () => {
        this.#meter.listen(this.parts.capture.stream);
        this.state.captureProblem = null;
      },
      played: (playedMs) => {
        const prompt = this.state.prompt;
        if (prompt === null) return;
        this.state.prompt = { ...prompt, playedMs, playedAt: performance.now() };
      },
      problem: (problem) => {
        this.state.captureProblem = problem;
      },
      voiceBlocked: (blocked) => {
        this.state.voiceBlocked = blocked;
      },
    });
  }

  #makePage(): PageWatch {
    return new PageWatch({
      visibility: (hidden) => {
        this.parts.voice.pageVisibility(hidden);
        this.#signalling.send({ type: "page_visibility", hidden });
        if (hidden) this.#screen.flush();
        if (!hidden) this.#seenAgain();
      },
      online: (online) => {
        this.state.online = online;
        if (online) this.#signalling.hurry();
        else this.#signalling.lost();
      },
    });
  }

  #seenAgain(): void {
    this.#signalling.hurry();
    void this.parts.wakeLock.seenAgain();
    void this.parts.capture.recover();
    void this.parts.voice.unlock();
    this.#meter.prepare();
  }

  #welcomed(welcome: Welcome): void {
    this.state.session = welcome.session;
    this.state.receipt = welcome.session.receipt;
    this.parts.display.welcomed(welcome.session.display);
    this.#live(welcome.live);
    if (document.hidden) this.#signalling.send({ type: "page_visibility", hidden: true });
    if (this.#isRecordingDue()) void this.#media.connect(welcome.ice_servers);
  }

  #isRecordingDue(): boolean {
    const phase = this.state.live?.phase;
    return phase !== "closed" && phase !== "staffed";
  }

  #received(message: ServerMessage): void {
    switch (message.type) {
      case "answer":
        void this.#media.answer(message.sdp);
        break;
      case "live":
        this.#live(message.status);
        break;
      case "prompt_started":
        this.#promptStarted(message.step_id, message.attempt, message.duration_ms);
        break;
      case "prompt_ended":
        void this.#promptEnded(message.step_id, message.attempt);
        break;
      case "test_sound_started":
        this.#testSound(message.duration_ms);
        break;
      case "verdict":
        this.state.verdict = message.verdict;
        this.state.redoSeen = false;
        break;
      case "sealed":
        this.state.receipt = message.receipt;
        break;
      case "refused":
        this.#refused(message);
        break;
      case "welcome":
      case "bye":
      case "pong":
        // The signalling client has dealt with these.
        break;
    }
  }

  #live(live: LiveStatus): void {
    if (live.recording) this.#screen.begin();
    if (live.phase !== this.state.live?.phase) this.#screen.flush();
    this.state.live = live;
    this.parts.display.told(live.display);
    if (live.phase !== "waiting") this.state.deviceReported = true;
    if (live.step !== null) this.#show(live.step);
    else if (this.state.step !== null) this.state.step = settled(this.state.step);
    this.#media.serverRecords(live.recording);
    if (!this.#isRecordingDue()) this.stopCapture();
  }

  #show(step: StepView): void {
    this.state.step = step;
    if (!(step.id in this.state.seenTitles)) {
      this.state.seenTitles = { ...this.state.seenTitles, [step.id]: step.title };
    }
  }

  #promptStarted(stepId: string, attempt: number, durationMs: number): void {
    this.state.prompt = { stepId, attempt, startedAt: performance.now(), durationMs, playedMs: null, playedAt: 0 };
    void this.#media.promptStarted(durationMs);
  }

  async #promptEnded(stepId: string, attempt: number): Promise<void> {
    const proof = await this.#media.promptEnded();
    const prompt = this.state.prompt;
    if (prompt?.stepId === stepId && prompt.attempt === attempt) this.state.prompt = null;
    if (proof === null) return;
    this.#signalling.send({ type: "prompt_proof", step_id: stepId, attempt, proof });
  }

  #testSound(durationMs: number): void {
    this.state.testSound = "playing";
    setTimeout(() => {
      if (this.state.testSound === "playing") this.state.testSound = "played";
    }, durationMs);
  }

  #refused(refused: Refused): void {
    switch (refused.in_reply_to) {
      case "device_checked":
        // It was checked before the reload: as good as accepted.
        this.state.deviceReported = refused.code === "conflict";
        break;
      case "offer":
        this.#media.refused();
        break;
      case "play_test_sound":
        this.state.testSound = "never";
        break;
      case "choose_display":
        this.parts.display.refused();
        break;
      case null:
      default:
        break;
    }
    if (refused.code !== "conflict") this.state.refusal = refused.code;
  }

  #weigh(): void {
    const wanted = this.state.live !== null && this.#isRecordingDue() && this.state.ended === null;
    const media = this.state.media;
    const broken = media === "failed" || media === "disconnected";
    const whole = this.state.link === "ready" && media === "connected";
    if (!wanted) this.#interruption.stop();
    else if (whole) this.#interruption.mended();
    else if (this.state.link !== "ready" || broken) this.#interruption.broke();
  }
}

/** Between two steps the last one stays on the screen, and nothing in it can be tapped. */
function settled(step: StepView): StepView {
  return { ...step, awaiting_customer: false, prompt: { ...step.prompt, playing: false } };
}
