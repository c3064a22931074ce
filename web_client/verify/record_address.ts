/** What the address of the page says: `/verify/<record number>#<manifest sha256>`. */
export interface RecordAddress {
  recordNumber: string;
  manifestSha256: string;
}

const RECORD_NUMBER = /^SL-[0-9]{8}-[0-9A-Z]{8}$/;
const SHA256 = /^[0-9a-f]{64}$/;

/** Reads the address. What is not in it is empty. */
export function recordAddress(pathname: string, hash: string): RecordAddress {
  const found = /\/verify\/([^/]+)\/?$/.exec(pathname)?.[1] ?? "";
  return { recordNumber: recordNumberOf(decoded(found)), manifestSha256: sha256Of(hash) };
}

/** A record number as people type it: case, spaces and dashes of other kinds do not matter. */
export function recordNumberOf(typed: string): string {
  return typed
    .normalize("NFKC")
    .toUpperCase()
    .replace(/\s+/g, "")
    .replace(/[‐-―−]/g, "-");
}

export function isRecordNumber(text: string): boolean {
  return RECORD_NUMBER.test(text);
}

/** A hash as people paste it, without the `#`, spaces and capitals. */
export function sha256Of(typed: string): string {
  return typed.replace(/^#/, "").replace(/\s+/g, "").toLowerCase();
}

export function isSha256(text: string): boolean {
  return SHA256.test(text);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return "";
  }
}
