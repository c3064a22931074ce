import { describe, expect, it } from "vitest";

import { canBeRpId, mayChooseCode, type WayFacts, wayOf } from "./ways";

const FACTS: WayFacts = {
  hasWebAuthn: true,
  hostname: "bank.example",
  minimum: "device_key_and_code",
  deviceFailures: 0,
  choseCode: false,
};

describe("the way to confirm", () => {
  it.each<[string, Partial<WayFacts>, string]>([
    ["the device's own dialogue where there is one", {}, "device"],
    ["the code without WebAuthn", { hasWebAuthn: false }, "code"],
    ["the code on an IP address", { hostname: "192.168.1.7" }, "code"],
    ["the code when it was chosen", { choseCode: true, deviceFailures: 2 }, "code"],
    [
      "none when the scenario demands what the phone has not",
      { hasWebAuthn: false, minimum: "webauthn_user_verified" },
      "none",
    ],
    [
      "the device when the scenario demands it, whatever was chosen",
      { choseCode: true, minimum: "webauthn_user_verified" },
      "device",
    ],
  ])("is %s", (_, change, way) => {
    expect(wayOf({ ...FACTS, ...change })).toBe(way);
  });

  it("offers the weaker way after two failures, and only where it suffices", () => {
    expect(mayChooseCode({ ...FACTS, deviceFailures: 1 })).toBe(false);
    expect(mayChooseCode({ ...FACTS, deviceFailures: 2 })).toBe(true);
    expect(
      mayChooseCode({ ...FACTS, deviceFailures: 2, minimum: "webauthn_user_verified" }),
    ).toBe(false);
  });

  it.each([
    ["localhost", true],
    ["bank.example", true],
    ["10.0.0.1", false],
    ["[::1]", false],
  ])("%s as an RP ID: %s", (hostname, can) => {
    expect(canBeRpId(hostname)).toBe(can);
  });
});
