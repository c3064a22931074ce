// @vitest-environment node
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

import type { SessionSummary } from "@wire/wire";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { effectScope, type EffectScope, type Ref } from "vue";

import { followSessions, type LiveState } from "./live_sessions";

/**
 * The browser's EventSource over real HTTP, as far as the office needs it: Node has none.
 * One connection, no reconnecting by itself; a refusal or an end closes it.
 */
class HttpEventSource extends EventTarget {
  static readonly CLOSED = 2;
  readyState = 0;
  private readonly aborter = new AbortController();

  constructor(path: string) {
    super();
    void this.run(new URL(path, origin));
  }

  close(): void {
    this.readyState = HttpEventSource.CLOSED;
    this.aborter.abort();
  }

  private async run(url: URL): Promise<void> {
    try {
      const response = await fetch(url, { signal: this.aborter.signal });
      if (!response.ok || response.body === null) throw new Error("refused");
      this.readyState = 1;
      this.dispatchEvent(new Event("open"));
      const decoder = new TextDecoder();
      const reader = response.body.getReader();
      for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
        this.tell(decoder.decode(piece.value));
      }
    } catch {
      if (this.aborter.signal.aborted) return;
    }
    this.readyState = HttpEventSource.CLOSED;
    this.dispatchEvent(new Event("error"));
  }

  private tell(text: string): void {
    for (const [, type, data] of text.matchAll(/event: (\w+)\ndata: (.*)\n\n/g)) {
      this.dispatchEvent(new MessageEvent(type ?? "", { data }));
    }
  }
}

/** Waits for a condition, with a deadline that a busy machine keeps. */
async function until(condition: () => boolean): Promise<void> {
  await vi.waitUntil(condition, { timeout: 8_000 });
}

let server: Server;
let origin: string;
let streams: ServerResponse[];
let refusing: boolean;
let scope: EffectScope;
let changed: string[];
let missed: number;

function follow(): Ref<LiveState> {
  const state = scope.run(() =>
    followSessions({
      changed: (summary) => changed.push(summary.session_id),
      missed: () => missed++,
    }),
  );
  if (state === undefined) throw new Error("no scope");
  return state;
}

function send(type: string, data: object): void {
  streams.at(-1)?.write(`event: ${type}\ndata: ${JSON.stringify(data)}\n\n`);
}

beforeEach(async () => {
  [streams, changed, missed, refusing] = [[], [], 0, false];
  scope = effectScope();
  server = createServer((_request, response) => {
    if (refusing) {
      response.writeHead(401).end();
      return;
    }
    response.writeHead(200, { "Content-Type": "text/event-stream" });
    response.write(": connected\n\n");
    streams.push(response);
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  vi.stubGlobal("EventSource", HttpEventSource);
});

afterEach(async () => {
  scope.stop();
  vi.unstubAllGlobals();
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
});

describe("followSessions", () => {
  it("tells of every change, and of changes that the server dropped", async () => {
    const state = follow();
    await until(() => state.value === "live" && streams.length === 1);
    send("session", { session_id: "ses_1" } satisfies Partial<SessionSummary>);
    await until(() => changed.length === 1);
    expect([changed, missed]).toEqual([["ses_1"], 0]);
    send("reload", {});
    await until(() => missed === 1);
  });

  it("comes back after the server went away, and has everything read again", async () => {
    const state = follow();
    await until(() => state.value === "live" && streams.length === 1);
    streams[0]?.end();
    await until(() => state.value === "lost");
    const before = missed;
    await until(() => state.value === "live");
    expect(missed).toBeGreaterThan(before);
  });

  it("has the session read again when it is refused, so that a login that ended shows", async () => {
    refusing = true;
    const state = follow();
    await until(() => missed === 1);
    expect(state.value).toBe("lost");
  });

  it("stops with its page", async () => {
    const state = follow();
    await until(() => state.value === "live" && streams.length === 1);
    let gone = false;
    streams[0]?.on("close", () => (gone = true));
    scope.stop();
    await until(() => gone);
  });
});
