import { ApiError, problemOf } from "./problem";

/** Longest wait for an answer, in milliseconds. A phone's network may be slow, but not endless. */
const TIMEOUT_MS = 15_000;

export interface RequestOptions {
  body?: unknown;
  /** Bearer token, where the page holds one. Staff pages use a cookie instead. */
  token?: string | undefined;
  signal?: AbortSignal;
}

/** Reads text of any length; the page's own timeout does not hold for it. */
export async function requestText(path: string): Promise<string> {
  const response = await fetch(path, { credentials: "same-origin", cache: "no-store" }).catch(
    () => {
      throw ApiError.offline();
    },
  );
  if (!response.ok) throw await problemOf(response);
  return response.text();
}

/** Longest wait for a file, in milliseconds: 20 MB on a slow network. */
const FILE_TIMEOUT_MS = 180_000;

/** Reads a file, such as a PDF. Throws {@link ApiError}. */
export async function requestBytes(path: string, token?: string): Promise<Uint8Array<ArrayBuffer>> {
  const headers: Record<string, string> =
    token === undefined ? {} : { Authorization: `Bearer ${token}` };
  const signal = AbortSignal.timeout(FILE_TIMEOUT_MS);
  try {
    const options: RequestInit = { headers, credentials: "same-origin", cache: "no-store", signal };
    const response = await fetch(path, options);
    if (!response.ok) throw await problemOf(response);
    return new Uint8Array(await response.arrayBuffer());
  } catch (error) {
    throw error instanceof ApiError ? error : ApiError.offline();
  }
}

/** Sends a file as it is and returns JSON. Throws {@link ApiError}. */
export async function sendFile<T>(path: string, file: Blob, type: string): Promise<T> {
  const response = await fetch(path, {
    method: "POST",
    headers: { Accept: "application/json", "Content-Type": type },
    body: file,
    credentials: "same-origin",
    cache: "no-store",
    signal: AbortSignal.timeout(FILE_TIMEOUT_MS),
  }).catch(() => {
    throw ApiError.offline();
  });
  if (!response.ok) throw await problemOf(response);
  return (await response.json()) as T;
}

/**
 * Sends JSON and returns JSON; `undefined` for an answer without a body.
 * Throws {@link ApiError} for every problem, and for no answer at all.
 */
export async function requestJson<T>(
  method: "GET" | "POST" | "PUT" | "DELETE",
  path: string,
  options: RequestOptions = {},
): Promise<T> {
  const headers: Record<string, string> = { Accept: "application/json" };
  if (options.token !== undefined) headers.Authorization = `Bearer ${options.token}`;
  if (options.body !== undefined) headers["Content-Type"] = "application/json";
  const response = await fetch(path, {
    method,
    headers,
    body: options.body === undefined ? null : JSON.stringify(options.body),
    credentials: "same-origin",
    cache: "no-store",
    signal: options.signal ?? AbortSignal.timeout(TIMEOUT_MS),
  }).catch(() => {
    throw ApiError.offline();
  });
  if (!response.ok) throw await problemOf(response);
  const text = await response.text();
  return (text === "" ? undefined : JSON.parse(text)) as T;
}
