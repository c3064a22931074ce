import { describe, expect, it } from "vitest";

import { browserKind, livesInsideAnApp } from "../capture/browser";
import type { Abilities } from "./abilities";
import { handoverNeed } from "./need";

const ABLE: Abilities = { canRecord: true, canConfirm: true, insideAnApp: false };
const STRONG = "webauthn_user_verified";
const WEAK = "device_key_and_code";

describe("handoverNeed", () => {
  it.each([
    ["a browser that can all", {}, STRONG, "none"],
    ["no finger, and the code suffices", { canConfirm: false }, WEAK, "none"],
    ["no finger, and nothing else will do", { canConfirm: false }, STRONG, "needed"],
    ["no camera", { canRecord: false }, WEAK, "needed"],
    ["an app in which all seems to work", { insideAnApp: true }, STRONG, "advised"],
    ["an app without a finger", { insideAnApp: true, canConfirm: false }, WEAK, "advised"],
    ["an app without what must be", { insideAnApp: true, canConfirm: false }, STRONG, "needed"],
  ] as const)("%s", (_, abilities, minimum, need) => {
    expect(handoverNeed({ ...ABLE, ...abilities }, minimum)).toBe(need);
  });
});

const IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15";
const ANDROID = "Mozilla/5.0 (Linux; Android 13; X; wv) AppleWebKit/537.36 Version/4.0 Chrome/116.0";

describe("livesInsideAnApp", () => {
  it.each([
    ["WeChat on iOS", `${IPHONE} Mobile/15E148 MicroMessenger/8.0.49`, true],
    ["WeChat on Android", `${ANDROID} Mobile Safari/537.36 MicroMessenger/8.0.49`, true],
    ["WeCom", `${IPHONE} Mobile/15E148 wxwork/4.1 MicroMessenger/7.0.1`, true],
    ["QQ", `${ANDROID} MQQBrowser/6.2 QQ/9.0.8`, true],
    ["Alipay", `${IPHONE} Mobile/15E148 AliApp(AP/10.6) AlipayClient/10.6`, true],
    ["Weibo", `${IPHONE} Mobile/15E148 Weibo (iPhone14,5__weibo__14.5.2)`, true],
    ["DingTalk", `${IPHONE} Mobile/15E148 AliApp(DingTalk/7.6.0)`, true],
    ["Douyin", `${ANDROID} aweme_300000 BytedanceWebview/d8a21c6`, true],
    ["some app on Android", `${ANDROID} Mobile Safari/537.36`, true],
    ["some app on iOS", `${IPHONE} (KHTML, like Gecko) Mobile/15E148`, true],
    ["Safari", `${IPHONE} Version/17.5 Mobile/15E148 Safari/604.1`, false],
    ["Chrome on iOS", `${IPHONE} CriOS/131.0 Mobile/15E148 Safari/604.1`, false],
    ["Chrome", "Mozilla/5.0 (Linux; Android 10; K) Chrome/131.0 Mobile Safari/537.36", false],
    ["QQ's browser", "Mozilla/5.0 (Linux; Android 13; V2) MQQBrowser/14.9 Safari/537.36", false],
    ["Huawei's browser", "Mozilla/5.0 (Phone; OpenHarmony 5.0) Chrome/114.0 ArkWeb/4.1", false],
    ["a desktop", "Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0", false],
  ])("%s", (_, userAgent, inside) => {
    expect(livesInsideAnApp(browserKind(userAgent))).toBe(inside);
  });
});
