import type { PublicRecord } from "@wire/wire";

import { canonicalBytes, type JsonValue } from "./canonical_json";
import { hex, sha256Hex, unbase64url } from "./digest";
import { verifyEd25519 } from "./ed25519";
import {
  isManifest,
  KEY_FILE,
  MANIFEST_FILE,
  namedFiles,
  SCRIPT_FILE,
  SIGNATURE_FILE,
  TIMELINE_FILE,
  UNSIGNED_FILES,
  type Manifest,
} from "./manifest";
import { documentFault } from "./document_files";
import { mediaFault } from "./media_chain";
import { screenFault } from "./screen_pieces";
import { verifyTimeline, type ChainedEvent } from "./timeline_chain";
import { readZipDirectory, readZipEntry, ZipError, type ZipEntry } from "./zip_reader";

/** The steps of the offline verification that this page does, under the same numbers. */
export const PAGE_STEPS = [
  "package",
  "signature",
  "key",
  "files",
  "chain",
  "script",
  "documents",
  "media",
  "screen",
] as const;
export type PageStep = (typeof PAGE_STEPS)[number];

/** `not_checked` is never a pass: the check could not run, and `reason` says why. */
export interface CheckResult {
  step: PageStep;
  status: "passed" | "failed" | "not_checked";
  reason: string;
  /** What it is about: a file's name, an event's number. */
  about?: string;
}

export interface PackageReport {
  manifest: Manifest | null;
  manifestSha256: string | null;
  results: CheckResult[];
}

/** Asks the institution's server for what it published of a record; null if there is no answer. */
export type FindRecord = (recordNumber: string) => Promise<PublicRecord | null>;

class Failed extends Error {
  constructor(
    readonly reason: string,
    readonly about?: string,
  ) {
    super(reason);
  }
}

class NotChecked extends Failed {}

/** Checks a package on this device. Nothing of it leaves the page but its record number. */
export async function checkPackage(
  zip: Blob,
  findRecord: FindRecord,
  told: (step: PageStep) => void,
): Promise<PackageReport> {
  const checker = new PackageChecker(zip, findRecord);
  const results: CheckResult[] = [];
  for (const step of PAGE_STEPS) {
    told(step);
    results.push(await run(step, checker));
  }
  return { manifest: checker.manifest, manifestSha256: checker.manifestSha256, results };
}

async function run(step: PageStep, checker: PackageChecker): Promise<CheckResult> {
  try {
    await checker[step]();
    return { step, status: "passed", reason: "" };
  } catch (error) {
    if (error instanceof ZipError) return { step, status: "failed", reason: `zip_${error.fault}` };
    if (!(error instanceof Failed)) return { step, status: "failed", reason: "malformed" };
    const status = error instanceof NotChecked ? "not_checked" : "failed";
    const told = error.about === undefined ? {} : { about: error.about };
    return { step, status, reason: error.reason, ...told };
  }
}

/** One method a step, in order; each throws what is wrong. */
class PackageChecker {
  manifest: Manifest | null = null;
  manifestSha256: string | null = null;
  private entries = new Map<string, ZipEntry>();
  private manifestBytes = new Uint8Array();
  private publicKey: string | null = null;
  private events: ChainedEvent[] | null = null;

  constructor(
    private readonly zip: Blob,
    private readonly findRecord: FindRecord,
  ) {}

  /** (1) Exactly the files that the manifest names. */
  async package(): Promise<void> {
    this.entries = new Map((await readZipDirectory(this.zip)).map((entry) => [entry.name, entry]));
    for (const name of UNSIGNED_FILES) this.required(name);
    this.manifestBytes = await this.bytes(MANIFEST_FILE);
    const value = json(this.manifestBytes);
    if (!isManifest(value)) throw new Failed("format");
    if (!sameBytes(canonicalBytes(value as unknown as JsonValue), this.manifestBytes)) {
      throw new Failed("not_canonical", MANIFEST_FILE);
    }
    const named = new Set(namedFiles(value).map((file) => file.file));
    for (const name of named) this.required(name);
    const extra = [...this.entries.keys()].find(
      (name) => !named.has(name) && !UNSIGNED_FILES.includes(name),
    );
    if (extra !== undefined) throw new Failed("file_extra", extra);
    this.manifest = value;
    this.manifestSha256 = await sha256Hex(this.manifestBytes);
  }

  /** (2) The manifest's exact bytes are signed by the key in the package. */
  async signature(): Promise<void> {
    const manifest = this.needed();
    const key = json(await this.bytes(KEY_FILE)) as { public_key?: unknown; key_id?: unknown };
    if (typeof key.public_key !== "string") throw new Failed("malformed", KEY_FILE);
    if (key.key_id !== manifest.signing_key_id) throw new Failed("key_id");
    this.publicKey = key.public_key;
    const signature = text(await this.bytes(SIGNATURE_FILE));
    const result = await verifyEd25519(key.public_key, signature, this.manifestBytes);
    if (result === "unsupported") throw new NotChecked("ed25519_unsupported");
    if (result === "invalid") throw new Failed("signature");
  }

  /** (2, pinned) The institution's server knows this very record, sealed with this very key. */
  async key(): Promise<void> {
    const manifest = this.needed();
    const record = await this.findRecord(manifest.record_number);
    if (record === null) throw new NotChecked("server_unreachable");
    if (record.manifest_sha256 !== this.manifestSha256) throw new Failed("other_manifest");
    const own = this.publicKey === null ? "" : hex(unbase64url(this.publicKey));
    if (hex(unbase64url(record.signing_key)) !== own) throw new Failed("other_key");
  }

  /** (3) Every file has the size and the hash that were signed. */
  async files(): Promise<void> {
    for (const { file, bytes, sha256 } of namedFiles(this.needed())) {
      if (this.required(file).sizeBytes !== bytes) throw new Failed("file_size", file);
      if ((await sha256Hex(await this.bytes(file))) !== sha256) throw new Failed("file_hash", file);
    }
  }

  /** (4) Every event follows the one before it, and the head is the one that was signed. */
  async chain(): Promise<void> {
    const { timeline, session_id: session } = this.needed();
    const result = await verifyTimeline(text(await this.bytes(TIMELINE_FILE)));
    if (!result.ok) throw new Failed(`chain_${result.fault}`, String(result.seq));
    const count = result.events.length;
    if (result.head !== timeline.head || count !== timeline.events) throw new Failed("head");
    if (result.events[0]?.session_id !== session) throw new Failed("chain_other_session", "1");
    this.events = result.events;
  }

  /** (5, in part) The script is the version that the session was created with. */
  async script(): Promise<void> {
    if (this.events === null) throw new NotChecked("needs_chain");
    const created = this.events[0]?.payload as { script_sha256?: string } | undefined;
    if (created?.script_sha256 !== (await sha256Hex(await this.bytes(SCRIPT_FILE)))) {
      throw new Failed("script");
    }
  }

  /** (7, in part) The PDFs are those that the script pins and the session showed, and no other. */
  async documents(): Promise<void> {
    const manifest = this.needed();
    if (this.events === null) throw new NotChecked("needs_chain");
    const script = json(await this.bytes(SCRIPT_FILE));
    const fault = documentFault(manifest.objects, script, this.events);
    if (fault !== null) throw new Failed(`document_${fault}`);
  }

  /** (6, in part) Every byte of the recording is in the chain. */
  async media(): Promise<void> {
    const manifest = this.needed();
    if (this.events === null) throw new NotChecked("needs_chain");
    for (const entry of manifest.media) {
      const journal = text(await this.bytes(entry.journal.file));
      const fault = await mediaFault(entry, await this.bytes(entry.file), journal, this.events);
      if (fault !== null) throw new Failed(`media_${fault}`, entry.file);
    }
  }

  /** (13, in part) The pieces of the screen recording are those of the timeline, in order. */
  screen(): void {
    const manifest = this.needed();
    if (this.events === null) throw new NotChecked("needs_chain");
    const fault = screenFault(manifest.objects, this.events);
    if (fault !== null) throw new Failed(`screen_${fault}`);
  }

  private needed(): Manifest {
    if (this.manifest === null) throw new NotChecked("needs_package");
    return this.manifest;
  }

  private required(name: string): ZipEntry {
    const entry = this.entries.get(name);
    if (entry === undefined) throw new Failed("file_missing", name);
    return entry;
  }

  private bytes(name: string): Promise<Uint8Array<ArrayBuffer>> {
    return readZipEntry(this.zip, this.required(name));
  }
}

function text(bytes: Uint8Array): string {
  return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
}

function json(bytes: Uint8Array): unknown {
  return JSON.parse(text(bytes));
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}
