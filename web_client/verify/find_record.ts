import { ApiError } from "@shared/api/problem";
import { requestJson } from "@shared/api/request";
import type { PublicRecord } from "@wire/wire";

/** What the institution published of a record. Throws {@link ApiError}. */
export function findRecord(recordNumber: string): Promise<PublicRecord> {
  return requestJson<PublicRecord>("GET", `/api/v1/records/${encodeURIComponent(recordNumber)}`);
}

/** The same, where no answer is an answer: the package is checked offline then. */
export async function findRecordIfReachable(recordNumber: string): Promise<PublicRecord | null> {
  try {
    return await findRecord(recordNumber);
  } catch (error) {
    if (error instanceof ApiError) return null;
    throw error;
  }
}
