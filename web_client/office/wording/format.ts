import type { Text } from "@wire/wire";
import type { Locale } from "@shared/i18n/locale";

/** A length or a place in a recording: `02:41`, or `1:02:41` from an hour on. */
export function clockWords(ms: number): string {
  const seconds = Math.floor(Math.max(0, ms) / 1000);
  const rest = `${pad(Math.floor(seconds / 60) % 60)}:${pad(seconds % 60)}`;
  return seconds >= 3600 ? `${Math.floor(seconds / 3600)}:${rest}` : rest;
}

/** The same with tenths, where one second is too coarse: `02:41.3`. */
export function fineClockWords(ms: number): string {
  return `${clockWords(ms)}.${Math.floor((Math.max(0, ms) % 1000) / 100)}`;
}

/** Date and time of day in the reader's own time zone. */
export function momentWords(iso: string, locale: Locale): string {
  return new Intl.DateTimeFormat(locale === "zh" ? "zh-CN" : "en-GB", {
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    hour12: false,
  }).format(new Date(iso));
}

/** Time of day with seconds. */
export function timeOfDayWords(at: string | Date, locale: Locale): string {
  return new Intl.DateTimeFormat(locale === "zh" ? "zh-CN" : "en-GB", {
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hour12: false,
  }).format(new Date(at));
}

/** Seconds with one decimal at most: `3.5`. */
export function secondsWords(ms: number): string {
  return String(Math.round(ms / 100) / 10);
}

/** Bytes as megabytes with one decimal. */
export function megabytesWords(bytes: number): string {
  return (bytes / 1_000_000).toFixed(1);
}

/** A count with separators: `12,431`. */
export function countWords(count: number, locale: Locale): string {
  return new Intl.NumberFormat(locale === "zh" ? "zh-CN" : "en-GB").format(count);
}

/** The words of a text in the reader's language. */
export function textIn(text: Text, locale: Locale): string {
  return text[locale];
}

function pad(value: number): string {
  return String(value).padStart(2, "0");
}
