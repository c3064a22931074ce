/** VP8 first (the recorder's best path), H.264 for browsers that have no VP8; the rest as it was. */
export function preferredVideoCodecs<C extends { mimeType: string }>(codecs: readonly C[]): C[] {
  const rank = (codec: C): number => {
    const name = codec.mimeType.toLowerCase();
    if (name === "video/vp8") return 0;
    if (name === "video/h264") return 1;
    return 2;
  };
  return [...codecs].sort((a, b) => rank(a) - rank(b));
}
