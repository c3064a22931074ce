import type {
  Event,
  FaceCompared,
  IdentityCaptured,
  IdentityConfirmed,
  IdentityRead,
  LivenessChallenged,
  LivenessJudged,
} from "@wire/wire";

/** A challenge with what came of it; no judgement yet, or it was declined. */
export interface ChallengeFacts {
  readonly asked: LivenessChallenged;
  readonly atMs: number;
  readonly judged: LivenessJudged | null;
  readonly declined: boolean;
}

/** What the timeline says of who the customer is, newest of each kind. */
export interface IdentityFacts {
  readonly stills: readonly IdentityCaptured[];
  readonly read: IdentityRead | null;
  readonly confirmed: IdentityConfirmed | null;
  readonly faces: readonly FaceCompared[];
  readonly challenges: readonly ChallengeFacts[];
}

export function identityFacts(events: readonly Event[]): IdentityFacts {
  const payloads = events.map((event) => event.payload);
  const stills = payloads.filter((p) => p.type === "identity.captured");
  const reads = payloads.filter((p) => p.type === "identity.read");
  const confirmed = payloads.filter((p) => p.type === "identity.confirmed");
  return {
    stills: newestOfEachSide(stills),
    read: reads.filter((p) => p.side === "front").at(-1) ?? reads.at(-1) ?? null,
    confirmed: confirmed.at(-1) ?? null,
    faces: payloads.filter((p) => p.type === "face.compared"),
    challenges: challengesOf(events),
  };
}

/** `110***********1234`: enough to recognise, not enough to misuse. */
export function maskedNumber(number: string | null): string | null {
  if (number === null || number.length < 8) return number === null ? null : "****";
  return `${number.slice(0, 3)}${"*".repeat(number.length - 7)}${number.slice(-4)}`;
}

function newestOfEachSide(stills: readonly IdentityCaptured[]): IdentityCaptured[] {
  return [...new Map(stills.map((still) => [still.side, still])).values()];
}

function challengesOf(events: readonly Event[]): ChallengeFacts[] {
  const found = new Map<string, ChallengeFacts>();
  for (const { payload, media_time_ms: atMs } of events) {
    if (payload.type === "liveness.challenged") {
      const facts = { asked: payload, atMs: atMs ?? 0, judged: null, declined: false };
      found.set(keyOf(payload), facts);
    }
    if (payload.type !== "liveness.judged" && payload.type !== "liveness.declined") continue;
    const known = found.get(keyOf(payload));
    if (known === undefined) continue;
    const judged = payload.type === "liveness.judged" ? payload : known.judged;
    const declined = known.declined || payload.type === "liveness.declined";
    found.set(keyOf(payload), { ...known, judged, declined });
  }
  return [...found.values()];
}

function keyOf(one: { step_id: string; attempt: number; challenge: number }): string {
  return `${one.step_id} ${one.attempt} ${one.challenge}`;
}
