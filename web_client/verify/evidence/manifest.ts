/** The parts of `manifest.json` that this page reads (shuanglu/evidence/manifest.py). */
export interface NamedFile {
  file: string;
  bytes: number;
  sha256: string;
}

export interface MediaEntry extends NamedFile {
  stretch: number;
  clusters: number;
  header_bytes: number;
  journal: NamedFile;
  journal_head: string;
}

export interface Manifest {
  format: string;
  record_number: string;
  session_id: string;
  institution: string;
  sealed_at: string;
  signing_key_id: string;
  script: { bytes: number; sha256: string };
  timeline: { events: number; head: string; sha256: string; bytes: number };
  media: MediaEntry[];
  objects: NamedFile[];
  readme: NamedFile;
  verdict: { outcome: string; recorded_ms: number };
}

/** The only format that this page knows; another one is refused, not guessed at. */
export const FORMAT = "shuanglu-evidence-1";

export const MANIFEST_FILE = "manifest.json";
export const SIGNATURE_FILE = "manifest.sig";
export const KEY_FILE = "signing_key.json";
export const TIMELINE_FILE = "timeline.jsonl";
export const SCRIPT_FILE = "script.json";

/** Files that the manifest cannot name: itself, and what vouches for it. */
export const UNSIGNED_FILES = [MANIFEST_FILE, SIGNATURE_FILE, KEY_FILE];

/** Every file that the package must hold beside those. Throws `TypeError` for another shape. */
export function namedFiles(manifest: Manifest): NamedFile[] {
  const files = [
    { file: TIMELINE_FILE, bytes: manifest.timeline.bytes, sha256: manifest.timeline.sha256 },
    { file: SCRIPT_FILE, bytes: manifest.script.bytes, sha256: manifest.script.sha256 },
    manifest.readme,
    ...manifest.media.flatMap((entry) => [entry, entry.journal]),
    ...manifest.objects,
  ];
  for (const { file, bytes, sha256 } of files) {
    if (typeof file !== "string" || typeof bytes !== "number" || typeof sha256 !== "string") {
      throw new TypeError("the manifest names a file without size or hash");
    }
  }
  return files;
}

/** Whether this is a manifest of the format that this page knows. */
export function isManifest(value: unknown): value is Manifest {
  return (
    typeof value === "object" &&
    value !== null &&
    "format" in value &&
    value.format === FORMAT &&
    "timeline" in value &&
    "script" in value &&
    "readme" in value &&
    "media" in value &&
    Array.isArray(value.media) &&
    "objects" in value &&
    Array.isArray(value.objects)
  );
}
