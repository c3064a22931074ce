import { problemOf, ApiError } from "@shared/api/problem";

export interface DownloadProgress {
  receivedBytes: number;
  /** Null where the server does not say how long the package is. */
  totalBytes: number | null;
}

/** Fetches an evidence package as a stream, telling how far it is. Throws {@link ApiError}. */
export async function downloadPackage(
  path: string,
  told: (progress: DownloadProgress) => void,
  signal: AbortSignal,
): Promise<Blob> {
  const response = await fetch(path, { credentials: "same-origin", signal }).catch(() => {
    throw ApiError.offline();
  });
  if (!response.ok) throw await problemOf(response);
  if (response.body === null) throw ApiError.offline();
  const totalBytes = Number(response.headers.get("Content-Length")) || null;
  const reader = response.body.getReader();
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let receivedBytes = 0;
  for (;;) {
    const { done, value } = await reader.read().catch(() => {
      throw ApiError.offline();
    });
    if (done) break;
    parts.push(value);
    receivedBytes += value.length;
    told({ receivedBytes, totalBytes });
  }
  // A connection that broke half-way must not leave a package that looks whole.
  if (totalBytes !== null && receivedBytes !== totalBytes) throw ApiError.offline();
  return new Blob(parts, { type: "application/zip" });
}
