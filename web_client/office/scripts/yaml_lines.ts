/** What the editor must know of a text before, or without, the server: by lines, not by parsing. */
const ID_LINE = /^id:[ \t]*["']?([a-z][a-z0-9-]{1,39})["']?[ \t]*(?:#.*)?$/m;
const VERSION_LINE = /^version:.*$/m;
const STEP_LINE = /^([ \t]*)-[ \t]+id:[ \t]*["']?([a-z][a-z0-9-]*)/;

/** The script's id, if the text has a line for it. */
export function scriptIdIn(text: string): string | null {
  return ID_LINE.exec(text)?.[1] ?? null;
}

/** The same text under another number; where no line has one, it is put first. */
export function withVersion(text: string, version: number): string {
  const line = `version: ${version}`;
  return VERSION_LINE.test(text) ? text.replace(VERSION_LINE, line) : `${line}\n${text}`;
}

/** The step that a line belongs to: the last one that begins at or before it. */
export function stepAtLine(text: string, line: number, stepIds: readonly string[]): string | null {
  let found: string | null = null;
  for (const row of text.split("\n").slice(0, line)) {
    const id = STEP_LINE.exec(row)?.[2];
    if (id !== undefined && stepIds.includes(id)) found = id;
  }
  return found;
}

/** The line on which a step begins, counted from 1. */
export function lineOfStep(text: string, stepId: string): number | null {
  const at = text.split("\n").findIndex((row) => STEP_LINE.exec(row)?.[2] === stepId);
  return at === -1 ? null : at + 1;
}

/** The line on which the voice is named, counted from 1. */
export function lineOfVoice(text: string): number | null {
  const at = text.split("\n").findIndex((row) => row.startsWith("voice:"));
  return at === -1 ? null : at + 1;
}

/** A template as the first version of another script; everything else, comments too, stays. */
export function fromTemplate(text: string, scriptId: string): string {
  return withVersion(text.replace(/^id:.*$/m, `id: ${scriptId}`), 1);
}

/** A text to start from: one disclosure and the confirmation that every script ends with. */
export function skeleton(scriptId: string): string {
  return `id: ${scriptId}
version: 1
title: {zh: 新场景, en: New scenario}
institution: 演示银行
voice: zf_xiaoxiao
minimum_assurance: device_key_and_code
retention_years: 20
estimated_minutes: 3
steps:
  - id: opening
    kind: disclosure
    title: {zh: 开场说明, en: Opening}
    clauses: [REG-3, REG-21]
    say: 您好,本次录音录像将记录您购买产品的全过程,它对今后维护您的权益非常关键。
    show:
      zh: 请听一段说明
      en: Please listen to a short explanation
  - id: confirmation
    kind: confirmation
    title: {zh: 最后确认, en: Final confirmation}
    clauses: [REG-12, REG-31]
    say: 最后,请核对屏幕上的内容,然后用指纹、面容或者密码确认。
    show:
      zh: 请核对以下内容,然后确认
      en: Please check the following, then confirm
`;
}
