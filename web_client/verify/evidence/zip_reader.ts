/**
 * Reads a zip in the browser: stored and deflated entries, by the central directory.
 * Source: PKWARE APPNOTE 6.3.10, sections 4.3.7, 4.3.12 and 4.3.16. It never unpacks to disk,
 * and refuses what an evidence package never holds (encryption, zip64, two entries of a name).
 */
export type ZipFault =
  "not_a_zip" | "too_large" | "encrypted" | "unsupported" | "damaged" | "duplicate_name";

export class ZipError extends Error {
  constructor(readonly fault: ZipFault) {
    super(fault);
    this.name = "ZipError";
  }
}

export interface ZipEntry {
  readonly name: string;
  readonly sizeBytes: number;
  readonly compressedBytes: number;
  readonly method: number;
  readonly headerAt: number;
}

const END_OF_CENTRAL = 0x06054b50;
const CENTRAL_ENTRY = 0x02014b50;
const LOCAL_ENTRY = 0x04034b50;
const STORED = 0;
const DEFLATED = 8;
const MAX_COMMENT_BYTES = 65_535;
const END_BYTES = 22;
const SATURATED = 0xffff_ffff;

/** Largest package that a page can check; beyond it the command line is the tool. */
export const MAX_PACKAGE_BYTES = 2 * 1024 ** 3;
/** Most entries that are read, and most bytes that all may unpack to: a zip bomb stops here. */
export const MAX_ENTRIES = 20_000;
export const MAX_UNPACKED_BYTES = 3 * 1024 ** 3;

/** Deflate cannot pack denser than about 1032 : 1; whoever claims more wants our memory. */
const MAX_DEFLATE_RATIO = 1100;

/** The entries of a zip, in the order of its directory. */
export async function readZipDirectory(zip: Blob): Promise<ZipEntry[]> {
  if (zip.size > MAX_PACKAGE_BYTES) throw new ZipError("too_large");
  const { count, sizeBytes, at } = await endOfCentral(zip);
  if (count > MAX_ENTRIES) throw new ZipError("too_large");
  if (at + sizeBytes > zip.size) throw new ZipError("damaged");
  const view = new DataView(await zip.slice(at, at + sizeBytes).arrayBuffer());
  const entries: ZipEntry[] = [];
  let position = 0;
  for (let index = 0; index < count; index++) {
    const { entry, next } = centralEntry(view, position);
    entries.push(entry);
    position = next;
  }
  check(entries);
  return entries;
}

/** The bytes of one entry, unpacked. */
export async function readZipEntry(zip: Blob, entry: ZipEntry): Promise<Uint8Array<ArrayBuffer>> {
  const head = new DataView(await zip.slice(entry.headerAt, entry.headerAt + 30).arrayBuffer());
  if (head.byteLength < 30 || head.getUint32(0, true) !== LOCAL_ENTRY) {
    throw new ZipError("damaged");
  }
  const from = entry.headerAt + 30 + head.getUint16(26, true) + head.getUint16(28, true);
  const packed = zip.slice(from, from + entry.compressedBytes);
  if (packed.size !== entry.compressedBytes) throw new ZipError("damaged");
  if (entry.method === STORED) {
    if (entry.sizeBytes !== packed.size) throw new ZipError("damaged");
    return new Uint8Array(await packed.arrayBuffer());
  }
  return inflate(packed, entry.sizeBytes);
}

async function endOfCentral(
  zip: Blob,
): Promise<{ count: number; sizeBytes: number; at: number }> {
  const from = Math.max(0, zip.size - END_BYTES - MAX_COMMENT_BYTES);
  const view = new DataView(await zip.slice(from).arrayBuffer());
  for (let at = view.byteLength - END_BYTES; at >= 0; at--) {
    if (view.getUint32(at, true) !== END_OF_CENTRAL) continue;
    const found = {
      count: view.getUint16(at + 10, true),
      sizeBytes: view.getUint32(at + 12, true),
      at: view.getUint32(at + 16, true),
    };
    if (found.at === SATURATED || found.count === 0xffff) throw new ZipError("unsupported");
    return found;
  }
  throw new ZipError("not_a_zip");
}

function centralEntry(view: DataView, at: number): { entry: ZipEntry; next: number } {
  if (at + 46 > view.byteLength || view.getUint32(at, true) !== CENTRAL_ENTRY) {
    throw new ZipError("damaged");
  }
  if ((view.getUint16(at + 8, true) & 1) === 1) throw new ZipError("encrypted");
  const nameBytes = view.getUint16(at + 28, true);
  const next = at + 46 + nameBytes + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  if (next > view.byteLength) throw new ZipError("damaged");
  const entry: ZipEntry = {
    name: new TextDecoder().decode(new Uint8Array(view.buffer, at + 46, nameBytes)),
    method: view.getUint16(at + 10, true),
    compressedBytes: view.getUint32(at + 20, true),
    sizeBytes: view.getUint32(at + 24, true),
    headerAt: view.getUint32(at + 42, true),
  };
  return { entry, next };
}

function check(entries: readonly ZipEntry[]): void {
  let unpacked = 0;
  const names = new Set<string>();
  for (const entry of entries) {
    if (entry.method !== STORED && entry.method !== DEFLATED) throw new ZipError("unsupported");
    if ([entry.sizeBytes, entry.compressedBytes, entry.headerAt].includes(SATURATED)) {
      throw new ZipError("unsupported");
    }
    // Two entries of one name: a second program may take the other one.
    if (names.has(entry.name)) throw new ZipError("duplicate_name");
    names.add(entry.name);
    unpacked += entry.sizeBytes;
  }
  if (unpacked > MAX_UNPACKED_BYTES) throw new ZipError("too_large");
}

async function inflate(packed: Blob, sizeBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  if (sizeBytes > packed.size * MAX_DEFLATE_RATIO) throw new ZipError("damaged");
  const out = new Uint8Array(sizeBytes);
  let filled = 0;
  const reader = packed.stream().pipeThrough(new DecompressionStream("deflate-raw")).getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      if (filled + value.length > sizeBytes) throw new ZipError("damaged");
      out.set(value, filled);
      filled += value.length;
    }
  } catch (error) {
    await reader.cancel().catch(() => undefined);
    throw error instanceof ZipError ? error : new ZipError("damaged");
  }
  if (filled !== sizeBytes) throw new ZipError("damaged");
  return out;
}
