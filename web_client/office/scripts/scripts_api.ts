import { requestJson, sendFile } from "@shared/api/request";
import type {
  ApproveDraft,
  DocumentFile,
  DraftView,
  NewDraft,
  PublishDraft,
  RecordingView,
  RejectDraft,
  SaveDraft,
  ScriptHistory,
  ScriptLint,
  ScriptShelves,
  ScriptSimulation,
  ScriptTemplates,
  ScriptTemplateText,
  ScriptVersionText,
  SimulatedSale,
  SpeechView,
} from "@wire/wire";

/** The script editor's part of the HTTP API. */
const BASE = "/api/v1";
const draftPath = (id: string): string => `${BASE}/script-drafts/${encodeURIComponent(id)}`;

function versionPath(scriptId: string, version: number): string {
  return `${BASE}/scripts/${encodeURIComponent(scriptId)}/versions/${version}`;
}

export const scriptsApi = {
  shelves: () => requestJson<ScriptShelves>("GET", `${BASE}/scripts`),
  version: (scriptId: string, version: number) =>
    requestJson<ScriptVersionText>("GET", versionPath(scriptId, version)),
  withdrawVersion: (scriptId: string, version: number, reason: string) =>
    requestJson<ScriptVersionText>("POST", `${versionPath(scriptId, version)}/withdraw`, {
      body: { reason },
    }),
  versionSpeech: (scriptId: string, version: number) =>
    requestJson<SpeechView>("POST", `${versionPath(scriptId, version)}/speech`),
  draft: (id: string) => requestJson<DraftView>("GET", draftPath(id)),
  begin: (body: NewDraft) => requestJson<DraftView>("POST", `${BASE}/script-drafts`, { body }),
  save: (id: string, body: SaveDraft) =>
    requestJson<DraftView>("PUT", draftPath(id), { body }),
  submit: (id: string, revision: number) =>
    requestJson<DraftView>("POST", `${draftPath(id)}/submit`, { body: { revision } }),
  approve: (id: string, body: ApproveDraft) =>
    requestJson<DraftView>("POST", `${draftPath(id)}/approve`, { body }),
  reject: (id: string, body: RejectDraft) =>
    requestJson<DraftView>("POST", `${draftPath(id)}/reject`, { body }),
  reopen: (id: string, revision: number) =>
    requestJson<DraftView>("POST", `${draftPath(id)}/reopen`, { body: { revision } }),
  withdraw: (id: string, revision: number) =>
    requestJson<DraftView>("POST", `${draftPath(id)}/withdraw`, { body: { revision } }),
  publish: (id: string, body: PublishDraft) =>
    requestJson<DraftView>("POST", `${draftPath(id)}/publish`, { body }),
  draftSpeech: (id: string) => requestJson<SpeechView>("POST", `${draftPath(id)}/speech`),
  templates: (signal: AbortSignal) =>
    requestJson<ScriptTemplates>("GET", `${BASE}/script-templates`, { signal }),
  template: (id: string) =>
    requestJson<ScriptTemplateText>("GET", `${BASE}/script-templates/${encodeURIComponent(id)}`),
  history: (scriptId: string) =>
    requestJson<ScriptHistory>("GET", `${BASE}/scripts/${encodeURIComponent(scriptId)}/history`),
  lint: (text: string, signal: AbortSignal) =>
    requestJson<ScriptLint>("POST", `${BASE}/script-lint`, { body: { text }, signal }),
  simulate: (text: string, sale: SimulatedSale, signal: AbortSignal) =>
    requestJson<ScriptSimulation>("POST", `${BASE}/script-simulation`, {
      body: { text, sale },
      signal,
    }),
  uploadPdf: (pdf: Blob) => sendFile<DocumentFile>(`${BASE}/documents`, pdf, "application/pdf"),
  /** A file without a type of its own goes as bytes: what it is is looked at, not believed. */
  uploadVoice: (voice: Blob) =>
    sendFile<RecordingView>(
      `${BASE}/script-recordings`,
      voice,
      voice.type.startsWith("audio/") ? voice.type : "application/octet-stream",
    ),
  documentPath: (sha256: string): string => `${BASE}/documents/${sha256}`,
  spokenPath: (sha256: string): string => `${BASE}/speech/${sha256}`,
} as const;
