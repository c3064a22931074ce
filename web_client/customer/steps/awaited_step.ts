import type { StepView } from "@wire/wire";

/** A step whose prompt was heard and that awaits the customer: for the tests of the steps' screens. */
export const AWAITED_STEP: StepView = {
  id: "step",
  kind: "disclosure",
  attempt: 1,
  title: { zh: "核验", en: "Check" },
  show: { zh: "请跟着做", en: "Follow" },
  prompt: { playing: false, played: true, duration_ms: 1_000, synthetic: true, cues: [] },
  awaiting_customer: true,
  choices: [],
  voice_heard: false,
  words_heard: null,
  identity: null,
  challenge: null,
  questions: [],
  recap: [],
  subject: null,
  hint: null,
  min_talk_ms: 0,
  document_sha256: null,
  pages: [],
  min_page_ms: 0,
  file: null,
  document_read: false,
  key_sentences: [],
  last_failure: null,
};
