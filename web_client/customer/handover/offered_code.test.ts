import { ApiError } from "@shared/api/problem";
import type { HandoverOffer } from "@wire/wire";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { OfferedCode } from "./offered_code";

let asked = 0;
let gone = 0;
let elsewhere = false;
let code: OfferedCode;

function offerOf(no: number): HandoverOffer {
  return {
    url: `https://bank.example/c/#h.code-${no}`,
    qr_svg: "<svg/>",
    digits: `0000000${no}`,
    short_url: "https://bank.example/h",
    expires_at: "2026-01-01T00:00:00Z",
    lifetime_ms: 120_000,
  };
}

beforeEach(() => {
  vi.useFakeTimers();
  asked = 0;
  gone = 0;
  elsewhere = false;
  code = new OfferedCode({
    offer: () => Promise.resolve(offerOf((asked += 1))),
    look: () =>
      elsewhere
        ? Promise.reject(new ApiError("handed_over", 401, false, "elsewhere"))
        : Promise.resolve(),
    goneElsewhere: () => {
      gone += 1;
    },
    now: () => Date.now(),
  });
  code.start();
});
afterEach(() => {
  code.stop();
  vi.useRealTimers();
});

describe("OfferedCode", () => {
  it("counts down and brings a fresh code when the old one has run out", async () => {
    await vi.advanceTimersByTimeAsync(1_000);
    expect(code.state.offer?.digits).toBe("00000001");
    expect(code.state.leftS).toBe(119);
    await vi.advanceTimersByTimeAsync(120_000);
    expect(code.state.offer?.digits).toBe("00000002");
  });

  it("stops renewing by itself, and goes on by a tap", async () => {
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect(asked).toBe(5);
    expect(code.state).toMatchObject({ offer: null, needsTap: true });
    await code.byTap();
    expect(code.state.offer?.digits).toBe("00000006");
  });

  it("notices that the session goes on elsewhere, once", async () => {
    elsewhere = true;
    await vi.advanceTimersByTimeAsync(10_000);
    expect(gone).toBe(1);
    expect(code.state.offer).toBeNull();
  });
});
