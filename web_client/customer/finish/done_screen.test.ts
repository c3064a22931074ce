import { createPageI18n } from "@shared/i18n/create";
import type { Receipt } from "@wire/wire";
import { mount, type VueWrapper } from "@vue/test-utils";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { defineComponent, h, nextTick } from "vue";

import { Display } from "../display/display";
import { Journey } from "../journey/journey";
import { provideJourney } from "../journey/use_journey";
import { en } from "../messages/en";
import { zh } from "../messages/zh";
import { VoiceOutput } from "../peer/voice_output";
import DoneScreen from "./DoneScreen.vue";

const RECEIPT: Receipt = {
  record_number: "SL-20261123-7KQ2M9XB",
  sealed_at: "2026-11-23T09:04:11.250Z",
  outcome: "complete",
  recorded_ms: 61_000,
  manifest_sha256: "0".repeat(64),
  verify_url: "https://shuanglu.example/verify/SL-20261123-7KQ2M9XB",
  verify_qr_svg: "<svg></svg>",
};

describe("the screen after the verdict", () => {
  let journey: Journey;
  let screen: VueWrapper;

  beforeEach(() => {
    vi.useFakeTimers();
    journey = new Journey({
      storage: sessionStorage,
      voice: new VoiceOutput(document.createElement("audio")),
      display: new Display(sessionStorage, document.createElement("html"), "zh-CN"),
      openSocket: () => new WebSocket("ws://127.0.0.1/never-opened"),
    });
    const page = defineComponent(() => {
      provideJourney(journey);
      return () => h(DoneScreen);
    });
    screen = mount(page, { global: { plugins: [createPageI18n("zh", { zh, en })] } });
  });
  afterEach(() => {
    screen.unmount();
    vi.useRealTimers();
  });

  async function after(milliseconds: number): Promise<void> {
    vi.advanceTimersByTime(milliseconds);
    await nextTick();
  }

  it("asks for a moment's patience first", async () => {
    await after(19_000);
    expect(screen.find("[data-testid=receipt-late]").exists()).toBe(false);
    expect(screen.text()).toContain(zh.done.sealingText);
  });

  it("keeps nobody waiting for a receipt that does not come", async () => {
    await after(20_000);
    expect(screen.get("[data-testid=receipt-late]").text()).toContain(zh.done.late);
    expect(screen.text()).not.toContain(zh.done.sealing);
  });

  it("shows the receipt that came late", async () => {
    await after(60_000);
    journey.live.receipt = RECEIPT;
    await nextTick();
    expect(screen.find("[data-testid=receipt-late]").exists()).toBe(false);
    expect(screen.get("[data-testid=record-number]").text()).toBe(RECEIPT.record_number);
  });
});
