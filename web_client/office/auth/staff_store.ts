import { startAuthentication, startRegistration } from "@simplewebauthn/browser";
import type {
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
} from "@simplewebauthn/browser";
import { defineStore } from "pinia";
import { ref } from "vue";

import { ApiError } from "@shared/api/problem";
import type { Staff, WebAuthnOptions, WebAuthnResponse } from "@wire/wire";

import { officeApi } from "../api/office_api";

/** Who is logged in. Asked once; afterwards the server's answers keep it true. */
export const useStaff = defineStore("staff", () => {
  const me = ref<Staff | null>(null);
  const asked = ref(false);

  async function load(): Promise<void> {
    if (asked.value) return;
    try {
      me.value = await officeApi.me();
    } catch (error) {
      // Without an answer nobody is logged in; the login page tells why if it fails too.
      if (!(error instanceof ApiError)) throw error;
    }
    asked.value = true;
  }

  async function login(username: string, password: string): Promise<void> {
    me.value = await officeApi.login({ username, password });
    asked.value = true;
  }

  async function loginWithPasskey(): Promise<void> {
    const optionsJSON = optionsOf<PublicKeyCredentialRequestOptionsJSON>(
      await officeApi.passkeyLoginOptions(),
    );
    const credential = await startAuthentication({ optionsJSON });
    me.value = await officeApi.passkeyLogin(responseOf(credential));
    asked.value = true;
  }

  async function addPasskey(): Promise<void> {
    const optionsJSON = optionsOf<PublicKeyCredentialCreationOptionsJSON>(
      await officeApi.passkeyOptions(),
    );
    const credential = await startRegistration({ optionsJSON });
    me.value = await officeApi.addPasskey(responseOf(credential));
  }

  async function logout(): Promise<void> {
    await officeApi.logout();
    me.value = null;
  }

  /** The server no longer knows us: the next page is the login. */
  function forget(): void {
    me.value = null;
    asked.value = true;
  }

  return { me, load, login, loginWithPasskey, addPasskey, logout, forget };
});

function optionsOf<T>(answer: WebAuthnOptions): T {
  return answer.options as T;
}

function responseOf(credential: object): WebAuthnResponse {
  return { credential: { ...credential } };
}
