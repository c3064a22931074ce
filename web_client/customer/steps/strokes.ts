import type { StrokePoint } from "@wire/wire";

/** A point as signature_pad gives it; `time` is wall time in milliseconds. */
export interface PadPoint {
  x: number;
  y: number;
  time: number;
  pressure: number;
}

const MAX_PX = 10_000;

/** Strokes for the record: times count from the first pen down, values stay in their range. */
export function strokesOf(groups: readonly (readonly PadPoint[])[]): StrokePoint[][] {
  const drawn = groups.filter((points) => points.length > 0);
  const begin = drawn[0]?.[0]?.time ?? 0;
  return drawn.map((points) =>
    points.map((point) => ({
      x: within(point.x, MAX_PX),
      y: within(point.y, MAX_PX),
      t_ms: Math.max(0, point.time - begin),
      pressure: within(point.pressure, 1),
    })),
  );
}

function within(value: number, most: number): number {
  const rounded = Math.round(value * 100) / 100;
  return Number.isFinite(rounded) ? Math.min(Math.max(rounded, 0), most) : 0;
}

/** Least number of points that can be a name; the script's own measure is the server's to hold. */
const LEAST_POINTS = 8;

export function canBeASignature(strokes: readonly (readonly unknown[])[]): boolean {
  return strokes.reduce((sum, points) => sum + points.length, 0) >= LEAST_POINTS;
}
