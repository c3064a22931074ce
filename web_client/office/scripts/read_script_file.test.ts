import { describe, expect, it } from "vitest";

import { MOST_BYTES, readScriptFile } from "./read_script_file";

function file(...bytes: (string | Uint8Array<ArrayBuffer>)[]): File {
  return new File(bytes, "my.yaml");
}

describe("readScriptFile", () => {
  it("reads UTF-8, with or without a mark at its beginning", async () => {
    expect(await readScriptFile(file("id: a\ntitle: 风险\n"))).toEqual({ text: "id: a\ntitle: 风险\n" });
    const marked = file(Uint8Array.of(0xef, 0xbb, 0xbf), "id: a\n");
    expect(await readScriptFile(marked)).toEqual({ text: "id: a\n" });
  });

  it("names the line of a file in another encoding", async () => {
    const gbk = Uint8Array.of(0xb7, 0xe7, 0xcf, 0xd5); // 风险
    expect(await readScriptFile(file("id: a\ntitle: ", gbk, "\n"))).toEqual({
      key: "not_utf8",
      places: { file: "my.yaml", line: 2 },
    });
  });

  it("refuses a file that no script is as large as", async () => {
    const found = await readScriptFile(file("x".repeat(MOST_BYTES + 1)));
    expect(found).toMatchObject({ key: "too_large" });
  });
});
