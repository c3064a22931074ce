import type { StepView } from "@wire/wire";
import { onUnmounted, type Ref, ref, shallowRef, type ShallowRef } from "vue";

import type { CustomerApi } from "../session/customer_api";
import { sha256Hex } from "../steps/document_hash";
import type { PdfFile } from "./pdf_file";

/** `wrong`: other bytes than the script pins, or not the document that it describes. */
export type PdfState = "fetching" | "not_fetched" | "wrong" | "open";

export interface OpenedPdf {
  state: Ref<PdfState>;
  pdf: ShallowRef<PdfFile | null>;
  fetch: () => Promise<void>;
}

/** Fetches the PDF of a step and opens it, but only if its hash is the script's. */
export function usePdf(file: NonNullable<StepView["file"]>, api: CustomerApi): OpenedPdf {
  const state = ref<PdfState>("fetching");
  const pdf = shallowRef<PdfFile | null>(null);
  let isGone = false;

  async function fetch(): Promise<void> {
    state.value = "fetching";
    const bytes = await api.document(file.sha256).catch(() => null);
    if (bytes === null) state.value = "not_fetched";
    else state.value = await opened(bytes);
  }

  async function opened(bytes: Uint8Array<ArrayBuffer>): Promise<PdfState> {
    if ((await sha256Hex(bytes)) !== file.sha256) return "wrong";
    const code = await import("./pdf_file").catch(() => null);
    if (code === null) return "not_fetched";
    const found = await code.openPdf(bytes).catch(() => null);
    if (isGone) found?.close();
    else pdf.value = found;
    return found?.pages === file.pages ? "open" : "wrong";
  }

  onUnmounted(() => {
    isGone = true;
    pdf.value?.close();
  });
  return { state, pdf, fetch };
}
