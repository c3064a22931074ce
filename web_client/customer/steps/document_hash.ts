import type { Text } from "@wire/wire";

/**
 * SHA-256 over the canonical JSON (RFC 8785) of a document's pages, as the script pins it.
 * Strings and sorted keys only, so `JSON.stringify` of sorted objects is canonical here.
 */
export async function documentSha256(pages: readonly Text[]): Promise<string> {
  const canonical = JSON.stringify(pages.map(({ en, zh }) => ({ en, zh })));
  return sha256Hex(new TextEncoder().encode(canonical));
}

/** Lower-case hexadecimal SHA-256. */
export async function sha256Hex(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
