import { createPageI18n } from "@shared/i18n/create";
import type { ChallengeView, IdentityView, PhoneMessage, StepView } from "@wire/wire";
import { mount, type VueWrapper } from "@vue/test-utils";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Component, defineComponent, h, nextTick, shallowReactive } from "vue";

import type { Journey } from "../journey/journey";
import { freshLiveState } from "../journey/live_state";
import { provideJourney } from "../journey/use_journey";
import { en } from "../messages/en";
import { zh } from "../messages/zh";
import { AWAITED_STEP } from "./awaited_step";
import IdentityStep from "./IdentityStep.vue";
import LivenessStep from "./LivenessStep.vue";
import QuestionStep from "./QuestionStep.vue";

const STEP: StepView = { ...AWAITED_STEP, kind: "liveness", attempt: 2 };
const CHALLENGE: ChallengeView = {
  challenge: 1,
  kind: "gestures",
  gestures: ["turn_left", "nod"],
  seen: 0,
  digits: "",
  colours: [],
  colour_ms: 0,
  time_limit_ms: 10_000,
  can_decline: true,
  state: "show",
};
const CARD: IdentityView = {
  side: "front",
  state: "confirm",
  hint: null,
  name: "欧阳建国",
  number_masked: "110***********002X",
  failed_checks: [],
};
const OF = { step_id: "step", attempt: 2 };

/** Plays the server behind the page: keeps what is sent, and can be out of reach. */
class FarEnd {
  readonly sent: PhoneMessage[] = [];
  reachable = true;

  send(message: PhoneMessage): boolean {
    if (this.reachable) this.sent.push(message);
    return this.reachable;
  }
}

const page = shallowReactive({ step: STEP, live: freshLiveState(), elder: false });
let far: FarEnd;
let screen: VueWrapper;

async function open(kind: Component, step: Partial<StepView>): Promise<void> {
  far = new FarEnd();
  page.step = { ...STEP, ...step };
  page.live = shallowReactive(freshLiveState());
  page.live.link = "ready";
  const running = { stream: null, send: (message: PhoneMessage) => far.send(message) };
  const shown = defineComponent(() => {
    const display = { state: { elder: page.elder } };
    provideJourney({ live: page.live, running, display } as unknown as Journey);
    return () => [h(kind, { step: page.step }), h("div", { id: "step-actions" })];
  });
  screen = mount(shown, {
    attachTo: document.body,
    global: { plugins: [createPageI18n("zh", { zh, en })] },
  });
  await vi.dynamicImportSettled();
  await nextTick();
}

function challenge(change: Partial<ChallengeView>): Partial<StepView> {
  return { challenge: { ...CHALLENGE, ...change } };
}

async function show(step: Partial<StepView>): Promise<void> {
  page.step = { ...page.step, ...step };
  await nextTick();
}

async function after(milliseconds: number): Promise<void> {
  vi.advanceTimersByTime(milliseconds);
  await nextTick();
}

function part<T extends HTMLElement>(testid: string): T | null {
  return document.querySelector<T>(`[data-testid="${testid}"]`);
}

async function tap(testid: string): Promise<void> {
  part(testid)?.click();
  await nextTick();
}

async function type(testid: string, text: string): Promise<void> {
  const field = part<HTMLInputElement>(testid);
  if (field === null) throw new Error(`no field ${testid}`);
  field.value = text;
  field.dispatchEvent(new Event("input"));
  await nextTick();
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  screen.unmount();
  page.elder = false;
  vi.useRealTimers();
});

describe("liveness", () => {
  it("says when a gesture is shown, shows the next one, and reports all", async () => {
    await open(LivenessStep, challenge({}));
    await after(20);
    expect(far.sent).toEqual([{ type: "challenge_begun", ...OF, challenge: 1 }]);
    expect(part("gesture")?.dataset.gesture).toBe("turn_left");
    await after(2_000);
    await show(challenge({ seen: 1 }));
    expect(part("gesture")?.dataset.gesture).toBe("nod");
    await after(1_000);
    await show(challenge({ seen: 2 }));
    expect(far.sent[1]).toEqual({
      type: "challenge_performed",
      ...OF,
      challenge: 1,
      shown_ms: [0, expect.closeTo(2_000, -2)],
    });
    expect(part("challenge")?.dataset.state).toBe("judging");
  });

  it("reports when the time is over, and only once", async () => {
    await open(LivenessStep, challenge({}));
    await after(20_000);
    await show(challenge({ state: "judging" }));
    await after(5_000);
    expect(far.sent.map(({ type: kind }) => kind)).toEqual([
      "challenge_begun",
      "challenge_performed",
    ]);
  });

  it("begins the next challenge on a screen of its own", async () => {
    await open(LivenessStep, challenge({}));
    await after(20_000);
    await show(challenge({ challenge: 2, kind: "digits", digits: "4817" }));
    await vi.dynamicImportSettled();
    await after(20);
    expect(part("digits")?.dataset.digits).toBe("4817");
    expect(far.sent[2]).toEqual({ type: "challenge_begun", ...OF, challenge: 2 });
    await after(1_000);
    await tap("digits-done");
    expect(far.sent[3]).toMatchObject({ type: "challenge_performed", shown_ms: [0, 0, 0, 0] });
  });

  it("sends what the connection missed when it is back", async () => {
    await open(LivenessStep, challenge({}));
    far.reachable = false;
    await after(20_000);
    expect(far.sent).toEqual([]);
    far.reachable = true;
    page.live.link = "waiting";
    await nextTick();
    expect(far.sent.map(({ type: kind }) => kind)).toEqual([
      "challenge_begun",
      "challenge_performed",
    ]);
  });

  it("flashes nothing before it was agreed to, and takes no for an answer", async () => {
    await open(LivenessStep, challenge({ kind: "flash", colours: ["#ff0000"], colour_ms: 500 }));
    await after(5_000);
    expect(far.sent).toEqual([]);
    expect(part("flash")).toBeNull();
    await tap("flash-decline");
    expect(far.sent).toEqual([{ type: "challenge_declined", ...OF, challenge: 1 }]);
    expect(document.body.textContent).toContain(zh.liveness.other);
  });

  it("shows every colour on the whole screen and tells when", async () => {
    await open(LivenessStep, {
      ...challenge({ kind: "flash", colours: ["#ff0000", "#00ff00"], colour_ms: 500 }),
    });
    await tap("flash-start");
    const seen: string[] = [];
    for (let frame = 0; frame < 200; frame += 1) {
      await after(16);
      const colour = part("flash")?.dataset.flash;
      if (colour !== undefined && colour !== seen.at(-1)) seen.push(colour);
    }
    expect(seen).toEqual(["#000000", "#ff0000", "#00ff00", "#000000"]);
    const shown = far.sent[1];
    expect(shown).toMatchObject({ type: "challenge_performed", challenge: 1 });
    const shownMs = shown?.type === "challenge_performed" ? shown.shown_ms : [];
    expect(shownMs).toHaveLength(2);
    expect((shownMs[1] ?? 0) - (shownMs[0] ?? 0)).toBeGreaterThanOrEqual(496);
  });

  it("can be stopped in the middle of the colours", async () => {
    await open(LivenessStep, challenge({ kind: "flash", colours: ["#ff0000"], colour_ms: 500 }));
    await tap("flash-start");
    await after(900);
    await tap("flash-stop");
    await after(5_000);
    expect(far.sent.map(({ type: kind }) => kind)).toEqual([
      "challenge_begun",
      "challenge_declined",
    ]);
  });

  it("offers no other way when there is none", async () => {
    await open(LivenessStep, challenge({ kind: "flash", can_decline: false }));
    expect(part("flash-decline")).toBeNull();
    expect(document.body.textContent).toContain(zh.liveness.flashWarningOnly);
  });
});

describe("identity", () => {
  it("sends nothing but yes when the card was read right", async () => {
    await open(IdentityStep, { identity: CARD });
    expect(part("identity-name")?.textContent).toBe("欧阳建国");
    expect(part("identity-number")?.textContent).toBe("110***********002X");
    await tap("identity-confirm");
    expect(far.sent).toEqual([{ type: "identity_confirm", ...OF, name: null, number: null }]);
  });

  it("sends only what was corrected", async () => {
    await open(IdentityStep, { identity: CARD });
    await tap("identity-edit");
    await type("identity-name-field", " 欧阳建囯 ");
    await tap("identity-confirm");
    expect(far.sent[0]).toMatchObject({ name: "欧阳建囯", number: null });
  });

  it("asks for another look at a number that cannot be, and sends nothing", async () => {
    await open(IdentityStep, { identity: { ...CARD, failed_checks: ["check_digit"] } });
    expect(part("identity-checks")?.textContent).toContain(zh.identity.failed.check_digit);
    await tap("identity-confirm");
    await type("identity-number-field", "110105194912310021");
    await tap("identity-confirm");
    expect(part("number-problem")?.textContent).toContain(zh.identity.problem.check_digit);
    expect(far.sent).toEqual([]);
    await type("identity-number-field", "11010519491231002x");
    await tap("identity-confirm");
    expect(far.sent[0]).toMatchObject({ name: null, number: "11010519491231002X" });
  });

  it("lets the card be shown again", async () => {
    await open(IdentityStep, { identity: CARD });
    await tap("identity-retake");
    expect(far.sent).toEqual([{ type: "identity_retake", ...OF }]);
  });

  it("can be tried again after the server said no", async () => {
    await open(IdentityStep, { identity: CARD });
    await tap("identity-confirm");
    expect(part<HTMLButtonElement>("identity-confirm")?.disabled).toBe(true);
    page.live.refusal = "invalid_input";
    await nextTick();
    expect(part<HTMLButtonElement>("identity-confirm")?.disabled).toBe(false);
  });

  it("says what to do, and lets each hint be read", async () => {
    await open(IdentityStep, { identity: { ...CARD, state: "aim", hint: "card_missing" } });
    expect(part("card-frame")?.dataset).toMatchObject({ state: "aim", hint: "card_missing" });
    await after(300);
    await show({ identity: { ...CARD, state: "aim", hint: "card_glare" } });
    expect(document.body.textContent).toContain(zh.identity.hint.card_missing);
    await after(1_000);
    expect(document.body.textContent).toContain(zh.identity.hint.card_glare);
  });

  it("may be held up while the voice still asks for it, and says why it is asked for", async () => {
    const prompt = { ...STEP.prompt, played: false };
    await open(IdentityStep, { identity: { ...CARD, state: "aim", hint: "card_missing" }, prompt });
    expect(part("card-frame")?.dataset).toMatchObject({ state: "aim" });
    expect(document.body.textContent).toContain(zh.identity.why);
    await show({ identity: { ...CARD, state: "taken" } });
    expect(part("card-frame")?.dataset).toMatchObject({ state: "taken" });
    expect(document.body.textContent).toContain(zh.identity.taken);
  });

  it("is asked for after listening in elder mode", async () => {
    page.elder = true;
    const prompt = { ...STEP.prompt, played: false };
    await open(IdentityStep, { identity: { ...CARD, state: "aim" }, prompt });
    expect(part("card-frame")).toBeNull();
    expect(document.body.textContent).toContain(zh.identity.listenFirst);
    await show({ prompt: STEP.prompt });
    expect(part("card-frame")?.dataset).toMatchObject({ state: "aim" });
  });
});

describe("a question", () => {
  it("shows the words that were heard", async () => {
    await open(QuestionStep, { kind: "question", voice_heard: true, words_heard: "我再想想" });
    expect(part("words-heard")?.textContent).toContain("我再想想");
    expect(document.body.textContent).toContain(zh.question.tapYours);
  });
});
