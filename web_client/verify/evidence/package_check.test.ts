// @vitest-environment node
import type { PublicRecord } from "@wire/wire";
import { describe, expect, it } from "vitest";

import { fixtureBytes } from "../fixtures/read_fixture";
import { checkPackage, PAGE_STEPS, type FindRecord, type PackageReport } from "./package_check";
import { readZipDirectory, type ZipEntry } from "./zip_reader";

const bytes = fixtureBytes("package.zip");

async function check(zip: Uint8Array<ArrayBuffer>, find?: FindRecord): Promise<PackageReport> {
  return checkPackage(new Blob([zip]), find ?? (() => Promise.resolve(null)), () => undefined);
}

function failures(report: PackageReport): string[] {
  return report.results
    .filter((result) => result.status === "failed")
    .map((result) => `${result.step} ${result.reason}`);
}

async function published(change: Partial<PublicRecord> = {}): Promise<FindRecord> {
  const { manifest, manifestSha256 } = await check(bytes);
  const key = new TextDecoder().decode(await stored("signing_key.json"));
  const record: PublicRecord = {
    record_number: manifest?.record_number ?? "",
    sealed_at: "2026-01-02T03:05:05Z",
    institution: "演示银行",
    outcome: "incomplete",
    recorded_ms: 2000,
    timeline_head: manifest?.timeline.head ?? "",
    manifest_sha256: manifestSha256 ?? "",
    manifest_signature: "",
    signing_key: (JSON.parse(key) as { public_key: string }).public_key,
    signing_key_id: manifest?.signing_key_id ?? "",
    ...change,
  };
  return () => Promise.resolve(record);
}

async function place(name: string): Promise<{ entry: ZipEntry; at: number }> {
  const entry = (await readZipDirectory(new Blob([bytes]))).find((one) => one.name === name);
  if (entry === undefined) throw new Error(name);
  return { entry, at: entry.headerAt + 30 + name.length };
}

async function stored(name: string): Promise<Uint8Array> {
  const { entry, at } = await place(name);
  return bytes.slice(at, at + entry.sizeBytes);
}

/** The package with one byte of a file's content changed: its entries are stored, not packed. */
async function flipped(name: string, offset: number): Promise<Uint8Array<ArrayBuffer>> {
  const copy = bytes.slice();
  const { at } = await place(name);
  copy[at + offset] = (copy[at + offset] ?? 0) ^ 1;
  return copy;
}

describe("checkPackage", () => {
  it("passes every step for a package that Python sealed and the server published", async () => {
    const report = await check(bytes, await published());
    expect(report.results.map((result) => [result.step, result.status])).toEqual(
      PAGE_STEPS.map((step) => [step, "passed"]),
    );
    expect(report.manifest?.record_number).toBe("SL-20260102-F1XTVRE0");
  });

  it("says that the key was not compared when the server does not answer", async () => {
    const report = await check(bytes);
    expect(report.results.filter((result) => result.status !== "passed")).toEqual([
      { step: "key", status: "not_checked", reason: "server_unreachable" },
    ]);
  });

  it.each([
    [{ manifest_sha256: "0".repeat(64) }, "key other_manifest"],
    [{ signing_key: "A".repeat(43) }, "key other_key"],
  ])("finds what the institution did not publish: %o", async (change, told) => {
    expect(failures(await check(bytes, await published(change)))).toEqual([told]);
  });

  it.each([
    ["timeline.jsonl", 40, "files file_hash"],
    ["timeline.jsonl", 40, "chain chain_wrong_hash"],
    ["script.json", 900, "script script"],
    ["media/stretch-0001.webm", 3, "media media_head_differs"],
    ["media/stretch-0001.webm", 300, "media media_cluster_changed"],
    ["README.txt", 5, "files file_hash"],
    ["manifest.sig", 7, "signature signature"],
    ["manifest.json", 40, "signature signature"],
  ])("finds a flipped byte in %s at %i: %s", async (name, offset, told) => {
    expect(failures(await check(await flipped(name, offset)))).toContain(told);
  });

  it("never passes what came after a broken package", async () => {
    const report = await check(bytes.slice(0, 9_000));
    expect(report.results.map((result) => result.status)).toEqual([
      "failed",
      ...PAGE_STEPS.slice(1).map(() => "not_checked"),
    ]);
  });

  it("never passes a package with any byte of a file changed", async () => {
    const end = (await readZipDirectory(new Blob([bytes]))).at(-1);
    for (let at = 60; at < (end?.headerAt ?? 0); at += 397) {
      const copy = bytes.slice();
      copy[at] = (copy[at] ?? 0) ^ 32;
      const header = await isOutsideContent(at);
      if (!header) expect(failures(await check(copy)), `at ${at}`).not.toEqual([]);
    }
  });
});

/** Bytes of the archive's own headers carry no evidence; the command line looks at them too. */
async function isOutsideContent(position: number): Promise<boolean> {
  const entries = await readZipDirectory(new Blob([bytes]));
  return !entries.some((entry) => {
    const at = entry.headerAt + 30 + entry.name.length;
    return position >= at && position < at + entry.sizeBytes;
  });
}
