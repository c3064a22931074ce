import { createPageI18n } from "@shared/i18n/create";
import type { Assurance, StatementView, StepView } from "@wire/wire";
import { flushPromises, mount, type VueWrapper } from "@vue/test-utils";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { defineComponent, h, shallowReactive } from "vue";

import type { Journey } from "../journey/journey";
import { freshLiveState } from "../journey/live_state";
import { provideJourney } from "../journey/use_journey";
import { en } from "../messages/en";
import { zh } from "../messages/zh";
import { AWAITED_STEP } from "./awaited_step";
import ConfirmationStep from "./ConfirmationStep.vue";
import { sha256Hex } from "./document_hash";

const STEP: StepView = { ...AWAITED_STEP, id: "confirm", kind: "confirmation" };

/** Plays the server: gives a statement to whoever has a key, and keeps what was asked. */
class FarEnd {
  readonly asked: string[] = [];

  constructor(private readonly keyAssurance: Assurance | null) {}

  async session(): Promise<{ key_assurance: Assurance | null }> {
    this.asked.push("session");
    return Promise.resolve({ key_assurance: this.keyAssurance });
  }

  async statement(): Promise<StatementView> {
    this.asked.push("statement");
    return {
      statement: {},
      statement_canonical: "{}",
      statement_sha256: await sha256Hex(new TextEncoder().encode("{}")),
      lines: [{ zh: "本人确认", en: "I confirm" }],
      webauthn_options: {},
      one_time_code_channel: null,
    };
  }
}

const page = shallowReactive({ step: STEP });
let screen: VueWrapper;

async function open(far: FarEnd, step: Partial<StepView> = {}): Promise<void> {
  page.step = { ...STEP, ...step };
  const live = shallowReactive(freshLiveState());
  const shown = defineComponent(() => {
    const abilities = { canRecord: true, canConfirm: true, insideAnApp: false };
    provideJourney({ live, state: { session: null }, api: far, abilities } as unknown as Journey);
    return () => [h(ConfirmationStep, { step: page.step }), h("div", { id: "step-actions" })];
  });
  screen = mount(shown, {
    attachTo: document.body,
    global: { plugins: [createPageI18n("zh", { zh, en })] },
  });
  await settled();
}

async function settled(): Promise<void> {
  await vi.waitFor(() => {
    expect(part("confirm") ?? part("register-key") ?? part("listen-first")).not.toBeNull();
  });
  await flushPromises();
}

function part(testid: string): HTMLElement | null {
  return document.querySelector<HTMLElement>(`[data-testid="${testid}"]`);
}

beforeEach(() => {
  vi.stubGlobal("isSecureContext", true);
  vi.stubGlobal("PublicKeyCredential", () => null);
  vi.stubGlobal("indexedDB", {});
});
afterEach(() => {
  screen.unmount();
  vi.unstubAllGlobals();
});

describe("a confirmation", () => {
  it("asks for no statement before there is a key", async () => {
    const far = new FarEnd(null);
    await open(far);
    expect(far.asked).toEqual(["session"]);
    expect(part("register-key")).not.toBeNull();
    expect(part("confirmation-trouble")).toBeNull();
  });

  it("does not take the weaker key for the phone's own", async () => {
    const far = new FarEnd("device_key_and_code");
    await open(far);
    expect(far.asked).toEqual(["session"]);
    expect(part("register-key")).not.toBeNull();
  });

  it("shows the statement at once after a reload, when the key is there", async () => {
    const far = new FarEnd("webauthn_user_verified");
    await open(far);
    expect(far.asked).toEqual(["session", "statement"]);
    expect(part("statement")?.textContent).toContain("本人确认");
  });

  it("asks for nothing before it is the customer's turn", async () => {
    const far = new FarEnd("webauthn_user_verified");
    await open(far, { awaiting_customer: false });
    expect(far.asked).toEqual([]);
    page.step = STEP;
    await vi.waitFor(() => {
      expect(part("statement")).not.toBeNull();
    });
    expect(far.asked).toEqual(["session", "statement"]);
  });
});
