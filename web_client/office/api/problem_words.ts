import { ApiError } from "@shared/api/problem";

import type { Say } from "../wording/event_words";

/** What a person can be told of any error: what happened, what to do, and the field if any. */
export interface ProblemWords {
  text: string;
  field: string | null;
  code: string;
}

/** Plain words for an error. A wait is told as a time of day, so that it can be kept. */
export function problemWords(
  error: unknown,
  say: Say,
  clockAfter: (seconds: number) => string,
): ProblemWords {
  if (!(error instanceof ApiError)) return { text: say("problem.internal"), field: null, code: "internal" };
  const { code, field } = error;
  if (code === "too_many_attempts") {
    const time = clockAfter(error.retryAfterS ?? 60);
    return { text: say("problem.too_many_attempts", { time }), field, code };
  }
  if (field !== null && say.has(`field.${field}`)) {
    return { text: say("problem.field", { field: say(`field.${field}`) }), field, code };
  }
  const key = `problem.${code}`;
  return { text: say(say.has(key) ? key : "problem.internal"), field, code };
}
