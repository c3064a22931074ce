import { scriptsApi } from "./scripts_api";

/** What the server said of a file that it took. */
export interface Taken {
  /** For the step that the cursor is in. */
  line: string;
  /** For the sentence that tells of it. */
  places: Record<string, string>;
  /** Where it can be heard as customers hear it. */
  sound: string | null;
}

export interface Upload {
  name: "pdf" | "voice";
  accept: string;
  /** What the server names when the file itself is at fault. */
  field: string;
  send(file: File): Promise<Taken>;
}

/** The document of a step of that kind. */
export const PDF_UPLOAD: Upload = {
  name: "pdf",
  accept: "application/pdf,.pdf",
  field: "file",
  send: async (file) => {
    const { sha256, pages, bytes } = await scriptsApi.uploadPdf(file);
    return {
      line: `file: {sha256: '${sha256}', pages: ${String(pages)}, bytes: ${String(bytes)}}`,
      places: { pages: String(pages) },
      sound: null,
    };
  },
};

/** A disclosure in a human voice. */
export const VOICE_UPLOAD: Upload = {
  name: "voice",
  accept: "audio/*,.wav,.flac,.ogg,.mp3",
  field: "recording",
  send: async (file) => {
    const { sha256, audio_sha256, duration_ms } = await scriptsApi.uploadVoice(file);
    return {
      line: `delivery: {by: recorded, sha256: '${sha256}'}`,
      places: { seconds: String(Math.round(duration_ms / 1000)) },
      sound: scriptsApi.spokenPath(audio_sha256),
    };
  },
};
