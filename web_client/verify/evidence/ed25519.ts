import { unbase64url } from "./digest";

/** `unsupported`: this browser cannot check Ed25519. That is not a pass. */
export type SignatureResult = "valid" | "invalid" | "unsupported";

/** Checks an Ed25519 signature (RFC 8032) with WebCrypto. Keys and signatures in base64url. */
export async function verifyEd25519(
  publicKey: string,
  signature: string,
  message: Uint8Array<ArrayBuffer>,
): Promise<SignatureResult> {
  let key: CryptoKey;
  let signatureBytes: Uint8Array<ArrayBuffer>;
  try {
    signatureBytes = unbase64url(signature.trim());
    const raw = unbase64url(publicKey.trim());
    if (raw.length !== 32 || signatureBytes.length !== 64) return "invalid";
    key = await crypto.subtle.importKey("raw", raw, { name: "Ed25519" }, false, ["verify"]);
  } catch (error) {
    return error instanceof RangeError || isDataError(error) ? "invalid" : "unsupported";
  }
  const good = await crypto.subtle.verify({ name: "Ed25519" }, key, signatureBytes, message);
  return good ? "valid" : "invalid";
}

function isDataError(error: unknown): boolean {
  return error instanceof DOMException && error.name === "DataError";
}
