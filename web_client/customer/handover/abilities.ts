import { browserKind, canRecord, livesInsideAnApp } from "../capture/browser";

/** What this browser can do, by trying, and whether it says to be part of another app. */
export interface Abilities {
  /** Camera, microphone and WebRTC are there. */
  canRecord: boolean;
  /** The phone's own dialogue can confirm: WebAuthn with a finger, a face or the unlock code. */
  canConfirm: boolean;
  insideAnApp: boolean;
}

/** A web view may never answer. */
const ANSWER_WITHIN_MS = 1_000;

export async function readAbilities(): Promise<Abilities> {
  const insideAnApp = livesInsideAnApp(browserKind(navigator.userAgent));
  return { canRecord: canRecord(), canConfirm: await canConfirm(insideAnApp), insideAnApp };
}

/**
 * Outside an app the API alone counts: a security key may do what the phone cannot. A web view
 * may have the API and nothing behind it.
 */
async function canConfirm(insideAnApp: boolean): Promise<boolean> {
  if (!window.isSecureContext || !("PublicKeyCredential" in window)) return false;
  if (!insideAnApp) return true;
  const late = new Promise<boolean>((resolve) => {
    setTimeout(resolve, ANSWER_WITHIN_MS, false);
  });
  const told = PublicKeyCredential.isUserVerifyingPlatformAuthenticatorAvailable();
  return Promise.race([told.catch(() => false), late]);
}
