/** A value that JSON can hold. */
export type JsonValue =
  string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue };

const LONE_SURROGATE = /\p{Surrogate}/u;

/**
 * Canonical JSON (RFC 8785): keys sorted by UTF-16 code units, numbers as ECMAScript writes
 * them, no white space. Throws `RangeError` for what I-JSON cannot hold.
 */
export function canonicalJson(value: JsonValue): string {
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "number") return canonicalNumber(value);
  if (typeof value === "string") return canonicalString(value);
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  const members = Object.keys(value)
    .sort()
    .map((key) => `${canonicalString(key)}:${canonicalJson(value[key] ?? null)}`);
  return `{${members.join(",")}}`;
}

/** The canonical UTF-8 bytes: what is hashed and signed. */
export function canonicalBytes(value: JsonValue): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(canonicalJson(value));
}

function canonicalNumber(value: number): string {
  if (!Number.isFinite(value)) throw new RangeError("not a JSON number");
  // Past this, two programs may read different integers from the same digits (RFC 7493 2.2).
  if (Number.isInteger(value) && Math.abs(value) > Number.MAX_SAFE_INTEGER && value < 1e21) {
    throw new RangeError("integer is too large to be exact");
  }
  return JSON.stringify(value);
}

function canonicalString(value: string): string {
  if (LONE_SURROGATE.test(value)) throw new RangeError("text is not valid Unicode");
  return JSON.stringify(value);
}
