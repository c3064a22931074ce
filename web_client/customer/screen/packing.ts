export interface PackedLines {
  packed: boolean;
  /** Base64 (RFC 4648 4). */
  data: string;
}

const CODES_AT_ONCE = 0x8000;

/** By gzip where the browser can; the server packs what it could not. */
export async function pack(lines: string): Promise<PackedLines> {
  const bytes = new TextEncoder().encode(lines);
  if (typeof CompressionStream === "undefined") return { packed: false, data: base64(bytes) };
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"));
  const zipped = await new Response(stream).arrayBuffer();
  return { packed: true, data: base64(new Uint8Array(zipped)) };
}

export function base64(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += CODES_AT_ONCE) {
    text += String.fromCharCode(...bytes.subarray(at, at + CODES_AT_ONCE));
  }
  return btoa(text);
}
