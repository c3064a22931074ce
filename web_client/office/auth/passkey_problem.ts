/** The words' key for what the browser's passkey dialogue can end with; null for anything else. */
export function passkeyProblemKey(error: unknown): string | null {
  if (!(error instanceof Error)) return null;
  if (error.name === "NotAllowedError" || error.name === "AbortError") return "passkey.cancelled";
  if (error.name === "InvalidStateError") return "passkey.already_there";
  if (error.name === "SecurityError") return "passkey.insecure";
  return null;
}
