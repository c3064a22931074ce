/** Codes are urlsafe base64, as `secrets.token_urlsafe` makes them. */
const CODE = /^[A-Za-z0-9_-]{8,64}$/;

/** The code in the fragment of an invitation's address, or null. A fragment never reaches a log. */
export function codeInFragment(hash: string): string | null {
  const code = hash.replace(/^#/, "");
  return CODE.test(code) ? code : null;
}

/** Takes the code out of the address bar, so that it is not photographed, shared or kept. */
export function removeFragment(location: Location, history: History): void {
  history.replaceState(history.state, "", location.pathname + location.search);
}
