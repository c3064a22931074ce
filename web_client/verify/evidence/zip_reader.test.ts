// @vitest-environment node
import { deflateRawSync } from "node:zlib";

import { describe, expect, it } from "vitest";

import { fixtureBytes } from "../fixtures/read_fixture";
import { readZipDirectory, readZipEntry, ZipError } from "./zip_reader";

interface Made {
  name: string;
  data: Uint8Array;
  method?: number;
  claimedBytes?: number;
  flags?: number;
}

/** A small zip writer: only what the reader's tests need. */
function zipOf(files: Made[], comment = ""): Blob {
  const parts: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let at = 0;
  for (const file of files) {
    const packed = file.method === 8 ? new Uint8Array(deflateRawSync(file.data)) : file.data;
    const name = new TextEncoder().encode(file.name);
    const numbers = [file.flags ?? 0, file.method ?? 0, 0, 0];
    const sizes = [0, packed.length, file.claimedBytes ?? file.data.length];
    const shared = [...u16(20, ...numbers), ...u32(...sizes), ...u16(name.length, 0)];
    const local = Uint8Array.from([...u32(0x04034b50), ...shared, ...name]);
    directory.push(
      Uint8Array.from([
        ...u32(0x02014b50),
        ...u16(20),
        ...shared,
        ...u16(0, 0, 0),
        ...u32(0, at),
        ...name,
      ]),
    );
    parts.push(local, packed);
    at += local.length + packed.length;
  }
  const size = directory.reduce((sum, part) => sum + part.length, 0);
  const told = new TextEncoder().encode(comment);
  const count = files.length;
  const end = [
    ...u32(0x06054b50),
    ...u16(0, 0, count, count),
    ...u32(size, at),
    ...u16(told.length),
  ];
  return new Blob([...parts, ...directory, Uint8Array.from(end), told] as BlobPart[]);
}

function u16(...values: number[]): number[] {
  return values.flatMap((value) => [value & 255, (value >> 8) & 255]);
}

function u32(...values: number[]): number[] {
  return values.flatMap((value) => [0, 8, 16, 24].map((shift) => (value >>> shift) & 255));
}

const words = new TextEncoder().encode("录音录像 ".repeat(200));

async function first(zip: Blob): Promise<Uint8Array> {
  const [entry] = await readZipDirectory(zip);
  if (entry === undefined) throw new Error("no entry");
  return readZipEntry(zip, entry);
}

describe("readZip", () => {
  it("reads what Python's writer streams, data descriptors and all", async () => {
    const zip = new Blob([fixtureBytes("package.zip")]);
    const entries = await readZipDirectory(zip);
    expect(entries.map((entry) => entry.name)).toContain("media/stretch-0001.journal.jsonl");
    for (const entry of entries) {
      expect((await readZipEntry(zip, entry)).length).toBe(entry.sizeBytes);
    }
  });

  it.each([0, 8])("unpacks method %i", async (method) => {
    expect(await first(zipOf([{ name: "a.txt", data: words, method }]))).toEqual(words);
  });

  it("finds the directory before a comment", async () => {
    expect(await first(zipOf([{ name: "a", data: words }], "PK\u0005 note"))).toEqual(words);
  });

  it.each([
    ["no zip", new Blob([words]), "not_a_zip"],
    ["nothing", new Blob([]), "not_a_zip"],
    ["an encrypted entry", zipOf([{ name: "a", data: words, flags: 1 }]), "encrypted"],
    ["an unknown method", zipOf([{ name: "a", data: words, method: 12 }]), "unsupported"],
    [
      "two of a name",
      zipOf([
        { name: "a", data: words },
        { name: "a", data: words },
      ]),
      "duplicate_name",
    ],
    [
      "zip64 sizes",
      zipOf([{ name: "a", data: words, claimedBytes: 0xffff_ffff }]),
      "unsupported",
    ],
    [
      "more than may be unpacked",
      zipOf([
        { name: "a", data: words, claimedBytes: 0xf000_0000 },
        { name: "b", data: words },
      ]),
      "too_large",
    ],
  ])("refuses %s", async (_what, zip, fault) => {
    await expect(readZipDirectory(zip)).rejects.toThrow(new ZipError(fault as ZipError["fault"]));
  });

  it.each([
    ["longer than it says", { name: "a", data: words, method: 8, claimedBytes: 10 }],
    ["shorter than it says", { name: "a", data: words, method: 8, claimedBytes: 9_000 }],
    ["a bomb", { name: "a", data: words, method: 8, claimedBytes: 2_000_000_000 }],
    ["stored with another size", { name: "a", data: words, claimedBytes: 10 }],
  ])("finds an entry that is %s", async (_what, made) => {
    await expect(first(zipOf([made]))).rejects.toThrow(new ZipError("damaged"));
  });

  it("finds a zip whose middle is gone", async () => {
    const whole = zipOf([{ name: "a", data: words }]);
    await expect(readZipDirectory(whole.slice(500))).rejects.toThrow(ZipError);
  });

  it("finds deflated bytes that are not", async () => {
    const bytes = new Uint8Array(await zipOf([{ name: "a", data: words, method: 8 }]).arrayBuffer());
    bytes.fill(255, 31, 60);
    await expect(first(new Blob([bytes]))).rejects.toThrow(ZipError);
  });
});
