import { inject, type InjectionKey, provide } from "vue";

import type { Journey } from "./journey";

const JOURNEY: InjectionKey<Journey> = Symbol("journey");

export function provideJourney(journey: Journey): void {
  provide(JOURNEY, journey);
}

/** The journey of this page; every screen is below the component that provides it. */
export function useJourney(): Journey {
  const journey = inject(JOURNEY);
  if (journey === undefined) throw new Error("no journey is provided");
  return journey;
}
