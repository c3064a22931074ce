import { describe, expect, it } from "vitest";

import { DeviceVoice } from "./device_voice";

function speaking(...voices: { lang: string; localService: boolean }[]): SpeechSynthesis {
  return { getVoices: () => voices, cancel: () => undefined } as unknown as SpeechSynthesis;
}

describe("the phone's own voice", () => {
  it("is never one that sends the text elsewhere", () => {
    const voice = new DeviceVoice(speaking({ lang: "zh-CN", localService: false }));
    expect(voice.canSpeak("zh-CN")).toBe(false);
  });

  it.each([
    ["zh-CN", "zh-CN", true],
    ["zh_CN", "zh-CN", true],
    ["zh-HK", "zh-CN", false],
    ["zh-CN", "zh-HK", false],
    ["en-US", "en", true],
    ["de-DE", "en", false],
  ])("of %s speaks %s: %s", (lang, wanted, can) => {
    expect(new DeviceVoice(speaking({ lang, localService: true })).canSpeak(wanted)).toBe(can);
  });

  it("is done at once where there is none", () => {
    let over = 0;
    new DeviceVoice(speaking()).speak("您好", "zh-CN", 1, () => {
      over += 1;
    });
    expect(over).toBe(1);
  });
});
