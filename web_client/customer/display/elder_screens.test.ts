import { createPageI18n } from "@shared/i18n/create";
import type { PhoneMessage, StepView } from "@wire/wire";
import { mount, type VueWrapper } from "@vue/test-utils";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Component, defineComponent, h, nextTick, shallowReactive } from "vue";

import ConsentScreen from "../consent/ConsentScreen.vue";
import { freshLiveState } from "../journey/live_state";
import type { Journey } from "../journey/journey";
import { provideJourney } from "../journey/use_journey";
import { en } from "../messages/en";
import { zh } from "../messages/zh";
import { zhHK } from "../messages/zh-HK";
import StepScreen from "../steps/StepScreen.vue";
import { Display } from "./display";

const STEP: StepView = {
  id: "paper",
  kind: "document",
  attempt: 2,
  title: { zh: "阅读", en: "Read" },
  show: { zh: "请阅读到最后", en: "Please read to the end" },
  prompt: {
    playing: false,
    played: true,
    duration_ms: 2_000,
    synthetic: true,
    cues: [{ from_ms: 0, to_ms: 2_000, text: "请阅读产品说明书。" }],
  },
  awaiting_customer: true,
  choices: [],
  voice_heard: false,
  words_heard: null,
  identity: null,
  challenge: null,
  questions: [],
  recap: [],
  subject: null,
  hint: null,
  min_talk_ms: 0,
  reading: null,
  document_sha256: "0".repeat(64),
  pages: [{ zh: "第一页", en: "Page one" }],
  min_page_ms: 0,
  file: null,
  document_read: false,
  key_sentences: [],
  last_failure: null,
};

let page: VueWrapper;
let display: Display;
let live: ReturnType<typeof freshLiveState>;
let sent: PhoneMessage[];
const shown = shallowReactive({ step: STEP });

async function open(kind: Component, locale: "zh" | "zh-HK" | "en" = "zh"): Promise<void> {
  const app = document.createElement("div");
  app.id = "app";
  document.body.append(app);
  display = new Display(sessionStorage, document.documentElement, "zh-CN");
  live = shallowReactive(freshLiveState());
  live.link = "ready";
  sent = [];
  const running = { stream: null, send: (message: PhoneMessage) => sent.push(message) > 0 };
  const state = shallowReactive({ session: null, stage: "consent", busy: false, failed: null });
  const journey = { live, running, display, state } as unknown as Journey;
  const around = defineComponent(() => {
    provideJourney(journey);
    return () => h(kind, { step: shown.step });
  });
  const plugin = createPageI18n(locale, { zh, "zh-HK": zhHK, en });
  page = mount(around, { attachTo: app, global: { plugins: [plugin] } });
  await nextTick();
}

function part<T extends HTMLElement>(testid: string): T | null {
  return document.querySelector<T>(`[data-testid="${testid}"]`);
}

async function press(testid: string, key: string): Promise<void> {
  part(testid)?.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
  await nextTick();
}

async function tap(testid: string): Promise<void> {
  part(testid)?.click();
  await nextTick();
  await nextTick();
}

beforeEach(() => {
  sessionStorage.clear();
  shown.step = STEP;
});
afterEach(() => {
  page.unmount();
  document.body.replaceChildren();
});

describe("elder mode", () => {
  it("asks for one consent a screen, and goes back to the first", async () => {
    await open(ConsentScreen);
    expect(part("consent-face")).not.toBeNull();
    await tap("elder-mode");
    expect(part("consent-recording")).not.toBeNull();
    expect(part("consent-face")).toBeNull();
    await press("consent-recording", " ");
    await tap("page-next");
    expect(document.activeElement?.tagName).toBe("H1");
    expect(part("consent-recording")).toBeNull();
    expect(part("consent-face")?.getAttribute("aria-checked")).toBe("false");
    await tap("page-back");
    expect(part("consent-recording")?.getAttribute("aria-checked")).toBe("true");
  });

  it("reads a step again, in the script's own voice and without beginning again", async () => {
    await open(StepScreen);
    expect(part("hear-step")).toBeNull();
    display.choose({ elder: true });
    await nextTick();
    await tap("hear-step");
    expect(sent).toContainEqual({ type: "hear_again", step_id: "paper", attempt: 2 });
    shown.step = { ...STEP, prompt: { ...STEP.prompt, playing: true } };
    await nextTick();
    expect(part<HTMLButtonElement>("hear-step")?.disabled).toBe(true);
    expect(part("ai-voice")?.textContent).toBe("本语音由人工智能生成");
  });

  it("begins a question again instead, where the microphone counts", async () => {
    shown.step = { ...STEP, kind: "question" };
    await open(StepScreen);
    display.choose({ elder: true });
    await nextTick();
    await tap("hear-step");
    expect(sent).toContainEqual({ type: "redo_step", step_id: "paper", attempt: 2 });
  });

  it("says that it came by itself until the customer says something to it", async () => {
    await open(StepScreen);
    display.told({ elder: true, voice: "slow", language: null });
    await nextTick();
    expect(part("elder-came")?.textContent).toContain(zh.elder.byAge);
    await tap("elder-mode");
    expect(part("elder-came")).toBeNull();
    expect(display.state.elder).toBe(false);
  });
});

describe("a screen for everybody", () => {
  it("names the machine's voice as long as it speaks, and not where nobody speaks", async () => {
    await open(StepScreen);
    expect(part("ai-voice")).not.toBeNull();
    shown.step = { ...STEP, prompt: { ...STEP.prompt, synthetic: false } };
    await nextTick();
    expect(part("ai-voice")).toBeNull();
  });

  it("says the captions once a phrase to a screen reader", async () => {
    shown.step = { ...STEP, prompt: { ...STEP.prompt, played: false, playing: true } };
    await open(StepScreen);
    const said = part("caption-said");
    expect(said?.getAttribute("aria-live")).toBe("polite");
    expect(part("caption")?.getAttribute("aria-hidden")).toBe("true");
  });

  it("shows the script's Chinese on a page in traditional Chinese, and says that it is", async () => {
    await open(StepScreen, "zh-HK");
    const heading = document.querySelector("h1");
    expect(heading?.textContent).toBe(STEP.show.zh);
    expect(heading?.lang).toBe("zh-CN");
    expect(document.title).toContain(zhHK.app.title);
  });

  it("turns a consent on by Enter and off by Space", async () => {
    await open(ConsentScreen);
    await press("consent-face", "Enter");
    expect(part("consent-face")?.getAttribute("aria-checked")).toBe("true");
    await press("consent-face", " ");
    expect(part("consent-face")?.getAttribute("aria-checked")).toBe("false");
  });

  it("leads the focus into the sheet for a person, and back by Escape", async () => {
    await open(ConsentScreen);
    await tap("ask-person");
    expect(document.getElementById("app")?.hasAttribute("inert")).toBe(true);
    expect(document.activeElement?.textContent).toBe(zh.person.title);
    document.activeElement?.dispatchEvent(
      new KeyboardEvent("keydown", { key: "Escape", bubbles: true }),
    );
    await nextTick();
    await nextTick();
    expect(document.getElementById("app")?.hasAttribute("inert")).toBe(false);
    expect(document.activeElement).toBe(part("ask-person"));
  });
});
