import { ApiError } from "@shared/api/problem";

import type { Speech } from "../parts/use_say";

/** Plain words for what the server refuses about a script; it names the step where there is one. */
export function scriptProblem(error: unknown, speech: Speech, nextVersion: number | null): string {
  if (error instanceof ApiError && error.code === "script_refused") {
    if (error.field === "version" && nextVersion !== null) {
      return speech.say("scripts.refused_version", { version: nextVersion });
    }
    if (error.field === "id") return speech.say("scripts.refused_id");
    return speech.say("scripts.refused", { place: error.field ?? "" });
  }
  return speech.problem(error).text;
}
