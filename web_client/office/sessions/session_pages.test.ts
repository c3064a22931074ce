// @vitest-environment happy-dom
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

import type { SessionPage, SessionSummary } from "@wire/wire";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { PAGE_ROWS, sessionPages } from "./session_pages";

const TOTAL = 3 * PAGE_ROWS + 7;
const NEWEST_MS = Date.parse("2026-01-02T00:00:00Z");

function summary(index: number, change: Partial<SessionSummary> = {}): SessionSummary {
  return {
    session_id: `ses_${index}`,
    customer_name: "张三",
    product: "稳健一号",
    product_code: "W1",
    script_title: { zh: "演示", en: "Demo" },
    created_at: new Date(NEWEST_MS - index * 60_000).toISOString(),
    created_by: "admin",
    phase: "created",
    step_no: 0,
    step_count: 8,
    step_title: null,
    stored_ms: 0,
    alerts: [],
    outcome: null,
    record_number: null,
    ...change,
  };
}

function answer(url: URL): SessionPage {
  const from = Number(url.searchParams.get("cursor") ?? 0);
  const limit = Number(url.searchParams.get("limit"));
  const to = Math.min(from + limit, TOTAL);
  return {
    items: Array.from({ length: to - from }, (_, index) => summary(from + index)),
    next_cursor: to < TOTAL ? String(to) : null,
    total: TOTAL,
  };
}

let server: Server;
let asked: string[];

beforeEach(async () => {
  asked = [];
  server = createServer((request, response) => {
    const url = new URL(request.url ?? "", "http://localhost");
    asked.push(url.search);
    response.setHeader("Content-Type", "application/json");
    response.setHeader("Access-Control-Allow-Origin", "*");
    if (url.searchParams.get("q") === "fails") response.statusCode = 503;
    response.end(JSON.stringify(answer(url)));
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as AddressInfo;
  const page = window as unknown as { happyDOM: { setURL(url: string): void } };
  page.happyDOM.setURL(`http://127.0.0.1:${port}/office/`);
});

afterEach(async () => {
  await new Promise((done) => server.close(done));
});

describe("sessionPages", () => {
  it("walks by cursor to the last of thousands and back", async () => {
    const pages = sessionPages();
    await pages.first();
    const first = pages.page.value?.items[0]?.session_id;
    while (pages.page.value?.next_cursor != null) await pages.next();
    expect(pages.pageNo.value).toBe(4);
    expect(pages.page.value?.items.length).toBe(7);
    await pages.next();
    expect(pages.pageNo.value).toBe(4);
    for (let back = 0; back < 5; back++) await pages.previous();
    expect([pages.pageNo.value, pages.page.value?.items[0]?.session_id]).toEqual([1, first]);
  });

  it("asks with the filter, and from the first page again", async () => {
    const pages = sessionPages();
    await pages.first();
    await pages.next();
    pages.phase.value = "recording";
    pages.search.value = " 张三 ";
    await pages.first();
    const last = new URLSearchParams(asked.at(-1));
    expect([last.get("phase"), last.get("q"), last.get("cursor")]).toEqual([
      "recording",
      "张三",
      null,
    ]);
    expect(pages.pageNo.value).toBe(1);
  });

  it("keeps the page that was there when a request fails, and says so", async () => {
    const pages = sessionPages();
    await pages.first();
    pages.search.value = "fails";
    await pages.first();
    expect(pages.page.value?.items.length).toBe(PAGE_ROWS);
    expect(pages.trouble.value).toMatchObject({ status: 503, retryable: true });
    expect(pages.loading.value).toBe(false);
  });

  it("changes a row in place, and tells of a new one without moving anything", async () => {
    const pages = sessionPages();
    await pages.first();
    pages.merge(summary(3, { phase: "recording" }));
    expect(pages.page.value?.items[3]?.phase).toBe("recording");
    expect(pages.stale.value).toBe(false);
    pages.merge(summary(PAGE_ROWS + 5));
    expect(pages.stale.value).toBe(false);
    pages.merge(summary(-1));
    expect(pages.stale.value).toBe(true);
    expect(pages.page.value?.items.length).toBe(PAGE_ROWS);
  });
});
