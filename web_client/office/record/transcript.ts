import type { Event, PhraseHeard, SpeechRecognised } from "@wire/wire";

/** A piece of an utterance; `phrase` where the policy found something in it. */
export interface Piece {
  readonly text: string;
  readonly phrase: PhraseHeard | null;
}

/** One utterance with the phrases that were found in it. */
export interface Utterance {
  readonly seq: number;
  readonly speech: SpeechRecognised;
  readonly phrases: readonly PhraseHeard[];
  readonly pieces: readonly Piece[];
}

/** Everything that was said, in the order of the recording. */
export function transcriptOf(events: readonly Event[]): Utterance[] {
  const phrases = events.flatMap(({ payload }) =>
    payload.type === "phrase.heard" ? [payload] : [],
  );
  return events
    .flatMap(({ seq, payload }) => {
      if (payload.type !== "speech.recognised") return [];
      const own = phrases.filter(
        (one) =>
          one.speaker === payload.speaker &&
          one.from_ms < Math.max(payload.to_ms, payload.from_ms + 1) &&
          one.to_ms > payload.from_ms,
      );
      return [{ seq, speech: payload, phrases: own, pieces: piecesOf(payload.text, own) }];
    })
    .sort((a, b) => a.speech.from_ms - b.speech.from_ms);
}

/** The text cut at the phrases found in it; one that is only alike in sound is not cut out. */
function piecesOf(text: string, phrases: readonly PhraseHeard[]): Piece[] {
  const pieces: Piece[] = [];
  let rest = text;
  while (rest !== "") {
    const next = phrases
      .map((phrase) => ({ phrase, at: phrase.text === "" ? -1 : rest.indexOf(phrase.text) }))
      .filter(({ at }) => at >= 0)
      .sort((a, b) => a.at - b.at || b.phrase.text.length - a.phrase.text.length)[0];
    if (next === undefined) break;
    if (next.at > 0) pieces.push({ text: rest.slice(0, next.at), phrase: null });
    pieces.push({ text: next.phrase.text, phrase: next.phrase });
    rest = rest.slice(next.at + next.phrase.text.length);
  }
  return rest === "" ? pieces : [...pieces, { text: rest, phrase: null }];
}
