import { requestJson, requestText } from "@shared/api/request";
import type {
  AcknowledgeAlert,
  AlertCase,
  AlertPage,
  CreateSession,
  Invitation,
  LoginRequest,
  PublicRecord,
  ScenarioList,
  SessionDetail,
  SessionPage,
  SessionPhase,
  Staff,
  WebAuthnOptions,
  WebAuthnResponse,
} from "@wire/wire";

/** The staff's part of the HTTP API. The token is a cookie that scripts cannot read. */
const BASE = "/api/v1";

export interface SessionQuery {
  cursor: string | null;
  limit: number;
  phase: SessionPhase | null;
  q: string;
}

export type AlertState = "open" | "acknowledged" | "all";

export interface AlertQuery {
  state: AlertState;
  cursor: string | null;
}

export const officeApi = {
  login: (body: LoginRequest) => requestJson<Staff>("POST", `${BASE}/staff/login`, { body }),
  logout: () => requestJson<undefined>("POST", `${BASE}/staff/logout`),
  me: () => requestJson<Staff>("GET", `${BASE}/staff/me`),
  passkeyOptions: () => requestJson<WebAuthnOptions>("POST", `${BASE}/staff/passkeys/options`),
  addPasskey: (body: WebAuthnResponse) =>
    requestJson<Staff>("POST", `${BASE}/staff/passkeys`, { body }),
  passkeyLoginOptions: () =>
    requestJson<WebAuthnOptions>("POST", `${BASE}/staff/passkey-login/options`),
  passkeyLogin: (body: WebAuthnResponse) =>
    requestJson<Staff>("POST", `${BASE}/staff/passkey-login`, { body }),
  scenarios: () => requestJson<ScenarioList>("GET", `${BASE}/scenarios`),
  createSession: (body: CreateSession) =>
    requestJson<Invitation>("POST", `${BASE}/sessions`, { body }),
  sessions: (query: SessionQuery, signal: AbortSignal) =>
    requestJson<SessionPage>("GET", `${BASE}/sessions?${queryString(query)}`, { signal }),
  session: (id: string) => requestJson<SessionDetail>("GET", sessionPath(id)),
  invite: (id: string) => requestJson<Invitation>("POST", `${sessionPath(id)}/invitations`),
  publicRecord: (number: string) =>
    requestJson<PublicRecord>("GET", `${BASE}/records/${encodeURIComponent(number)}`),
  alerts: ({ state, cursor }: AlertQuery) => {
    const parts = new URLSearchParams({ state });
    if (cursor !== null) parts.set("cursor", cursor);
    return requestJson<AlertPage>("GET", `${BASE}/alerts?${parts.toString()}`);
  },
  acknowledge: (caseId: string, body: AcknowledgeAlert) =>
    requestJson<AlertCase>("POST", `${BASE}/alerts/${encodeURIComponent(caseId)}/acknowledge`, {
      body,
    }),
  objectPath: (id: string, sha256: string): string => `${sessionPath(id)}/objects/${sha256}`,
  /** rrweb events of the screen recording, one a line: pieces after `after`, up to `upTo`. */
  screen: (id: string, after: number, upTo: number): Promise<string> =>
    requestText(`${sessionPath(id)}/screen?after=${String(after)}&up_to=${String(upTo)}`),
  packagePath: (id: string): string => `${sessionPath(id)}/package`,
  livePath: `${BASE}/sessions/live`,
} as const;

function sessionPath(id: string): string {
  return `${BASE}/sessions/${encodeURIComponent(id)}`;
}

function queryString(query: SessionQuery): string {
  const parts = new URLSearchParams({ limit: String(query.limit) });
  if (query.cursor !== null) parts.set("cursor", query.cursor);
  if (query.phase !== null) parts.set("phase", query.phase);
  if (query.q !== "") parts.set("q", query.q);
  return parts.toString();
}
