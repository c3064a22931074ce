/** Below this mean luma a face is not seen well; above the other it is washed out. */
export const DARKEST = 0.12;
export const BRIGHTEST = 0.95;

const SIDE_PX = 32;

/** Mean luma of RGBA pixels, 0 to 1 (ITU-R BT.601 weights). */
export function meanLuma(pixels: Uint8ClampedArray): number {
  let sum = 0;
  for (let at = 0; at + 3 < pixels.length; at += 4) {
    sum += 0.299 * (pixels[at] ?? 0) + 0.587 * (pixels[at + 1] ?? 0) + 0.114 * (pixels[at + 2] ?? 0);
  }
  const count = Math.floor(pixels.length / 4);
  return count === 0 ? 0 : sum / count / 255;
}

/** Measures the preview on a small canvas; null while there is no picture. */
export class BrightnessMeter {
  readonly #context: CanvasRenderingContext2D | null;

  constructor() {
    const canvas = document.createElement("canvas");
    canvas.width = SIDE_PX;
    canvas.height = SIDE_PX;
    this.#context = canvas.getContext("2d", { willReadFrequently: true });
  }

  measure(video: HTMLVideoElement): number | null {
    if (this.#context === null || video.videoWidth === 0) return null;
    this.#context.drawImage(video, 0, 0, SIDE_PX, SIDE_PX);
    return meanLuma(this.#context.getImageData(0, 0, SIDE_PX, SIDE_PX).data);
  }
}
