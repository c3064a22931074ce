// @vitest-environment happy-dom
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";

import type { DraftView, SaveDraft } from "@wire/wire";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { useDraft } from "./use_draft";

let server: Server;
/** The draft as the server has it; somebody else may change it. */
let kept: DraftView;

function view(revision: number, text: string): DraftView {
  return {
    draft: {
      draft_id: "drf_1",
      script_id: "bank-new",
      state: "draft",
      revision,
      created_by: "admin",
      changed_at: "2026-11-26T08:00:00Z",
      submitted_by: null,
      reviewed_by: null,
      comment: null,
      version: null,
    },
    text,
    next_version: 1,
    in_force_version: null,
    written_by: ["admin"],
    is_mine: true,
  };
}

async function bodyOf(request: IncomingMessage): Promise<SaveDraft> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return JSON.parse(Buffer.concat(parts).toString()) as SaveDraft;
}

beforeEach(async () => {
  kept = view(1, "id: bank-new\n");
  server = createServer((request, response) => {
    response.setHeader("Content-Type", "application/json");
    const answer = async (): Promise<unknown> => {
      if (request.method !== "PUT") return kept;
      const body = await bodyOf(request);
      if (body.revision !== kept.draft.revision) {
        response.statusCode = 409;
        return { code: "stale_revision", detail: "revision 2, not 1", retryable: false };
      }
      kept = view(body.revision + 1, body.text);
      return kept;
    };
    void answer().then((told) => response.end(JSON.stringify(told)));
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as AddressInfo;
  const page = window as unknown as { happyDOM: { setURL(url: string): void } };
  page.happyDOM.setURL(`http://127.0.0.1:${port}/office/`);
});

afterEach(async () => {
  await new Promise((done) => server.close(done));
});

describe("a draft in the editor", () => {
  it("is dirty from the first letter until it is saved", async () => {
    const hold = useDraft("drf_1");
    await hold.load();
    expect(hold.isDirty.value).toBe(false);
    hold.text.value += "version: 1\n";
    expect(hold.isDirty.value).toBe(true);
    expect(await hold.save()).toBe(true);
    expect(hold.isDirty.value).toBe(false);
    expect(hold.view.value?.draft.revision).toBe(2);
  });

  it("keeps what was typed while it was being saved", async () => {
    const hold = useDraft("drf_1");
    await hold.load();
    hold.text.value = "one";
    const saving = hold.save();
    hold.text.value = "one two";
    await saving;
    expect(hold.text.value).toBe("one two");
    expect(hold.isDirty.value).toBe(true);
  });

  it("says that somebody was faster, and loses nothing of ours", async () => {
    const hold = useDraft("drf_1");
    await hold.load();
    hold.text.value = "ours";
    kept = view(2, "theirs");
    expect(await hold.save()).toBe(false);
    expect(hold.isStale.value).toBe(true);
    expect(hold.text.value).toBe("ours");
    expect(kept.text).toBe("theirs");
    await hold.load();
    expect([hold.text.value, hold.isStale.value]).toEqual(["theirs", false]);
  });
});
