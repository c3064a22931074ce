import type { PublicKeyCredentialCreationOptionsJSON, PublicKeyCredentialRequestOptionsJSON } from "@simplewebauthn/browser";
import type { SignedStatement, StatementView, StepAttempt } from "@wire/wire";

import type { CustomerApi } from "../session/customer_api";
import { sha256Hex } from "../steps/document_hash";
import { DeviceKeyHolder } from "./device_key";

/** The statement that came is not the one whose hash is named: nothing may be signed. */
export class StatementMismatchError extends Error {}

/** Registers the customer's key and signs the statement, by either way. */
export class Confirmer {
  readonly #deviceKey: DeviceKeyHolder;

  constructor(
    private readonly api: CustomerApi,
    sessionId: string,
  ) {
    this.#deviceKey = new DeviceKeyHolder(sessionId);
  }

  /** Inside a tap: the phone asks for a finger or a face, once to make the key. */
  async registerDevice(): Promise<void> {
    const { startRegistration } = await import("@simplewebauthn/browser");
    const { options } = await this.api.registrationOptions();
    const credential = await startRegistration({
      optionsJSON: options as unknown as PublicKeyCredentialCreationOptionsJSON,
    });
    await this.api.register({ credential: { ...credential } });
  }

  /** Whether the key that was registered last is one that the phone's own dialogue made. */
  async hasDeviceCredential(): Promise<boolean> {
    const { key_assurance: newest } = await this.api.session();
    return newest === "webauthn_user_verified";
  }

  async registerKey(): Promise<void> {
    await this.api.registerDeviceKey({ public_key: await this.#deviceKey.publicKey() });
  }

  /** The statement in plain words, checked against the hash that will be signed. */
  async statement(step: StepAttempt): Promise<StatementView> {
    const statement = await this.api.statement(step);
    const bytes = new TextEncoder().encode(statement.statement_canonical);
    if ((await sha256Hex(bytes)) !== statement.statement_sha256) throw new StatementMismatchError();
    return statement;
  }

  /** Inside a tap: the phone asks again, and its key signs the statement's hash. */
  async signByDevice(step: StepAttempt, statement: StatementView): Promise<void> {
    const { startAuthentication } = await import("@simplewebauthn/browser");
    const credential = await startAuthentication({
      optionsJSON: statement.webauthn_options as unknown as PublicKeyCredentialRequestOptionsJSON,
    });
    await this.#confirm(step, statement, { webauthn: { ...credential } });
  }

  async signByKey(step: StepAttempt, statement: StatementView, code: string): Promise<void> {
    await this.#confirm(step, statement, {
      device_signature: await this.#deviceKey.sign(statement.statement_canonical),
      one_time_code: code,
    });
  }

  #confirm(
    step: StepAttempt,
    statement: StatementView,
    proof: Partial<SignedStatement>,
  ): Promise<void> {
    return this.api.confirm({
      step_id: step.step_id,
      attempt: step.attempt,
      statement_sha256: statement.statement_sha256,
      webauthn: null,
      device_signature: null,
      one_time_code: null,
      ...proof,
    });
  }
}
