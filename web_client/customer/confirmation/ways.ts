import type { Assurance } from "@wire/wire";

/** device: the phone's own dialogue (WebAuthn); code: device key and one-time code. */
export type Way = "device" | "code" | "none";

export interface WayFacts {
  hasWebAuthn: boolean;
  hostname: string;
  minimum: Assurance;
  deviceFailures: number;
  choseCode: boolean;
}

/** After this many failures of the device's dialogue the weaker way is offered. */
export const FAILURES_BEFORE_CODE = 2;

/** An RP ID can never be an IP address (WebAuthn, section 5.1.3). */
export function canBeRpId(hostname: string): boolean {
  return !/^[\d.]+$/.test(hostname) && !hostname.includes(":") && !hostname.startsWith("[");
}

/** The way that the customer confirms by. A scenario may demand the stronger one. */
export function wayOf(facts: WayFacts): Way {
  const device = facts.hasWebAuthn && canBeRpId(facts.hostname);
  const codeSuffices = facts.minimum === "device_key_and_code";
  if (device && !(facts.choseCode && codeSuffices)) return "device";
  return codeSuffices ? "code" : "none";
}

/** Whether the weaker way may be chosen now. */
export function mayChooseCode(facts: WayFacts): boolean {
  const suffices = facts.minimum === "device_key_and_code";
  return suffices && facts.deviceFailures >= FAILURES_BEFORE_CODE && !facts.choseCode;
}
