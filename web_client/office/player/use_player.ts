import { computed, onScopeDispose, ref, shallowRef, watch, type ComputedRef, type Ref } from "vue";

import {
  axisMs,
  clamped,
  fileSeconds,
  partAfter,
  partAt,
  type AxisGap,
  type AxisStretch,
  type MediaAxis,
} from "./media_axis";

/** How long a gap is shown before playing goes on after it, in milliseconds. */
export const GAP_SHOWN_MS = 2_000;
/** A file that is still growing may end a little before what was announced. */
const END_SLACK_MS = 60;

export interface Player {
  atMs: Ref<number>;
  playing: Ref<boolean>;
  waiting: Ref<boolean>;
  failed: Ref<boolean>;
  gap: ComputedRef<AxisGap | null>;
  stretch: ComputedRef<number | null>;
  rate: Ref<number>;
  volume: Ref<number>;
  toggle(): void;
  pause(): void;
  seek(toMs: number): void;
  step(byMs: number): void;
}

/**
 * Plays every stretch of a record as one recording on the media-time axis: changes the video
 * source at the edges and stops visibly at gaps. It never skips a gap without showing it.
 */
export function usePlayer(
  video: Ref<HTMLVideoElement | null>,
  axis: ComputedRef<MediaAxis>,
): Player {
  const atMs = ref(0);
  const playing = ref(false);
  const waiting = ref(false);
  const failed = ref(false);
  const rate = ref(1);
  const volume = ref(1);
  const part = computed(() => partAt(axis.value, atMs.value));
  const shown = shallowRef<AxisStretch | null>(null);
  let seekOnLoad: number | null = null;
  let gapTimer: ReturnType<typeof setTimeout> | undefined;
  let frame = 0;

  function seek(toMs: number): void {
    clearTimeout(gapTimer);
    atMs.value = clamped(axis.value, toMs);
    const now = part.value;
    if (now?.kind === "stretch") show(now);
    else if (now !== null) stayInGap(now);
  }

  function show(stretch: AxisStretch): void {
    const element = video.value;
    if (element === null) return;
    const seconds = fileSeconds(stretch, atMs.value);
    const isLoaded = shown.value?.url === stretch.url && element.readyState > 0;
    shown.value = stretch;
    failed.value = false;
    if (isLoaded && seconds <= element.duration) {
      element.currentTime = seconds;
      if (playing.value) start(element);
      return;
    }
    seekOnLoad = seconds;
    waiting.value = true;
    element.src = stretch.url;
    element.load();
  }

  function stayInGap(gap: AxisGap): void {
    video.value?.pause();
    waiting.value = false;
    if (!playing.value) return;
    gapTimer = setTimeout(() => {
      seek(gap.toMs);
    }, GAP_SHOWN_MS);
  }

  function start(element: HTMLVideoElement): void {
    element.playbackRate = rate.value;
    // A refusal (no user gesture yet, source replaced) leaves the player paused, not broken.
    element.play().catch((error: unknown) => {
      if (!(error instanceof DOMException && error.name === "AbortError")) playing.value = false;
    });
    cancelAnimationFrame(frame);
    frame = requestAnimationFrame(follow);
  }

  function follow(): void {
    const element = video.value;
    const now = shown.value;
    if (element === null || now === null || part.value?.kind === "gap") return;
    if (!element.seeking && seekOnLoad === null) {
      atMs.value = axisMs(now, element.currentTime);
      if (atMs.value >= now.toMs - END_SLACK_MS) return advance(now);
    }
    if (playing.value) frame = requestAnimationFrame(follow);
  }

  /** At the end of a stretch: on to the gap or the stretch that follows. */
  function advance(from: AxisStretch): void {
    const next = partAfter(axis.value, from);
    if (next !== null) {
      seek(next.fromMs);
      return;
    }
    playing.value = false;
    video.value?.pause();
    atMs.value = axis.value.durationMs;
  }

  function loaded(): void {
    const element = video.value;
    if (element === null) return;
    waiting.value = false;
    if (seekOnLoad !== null) element.currentTime = seekOnLoad;
    seekOnLoad = null;
    if (playing.value) start(element);
  }

  /** The file ended: the stretch may have grown since it was loaded. */
  function ended(): void {
    const now = part.value;
    if (now?.kind !== "stretch" || !playing.value) return;
    if (now.toMs - atMs.value > 1_000 && video.value !== null) {
      shown.value = null;
      show(now);
    } else {
      advance(now);
    }
  }

  function toggle(): void {
    playing.value = !playing.value;
    if (!playing.value) {
      clearTimeout(gapTimer);
      video.value?.pause();
      return;
    }
    seek(atMs.value >= axis.value.durationMs - END_SLACK_MS ? 0 : atMs.value);
  }

  watch(
    [video, () => axis.value.parts.length > 0] as const,
    ([element, hasMedia], previous) => {
      if (element === null) return;
      if (element !== previous[0]) listen(element);
      if (hasMedia && shown.value === null) seek(atMs.value);
    },
    { immediate: true },
  );
  watch(rate, (value) => {
    if (video.value !== null) video.value.playbackRate = value;
  });
  watch(volume, (value) => {
    if (video.value !== null) video.value.volume = value;
  });

  function listen(element: HTMLVideoElement): void {
    element.addEventListener("loadedmetadata", loaded);
    element.addEventListener("ended", ended);
    element.addEventListener("waiting", () => (waiting.value = true));
    element.addEventListener("playing", () => (waiting.value = false));
    element.addEventListener("seeked", () => (waiting.value = false));
    element.addEventListener("error", () => {
      failed.value = true;
      waiting.value = false;
      playing.value = false;
    });
  }

  onScopeDispose(() => {
    clearTimeout(gapTimer);
    cancelAnimationFrame(frame);
  });

  return {
    atMs,
    playing,
    waiting,
    failed,
    rate,
    volume,
    gap: computed(() => (part.value?.kind === "gap" ? part.value : null)),
    stretch: computed(() => (part.value?.kind === "stretch" ? part.value.stretch : null)),
    toggle,
    pause: () => {
      if (playing.value) toggle();
    },
    seek,
    step: (byMs) => {
      seek(atMs.value + byMs);
    },
  };
}
