import type { AnyPayload } from "@wire/wire";

import { clockWords, megabytesWords, secondsWords } from "./format";
import { handoverWords } from "./handover_words";

export type EventType = AnyPayload["type"];
export type PayloadOf<T extends EventType> = Extract<AnyPayload, { type: T }>;

/** Translates a key with places to fill; `has` tells whether there are words for a key. */
export interface Say {
  (key: string, places?: Record<string, string | number>): string;
  has(key: string): boolean;
}

/** What an event's words need beyond the event itself. */
export interface WordingContext {
  say: Say;
  stepTitle(stepId: string): string;
  choiceLabel(stepId: string, choiceId: string): string;
}

type Words = { [T in EventType]: (payload: PayloadOf<T>, context: WordingContext) => string };

/** How much of each sentence was heard, in whole percent; rounded down, so that 100 is all of it. */
function readingWords(p: PayloadOf<"reading.heard">, { say, stepTitle }: WordingContext): string {
  const shares = p.sentences.map((each) => {
    const share = `${Math.floor((each.heard / each.syllables) * 100)}%`;
    const lacks = each.missed === "" ? "" : say("reading.missed", { words: each.missed });
    const has = each.added === "" ? "" : say("reading.added", { words: each.added });
    return `${say("reading.sentence", { no: each.sentence, share })}${lacks}${has}`;
  });
  const key = p.evaluated ? "event.reading_heard" : "event.reading_not_evaluated";
  return say(key, { step: stepTitle(p.step_id), shares: shares.join(say("reading.and")) });
}

/** One plain sentence for every type of event. A type without words does not compile. */
const WORDS: Words = {
  "session.created": (p, { say }) =>
    say("event.session_created", { product: p.product, by: p.created_by }),
  "invitation.issued": (_, { say }) => say("event.invitation_issued"),
  "invitation.redeemed": (_, { say }) => say("event.invitation_redeemed"),
  "session.handed_over": (p, { say }) => handoverWords(p, say),
  "consent.recorded": (p, { say }) =>
    say(p.granted ? "event.consent_granted" : "event.consent_refused", {
      kind: say(`consent.${p.kind}`),
    }),
  "route.staffed": (p, { say }) =>
    say("event.route_staffed", { reason: say(`staffed_reason.${p.reason}`) }),
  "device.checked": (p, { say }) =>
    say("event.device_checked", { width: p.width_px, height: p.height_px }),
  "display.changed": (p, { say }) =>
    say(p.by === "customer" ? "event.display_chosen" : "event.display_by_age", {
      mode: say(`display_mode.${p.mode}`),
      voice: say(`voice_speed.${p.voice}`),
      language: p.language === null ? "" : say(`page_language.${p.language}`),
    }).trim(),
  "recording.started": (_, { say }) => say("event.recording_started"),
  "stretch.begun": (p, { say }) =>
    say("event.stretch_begun", { stretch: p.stretch, codec: p.video_codec }),
  "media.stored": (p, { say }) =>
    say("event.media_stored", {
      stretch: p.stretch,
      segment: p.segment,
      megabytes: megabytesWords(p.stored_bytes),
    }),
  "stretch.ended": (p, { say }) =>
    say("event.stretch_ended", {
      stretch: p.stretch,
      reason: say(`stretch_end_reason.${p.reason}`),
    }),
  "media.gap": (p, { say }) =>
    say("event.media_gap", {
      seconds: secondsWords(p.to_ms - p.from_ms),
      reason: say(`gap_reason.${p.reason}`),
    }),
  "clocks.aligned": (p, { say }) =>
    say("event.clocks_aligned", { step: Math.round(p.audio_step_ms) }),
  "screen.stored": (p, { say }) =>
    say("event.screen_stored", { piece: p.piece, seconds: secondsWords(p.to_ms - p.from_ms) }),
  "screen.gap": (p, { say }) =>
    say("event.screen_gap", {
      seconds: secondsWords(p.to_ms - p.from_ms),
      reason: say(`screen.${p.reason}`),
    }),
  "screen.unavailable": (p, { say }) => say(`screen.unavailable_${p.reason}`),
  "customer.connected": (_, { say }) => say("event.customer_connected"),
  "customer.disconnected": (_, { say }) => say("event.customer_disconnected"),
  "observation.changed": (p, { say }) => observationWords(p, say),
  "observation.sampled": (p, { say }) =>
    say("event.observation_sampled", { count: p.at_ms.length }),
  "speech.recognised": (p, { say }) => speechWords(p, say),
  "phrase.heard": (p, { say }) =>
    say(p.kind === "forbidden" ? "event.phrase_forbidden" : "event.phrase_required", {
      speaker: say(`speaker.${p.speaker}`),
      text: p.text,
    }),
  "identity.captured": (p, { say }) =>
    say("event.identity_captured", { side: say(`card_side.${p.side}`) }),
  "identity.read": (p, { say }) =>
    say("event.identity_read", {
      side: say(`card_side.${p.side}`),
      checks: checksWords(p.failed_checks, say),
    }),
  "identity.confirmed": (p, { say }) =>
    say(p.corrected.length > 0 ? "event.identity_corrected" : "event.identity_confirmed", {
      checks: checksWords(p.failed_checks, say),
    }),
  "face.compared": (p, { say }) =>
    say("event.face_compared", {
      purpose: say(`face_purpose.${p.purpose}`),
      outcome: say(`face_outcome.${p.outcome}`),
      score: scoreWords(p.score, say),
    }),
  "liveness.challenged": (p, { say }) =>
    say("event.liveness_challenged", { kind: challengeWords(p, say) }),
  "liveness.performed": (p, { say }) =>
    say("event.liveness_performed", { seconds: secondsWords(p.to_ms - p.from_ms) }),
  "liveness.judged": (p, { say }) =>
    say("event.liveness_judged", {
      kind: say(`challenge.${p.kind}`),
      outcome: say(`challenge_outcome.${p.outcome}`),
    }),
  "liveness.declined": (p, { say }) =>
    say("event.liveness_declined", { kind: say(`challenge.${p.kind}`) }),
  "alert.raised": (p, { say }) =>
    say("event.alert_raised", {
      alert: alertWords(p.alert, say),
      severity: say(`severity.${p.severity}`),
    }),
  "alert.ended": (p, { say }) =>
    say("event.alert_ended", {
      alert: alertWords(p.alert, say),
      seconds: secondsWords(p.until_ms - p.since_ms),
    }),
  "step.begun": (p, context) => ofStep("event.step_begun", p, context),
  "prompt.started": (p, { say, stepTitle }) =>
    say("event.prompt_started", {
      step: stepTitle(p.step_id),
      length: clockWords(p.duration_ms),
    }),
  "prompt.repeated": (p, { say, stepTitle }) =>
    say("event.prompt_repeated", {
      step: stepTitle(p.step_id),
      voice: say(`voice_speed.${p.speed}`),
    }),
  "prompt.played": (p, context) => ofStep("event.prompt_played", p, context),
  "prompt.interrupted": (p, { say, stepTitle }) =>
    say("event.prompt_interrupted", {
      step: stepTitle(p.step_id),
      reason: say(`prompt_interruption.${p.reason}`),
    }),
  "answer.heard": (p, { say, stepTitle }) =>
    say("event.answer_heard", { step: stepTitle(p.step_id), seconds: secondsWords(p.speech_ms) }),
  "answer.tapped": (p, { say, stepTitle, choiceLabel }) =>
    say("event.answer_tapped", {
      step: stepTitle(p.step_id),
      choice: choiceLabel(p.step_id, p.choice),
    }),
  "answer.judged": (p, { say, stepTitle }) =>
    say(p.accepted ? "event.answer_accepted" : "event.answer_refused", {
      step: stepTitle(p.step_id),
      basis: say(`answer_basis.${p.basis}`),
    }),
  "suitability.checked": (p, { say }) =>
    p.evaluated
      ? say("event.suitability_checked", { today: p.today, year: p.last_12_months })
      : say("event.suitability_not_checked"),
  "questionnaire.answered": (p, { say, stepTitle }) =>
    say("event.questionnaire_answered", {
      step: stepTitle(p.step_id),
      score: p.score,
      level: p.level,
    }),
  "still.captured": (p, { say, stepTitle }) =>
    say("event.still_captured", { step: stepTitle(p.step_id) }),
  "reading.claimed": (p, { say, stepTitle }) =>
    say("event.reading_claimed", { step: stepTitle(p.step_id) }),
  "reading.heard": (p, context) => readingWords(p, context),
  "talk.ended": (p, { say, stepTitle }) =>
    say("event.talk_ended", {
      step: stepTitle(p.step_id),
      seconds: secondsWords(p.to_ms - p.from_ms),
    }),
  "document.read": (p, { say, stepTitle }) =>
    say("event.document_read", { step: stepTitle(p.step_id), pages: p.pages }),
  "key_sentence.marked": (p, { say, stepTitle }) =>
    say(`event.key_sentence_${p.by}`, { step: stepTitle(p.step_id), number: p.sentence }),
  "signature.judged": (p, { say }) =>
    say(p.text ? "event.signature_judged" : "event.signature_judged_unread", {
      outcome: say(`legibility.${p.outcome}`),
      text: p.text ?? "",
    }),
  "signature.made": (p, { say }) =>
    say("event.signature_made", {
      seconds: secondsWords(p.to_ms - p.from_ms),
      face: say(`signature_face.${p.face}`),
    }),
  "credential.registered": (p, { say }) =>
    say("event.credential_registered", { assurance: say(`assurance.${p.assurance}`) }),
  "statement.issued": (_, { say }) => say("event.statement_issued"),
  "confirmation.signed": (p, { say }) =>
    say("event.confirmation_signed", { assurance: say(`assurance.${p.assurance}`) }),
  "step.completed": (p, context) => ofStep("event.step_completed", p, context),
  "script.stopped": (p, { say, stepTitle }) =>
    say("event.script_stopped", {
      step: stepTitle(p.step_id),
      reason: say(`stopped_reason.${p.reason}`),
    }),
  "step.failed": (p, { say, stepTitle }) =>
    say("event.step_failed", {
      step: stepTitle(p.step_id),
      attempt: p.attempt,
      reason: say(`failure.${p.reason}`),
    }),
  "verdict.given": (p, { say }) =>
    say("event.verdict_given", {
      outcome: say(`outcome.${p.outcome}`),
      recorded: clockWords(p.recorded_ms),
    }),
};

/** Every type of event that has words: all of them. */
export const EVENT_TYPES = Object.keys(WORDS) as EventType[];

/** What happened, in one sentence for people. */
export function eventWords(payload: AnyPayload, context: WordingContext): string {
  const words = WORDS[payload.type] as (p: AnyPayload, c: WordingContext) => string;
  return words(payload, context);
}

/** The words of an alert; a code that this page does not know yet is still shown. */
export function alertWords(alert: string, say: Say): string {
  const key = `alert.${alert}`;
  return say.has(key) ? say(key) : say("alert_unknown", { code: alert });
}

/** Checks that did not pass, or that all did. */
export function checksWords(checks: readonly string[], say: Say): string {
  if (checks.length === 0) return say("card_check.none");
  return checks.map((check) => knownWords("card_check", check, say)).join(say("list_comma"));
}

/** A reason or check by name; one that this page does not know yet is still shown. */
export function knownWords(group: string, name: string, say: Say): string {
  const [code = name, ...rest] = name.split(":");
  const key = `${group}.${code}`;
  const words = say.has(key) ? say(key) : code;
  const what = rest.join(":");
  const whatKey = `gesture.${what}`;
  return what === "" ? words : `${words} ${say.has(whatKey) ? say(whatKey) : what}`;
}

/** A similarity as it was measured, or that it was not. */
export function scoreWords(score: number | null, say: Say): string {
  return score === null ? say("not_evaluated") : score.toFixed(2);
}

function speechWords(payload: PayloadOf<"speech.recognised">, say: Say): string {
  const speaker = say(`speaker.${payload.speaker}`);
  if (!payload.evaluated) return say("event.speech_not_evaluated", { speaker });
  return say("event.speech_recognised", { speaker, text: payload.text });
}

/** What was asked for: the gestures by name, the digits as they were shown. */
export function challengeWords(payload: PayloadOf<"liveness.challenged">, say: Say): string {
  const kind = say(`challenge.${payload.kind}`);
  if (payload.kind === "digits") return `${kind} ${payload.digits}`;
  if (payload.kind !== "gestures") return kind;
  return `${kind} ${payload.gestures.map((one) => say(`gesture.${one}`)).join(" → ")}`;
}

function ofStep(
  key: string,
  payload: { step_id: string; attempt: number },
  { say, stepTitle }: WordingContext,
): string {
  return say(key, { step: stepTitle(payload.step_id), attempt: payload.attempt });
}

function observationWords(payload: PayloadOf<"observation.changed">, say: Say): string {
  if (payload.value === "not_evaluated") {
    return say("event.observation_not_evaluated", { fact: say(`fact.${payload.fact}`) });
  }
  if (payload.fact === "faces") return say("event.faces", { count: payload.value });
  const key = `observation.${payload.fact}_${payload.value}`;
  return say.has(key) ? say(key) : `${say(`fact.${payload.fact}`)}: ${payload.value}`;
}
