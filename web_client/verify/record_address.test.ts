import { describe, expect, it } from "vitest";

import { isRecordNumber, isSha256, recordAddress, recordNumberOf, sha256Of } from "./record_address";

const HASH = "0123456789abcdef".repeat(4);

describe("recordAddress", () => {
  it("reads what the receipt's QR code says", () => {
    expect(recordAddress("/verify/SL-20261123-AB12CD34", `#${HASH}`)).toEqual({
      recordNumber: "SL-20261123-AB12CD34",
      manifestSha256: HASH,
    });
  });

  it.each(["/verify/", "/verify", "/", "/verify/%E0%A4%A"])("reads nothing from %s", (path) => {
    expect(recordAddress(path, "").recordNumber).toBe("");
  });

  it("forgives how people type", () => {
    expect(recordNumberOf(" sl–20261123 —ab12cd34 ")).toBe("SL-20261123-AB12CD34");
    expect(recordNumberOf("SL-20261123-AB12CD34")).toBe("SL-20261123-AB12CD34");
    expect(sha256Of(`# ${HASH.toUpperCase()}\n`)).toBe(HASH);
  });

  it("knows the forms", () => {
    expect(isRecordNumber("SL-20261123-AB12CD34")).toBe(true);
    expect(isRecordNumber("SL-1")).toBe(false);
    expect(isSha256(HASH)).toBe(true);
    expect(isSha256(HASH.slice(1))).toBe(false);
  });
});
