import { expect, it } from "vitest";

import { preferredVideoCodecs } from "./codecs";

it("asks for VP8, then H.264, and keeps the order of the rest", () => {
  const offered = ["video/H264", "video/rtx", "video/VP9", "video/VP8", "video/AV1"];
  const asked = preferredVideoCodecs(offered.map((mimeType) => ({ mimeType })));
  expect(asked.map((codec) => codec.mimeType)).toEqual([
    "video/VP8",
    "video/H264",
    "video/rtx",
    "video/VP9",
    "video/AV1",
  ]);
});
