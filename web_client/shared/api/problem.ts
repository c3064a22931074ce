import type { Problem } from "@wire/wire";

/** What went wrong, in terms that a page can act on. `code` is the server's, or one of ours. */
export class ApiError extends Error {
  constructor(
    readonly code: string,
    readonly status: number,
    readonly retryable: boolean,
    detail: string,
    readonly field: string | null = null,
    /** Seconds after which the server permits another try (`Retry-After`). */
    readonly retryAfterS: number | null = null,
  ) {
    super(detail);
    this.name = "ApiError";
  }

  /** The request never got an answer. */
  static offline(): ApiError {
    return new ApiError("offline", 0, true, "no answer from the server");
  }
}

/** Reads a Problem Details body (RFC 9457); anything else becomes `internal`. */
export async function problemOf(response: Response): Promise<ApiError> {
  const body: unknown = await response.json().catch(() => null);
  const retryAfterS = Number(response.headers.get("Retry-After") ?? NaN) || null;
  if (isProblem(body)) {
    const { code, retryable, detail } = body;
    return new ApiError(code, response.status, retryable, detail, body.field ?? null, retryAfterS);
  }
  return new ApiError("internal", response.status, response.status >= 500, response.statusText);
}

function isProblem(body: unknown): body is Problem {
  return (
    typeof body === "object" &&
    body !== null &&
    "code" in body &&
    typeof body.code === "string" &&
    "detail" in body &&
    typeof body.detail === "string"
  );
}
