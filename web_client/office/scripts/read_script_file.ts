/** Of one file, in bytes; the server takes 200,000 characters. */
export const MOST_BYTES = 800_000;

/** A text, or why there is none: a key of the messages, and what its sentence names. */
export type ScriptFile =
  | { text: string }
  | { key: "too_large" | "not_utf8" | "unreadable"; places: Record<string, string | number> };

/** Reads a file of YAML. A file in another encoding is refused: its words would be changed unseen. */
export async function readScriptFile(file: File): Promise<ScriptFile> {
  if (file.size > MOST_BYTES) {
    return { key: "too_large", places: { file: file.name, kilobytes: MOST_BYTES / 1000 } };
  }
  let bytes: Uint8Array;
  try {
    bytes = new Uint8Array(await file.arrayBuffer());
  } catch {
    return { key: "unreadable", places: { file: file.name } };
  }
  try {
    return { text: new TextDecoder("utf-8", { fatal: true }).decode(bytes) };
  } catch {
    return { key: "not_utf8", places: { file: file.name, line: lineOfFirstWrongByte(bytes) } };
  }
}

/** The first line that is no UTF-8 by itself: no character of UTF-8 holds the byte of a line's end. */
function lineOfFirstWrongByte(bytes: Uint8Array): number {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let line = 1;
  for (let start = 0; start < bytes.length; line += 1) {
    const end = bytes.indexOf(0x0a, start);
    const stop = end === -1 ? bytes.length : end;
    try {
      decoder.decode(bytes.subarray(start, stop));
    } catch {
      return line;
    }
    start = stop + 1;
  }
  return line;
}
