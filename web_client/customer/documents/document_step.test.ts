import { createPageI18n } from "@shared/i18n/create";
import { mount, type VueWrapper } from "@vue/test-utils";
import type { PhoneMessage, StepView } from "@wire/wire";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { defineComponent, h, nextTick, shallowReactive } from "vue";

import { freshLiveState } from "../journey/live_state";
import type { Journey } from "../journey/journey";
import { provideJourney } from "../journey/use_journey";
import { en } from "../messages/en";
import { zh } from "../messages/zh";
import { zhHK } from "../messages/zh-HK";
import { AWAITED_STEP } from "../steps/awaited_step";
import { documentSha256, sha256Hex } from "../steps/document_hash";
import DocumentStep from "../steps/DocumentStep.vue";

const SENTENCES: StepView["key_sentences"] = [
  { text: { zh: "本金可能受损。", en: "Capital may be lost." }, by: "tap", marked: false },
  { text: { zh: "我已了解风险。", en: "I know the risk." }, by: "copy", marked: false },
];
const STEP: StepView = {
  ...AWAITED_STEP,
  id: "paper",
  kind: "document",
  document_read: true,
  key_sentences: SENTENCES,
};

let page: VueWrapper;
let sent: PhoneMessage[];
let bytes: Uint8Array<ArrayBuffer> | Error;
const shown = shallowReactive({ step: STEP });

async function open(step: StepView): Promise<void> {
  shown.step = step;
  sent = [];
  const running = { send: (message: PhoneMessage) => sent.push(message) > 0 };
  const live = shallowReactive(freshLiveState());
  const document = (): Promise<Uint8Array> =>
    bytes instanceof Error ? Promise.reject(bytes) : Promise.resolve(bytes);
  const journey = { live, running, api: { document } } as unknown as Journey;
  const around = defineComponent(() => {
    provideJourney(journey);
    return () => [h(DocumentStep, { step: shown.step }), h("div", { id: "step-actions" })];
  });
  const plugin = createPageI18n("zh", { zh, "zh-HK": zhHK, en });
  page = mount(around, { attachTo: window.document.body, global: { plugins: [plugin] } });
  await nextTick();
  await nextTick();
}

function part(testid: string): HTMLElement | null {
  return document.querySelector<HTMLElement>(`[data-testid="${testid}"]`);
}

async function until(holds: () => boolean): Promise<void> {
  for (let tries = 0; tries < 100 && !holds(); tries += 1) {
    await new Promise((done) => setTimeout(done, 10));
  }
  expect(holds()).toBe(true);
}

async function write(words: string): Promise<void> {
  const field = part("sentence-copy") as HTMLTextAreaElement;
  field.value = words;
  field.dispatchEvent(new Event("input"));
  await nextTick();
  part("sentence-done")?.click();
  await nextTick();
}

beforeEach(() => {
  bytes = new Uint8Array([1, 2, 3]);
});
afterEach(() => {
  page.unmount();
  document.body.replaceChildren();
});

describe("key sentences", () => {
  it("are tapped one at a time, and told once", async () => {
    await open(STEP);
    expect(part("sentence-tap")?.textContent).toContain("本金可能受损");
    part("sentence-tap")?.click();
    part("sentence-tap")?.click();
    await nextTick();
    const of = { type: "key_sentence", step_id: "paper", attempt: 1 };
    expect(sent).toEqual([{ ...of, sentence: 1, words: null }]);
  });

  it("are copied, and a wrong copy is told where it differs, not sent", async () => {
    const [first, second] = SENTENCES as [(typeof SENTENCES)[0], (typeof SENTENCES)[0]];
    await open({ ...STEP, key_sentences: [{ ...first, marked: true }, second] });
    await write("我不了解风险");
    expect(part("sentence-fault")?.textContent).toContain("第 2 个字不对:应是“已”");
    expect(part("sentence-copy")?.getAttribute("aria-invalid")).toBe("true");
    expect(sent).toEqual([]);
    await write("我已了解风险");
    expect(sent.at(-1)).toMatchObject({ sentence: 2, words: "我已了解风险" });
  });

  it("are not pasted", async () => {
    await open({ ...STEP, key_sentences: SENTENCES.slice(1) });
    const paste = new Event("paste", { cancelable: true });
    part("sentence-copy")?.dispatchEvent(paste);
    await nextTick();
    expect(paste.defaultPrevented).toBe(true);
    expect(part("sentence-fault")?.textContent).toContain("不能粘贴");
  });
});

/** Everything is in view at once: this page has no layout. */
class AllInView {
  constructor(private readonly told: IntersectionObserverCallback) {}
  observe(target: Element): void {
    const entry = { target, isIntersecting: true } as unknown as IntersectionObserverEntry;
    this.told([entry], this as unknown as IntersectionObserver);
  }
  disconnect(): void {
    // Nothing is observed any more.
  }
}

describe("a text", () => {
  it("is read while a voice still asks to, and done when the voice has ended", async () => {
    vi.stubGlobal("IntersectionObserver", AllInView);
    const pages = [{ zh: "不保本。", en: "No guarantee." }];
    const document_sha256 = await documentSha256(pages);
    const asked = { ...STEP, document_read: false, key_sentences: [], pages, document_sha256 };
    const speaking = { ...asked.prompt, playing: true, played: false };
    await open({ ...asked, prompt: speaking, awaiting_customer: false });
    await until(() => document.body.textContent.includes("请先听完说明"));
    expect((part("document-done") as HTMLButtonElement).disabled).toBe(true);
    shown.step = asked;
    await nextTick();
    expect((part("document-done") as HTMLButtonElement).disabled).toBe(false);
    vi.unstubAllGlobals();
  });
});

describe("a PDF", () => {
  const file = { sha256: "0".repeat(64), pages: 1, bytes: 3 };

  it("of another hash is not shown, and cannot be passed", async () => {
    await open({ ...STEP, document_read: false, document_sha256: file.sha256, file });
    await until(() => part("document-wrong") !== null);
    expect(part("pdf-page")).toBeNull();
    expect((part("document-done") as HTMLButtonElement).disabled).toBe(true);
  });

  it("of the right hash that is none is not shown either", async () => {
    const sha256 = await sha256Hex(bytes as Uint8Array<ArrayBuffer>);
    await open({ ...STEP, document_read: false, file: { ...file, sha256 } });
    await until(() => (part("document-wrong") ?? part("document-not-fetched")) !== null);
    expect(part("pdf-page")).toBeNull();
  });

  it("that does not arrive is asked for again", async () => {
    bytes = new Error("offline");
    await open({ ...STEP, document_read: false, file });
    await until(() => part("document-not-fetched") !== null);
    bytes = new Uint8Array([1, 2, 3]);
    part("document-again")?.click();
    await until(() => part("document-wrong") !== null);
  });
});
