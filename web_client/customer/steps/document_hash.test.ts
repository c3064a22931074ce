import { expect, it } from "vitest";

import { documentSha256 } from "./document_hash";

it("gives the hash that the script model gives", async () => {
  // As `shuanglu.script.model.document_sha256` has it for the same two pages.
  const pages = [
    { zh: "第一页\n“说明”", en: "Page one" },
    { zh: "第二页", en: "Page two" },
  ];
  expect(await documentSha256(pages)).toBe("17e65923018d4722a5f2ef2ff64b618155ea1770d87eab5d260494b34c217692");
});

it("changes with a single character", async () => {
  const hash = await documentSha256([{ zh: "保本", en: "a" }]);
  expect(hash).not.toBe(await documentSha256([{ zh: "不保本", en: "a" }]));
});
