import { requestBytes, requestJson } from "@shared/api/request";
import type {
  Consent,
  CredentialView,
  CustomerSession,
  CustomerToken,
  DeviceKey,
  HandoverOffer,
  RedeemHandover,
  ScreenNotRecorded,
  ScreenPieceSent,
  ScreenPosition,
  Signature,
  SignedStatement,
  StatementView,
  StepAttempt,
  WebAuthnOptions,
  WebAuthnResponse,
} from "@wire/wire";

const BASE = "/api/v1/customer";

/** The customer's part of the HTTP API. `token` is asked for at every call, since it is renewed. */
export class CustomerApi {
  constructor(private readonly token: () => string | null) {}

  exchange(code: string): Promise<CustomerToken> {
    return requestJson("POST", `${BASE}/exchange`, { body: { code } });
  }

  /** A fresh code to go on in another browser. */
  handover(): Promise<HandoverOffer> {
    return this.#post("/handover");
  }

  /** Goes on in this browser; the page before has no say any more. */
  takeOver(wanted: RedeemHandover): Promise<CustomerToken> {
    return requestJson("POST", `${BASE}/handover/redeem`, { body: wanted });
  }

  renew(token: string): Promise<CustomerToken> {
    return requestJson("POST", `${BASE}/token`, { token });
  }

  session(): Promise<CustomerSession> {
    return this.#get("/session");
  }

  consent(consent: Consent): Promise<CustomerSession> {
    return this.#post("/consents", consent);
  }

  sign(signature: Signature): Promise<void> {
    return this.#post("/signature", signature);
  }

  registrationOptions(): Promise<WebAuthnOptions> {
    return this.#post("/credentials/webauthn/options");
  }

  register(credential: WebAuthnResponse): Promise<CredentialView> {
    return this.#post("/credentials/webauthn", credential);
  }

  registerDeviceKey(key: DeviceKey): Promise<CredentialView> {
    return this.#post("/credentials/device-key", key);
  }

  statement(step: StepAttempt): Promise<StatementView> {
    return this.#post("/statement", step);
  }

  confirm(signed: SignedStatement): Promise<void> {
    return this.#post("/confirmation", signed);
  }

  screenPosition(): Promise<ScreenPosition> {
    return this.#get("/screen");
  }

  sendScreen(piece: ScreenPieceSent): Promise<ScreenPosition> {
    return this.#post("/screen", piece);
  }

  screenUnavailable(told: ScreenNotRecorded): Promise<void> {
    return this.#post("/screen/unavailable", told);
  }

  /** The bytes of a PDF; whether they are the right ones, the caller checks by their hash. */
  document(sha256: string): Promise<Uint8Array<ArrayBuffer>> {
    return requestBytes(`${BASE}/documents/${sha256}`, this.token() ?? undefined);
  }

  #get<T>(path: string): Promise<T> {
    return requestJson("GET", BASE + path, { token: this.token() ?? undefined });
  }

  #post<T>(path: string, body?: unknown): Promise<T> {
    return requestJson("POST", BASE + path, { token: this.token() ?? undefined, body });
  }
}
