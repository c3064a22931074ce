// @vitest-environment happy-dom
import { mount, type VueWrapper } from "@vue/test-utils";
import type { DraftState, DraftView, Finding, Script, ScriptLint, ScriptShelf } from "@wire/wire";
import { describe, expect, it } from "vitest";
import type { Component } from "vue";
import { createMemoryHistory, createRouter } from "vue-router";

import { createPageI18n } from "@shared/i18n/create";

import { en } from "../messages/en";
import { zh } from "../messages/zh";
import DraftBar from "./DraftBar.vue";
import FindingList from "./FindingList.vue";
import ListenBar from "./ListenBar.vue";
import PhonePreview from "./PhonePreview.vue";
import ScriptShelfCard from "./ScriptShelfCard.vue";

const WORDS = { zh: "请听风险说明", en: "Please listen to the risks" };
const SHA256 = "a".repeat(64);

function shown(part: Component, props: Record<string, unknown>): VueWrapper {
  const routes = ["script-draft", "script-version", "script-history"].map((name) => ({
    path: `/${name}/:id?/:scriptId?/:version?`,
    name,
    component: { template: "<p />" },
  }));
  routes.push({ path: "/:rest(.*)*", name: "rest", component: { template: "<p />" } });
  const router = createRouter({ history: createMemoryHistory(), routes });
  return mount(part, { props, global: { plugins: [createPageI18n("zh", { zh, en }), router] } });
}

function finding(change: Partial<Finding>): Finding {
  const base = { level: "error", code: "x", line: 7, column: 3, path: "steps.1" } as const;
  return { ...base, clause: "REG-26", reason: null, params: {}, message: WORDS, ...change };
}

function lint(findings: Finding[], script: Script | null = null): ScriptLint {
  return { findings, is_publishable: findings.length === 0, script };
}

function script(step: Record<string, unknown>): Script {
  const base = { id: "risk", title: WORDS, say: "产品不保本", show: WORDS, clauses: ["REG-26"] };
  return { steps: [{ ...base, ...step }] } as unknown as Script;
}

describe("findings", () => {
  it("name level, line, clause and words, and lead there", async () => {
    const list = shown(FindingList, { report: lint([finding({}), finding({ level: "warning" })]) });
    const found = list.findAll("[data-testid=finding]");
    expect(found).toHaveLength(2);
    expect(found[0]?.text()).toContain("错误");
    expect(found[0]?.text()).toContain("第 7 行");
    expect(found[0]?.text()).toContain("REG-26");
    await found[1]?.trigger("click");
    expect(list.emitted("go")?.[0]).toEqual([finding({ level: "warning" })]);
  });

  it("say that there are none, which is not the same as not looked yet", () => {
    expect(shown(FindingList, { report: lint([]) }).text()).toContain("没有发现问题");
    expect(shown(FindingList, { report: null }).text()).toContain("正在检查");
  });
});

describe("a step on the phone", () => {
  it("is in either language, and its speech stays Chinese", async () => {
    const phone = shown(PhonePreview, { script: script({ kind: "disclosure" }), stepId: null });
    expect(phone.get("[data-testid=phone]").text()).toContain(WORDS.zh);
    await phone.get("[data-testid=preview-en]").trigger("click");
    expect(phone.get("[data-testid=phone]").text()).toContain(WORDS.en);
    expect(phone.get("[data-testid=phone]").text()).toContain("产品不保本");
  });

  it("shows choices, pages and questions of whatever kind it is", () => {
    const choices = [{ id: "yes", label: { zh: "清楚", en: "clear" }, accepted: true }];
    const pages = [{ zh: "第一页的文字", en: "page one" }];
    const options = [{ id: "a", label: { zh: "不能亏", en: "no loss" }, points: 3 }];
    const questions = [{ id: "q", text: { zh: "能承受多少", en: "how much" }, options }];
    const kinds: [Record<string, unknown>, string][] = [
      [{ kind: "question", choices }, "清楚"],
      [{ kind: "consent", choices }, "清楚"],
      [{ kind: "document", pages }, "第一页的文字"],
      [{ kind: "questionnaire", questions }, "3 分"],
      ...["identity", "liveness", "signature", "show", "talk", "confirmation"].map(
        (kind): [Record<string, unknown>, string] => [
          { kind },
          (zh.scripts as Record<string, string>)[`placeholder_${kind}`] ?? "no placeholder",
        ],
      ),
    ];
    for (const [step, words] of kinds) {
      expect(shown(PhonePreview, { script: script(step), stepId: "risk" }).text()).toContain(words);
    }
  });

  it("is honest while the text is no script", () => {
    const phone = shown(PhonePreview, { script: null, stepId: null });
    expect(phone.find("[data-testid=phone]").exists()).toBe(false);
    expect(phone.find("[data-testid=preview-none]").exists()).toBe(true);
  });
});

describe("listening", () => {
  const steps = [{ step_id: "risk", audio_sha256: SHA256, duration_ms: 3400 }];
  const base = { stepId: "risk", words: "产品不保本", waiting: false, outdated: false, problem: "" };

  it("plays the rendered speech of that step", () => {
    const bar = shown(ListenBar, { ...base, speech: { state: "ready", steps } });
    expect(bar.get("audio").attributes("src")).toBe(`/api/v1/speech/${SHA256}`);
    expect(bar.text()).toContain("3.4 秒");
  });

  it("never plays what was rendered of another text", () => {
    const bar = shown(ListenBar, { ...base, outdated: true, speech: { state: "ready", steps } });
    expect(bar.find("audio").exists()).toBe(false);
    expect(bar.text()).toContain("保存后");
  });

  it("names the step that cannot be spoken, and asks for the voice", async () => {
    const refused = { state: "refused", steps: [], refused_step: "risk", refused_because: "x" };
    const bar = shown(ListenBar, { ...base, speech: refused });
    expect(bar.get("[role=alert]").text()).toContain("risk");
    await bar.get("[data-testid=listen-prepare]").trigger("click");
    expect(bar.emitted("prepare")).toHaveLength(1);
  });
});

describe("the bar of a draft", () => {
  function bar(state: DraftState, more: Record<string, unknown> = {}): VueWrapper {
    const draft = {
      draft_id: "d",
      script_id: "bank-new",
      state,
      revision: 2,
      comment: null,
      changed_at: "2026-11-23T08:00:00Z",
    };
    const view = { draft, text: "", next_version: 1, written_by: [], is_mine: true };
    const props = { view: view as unknown as DraftView, isDirty: false, canSubmit: true, busy: false };
    return shown(DraftBar, { ...props, ...more });
  }

  it("submits only what is saved and without errors", () => {
    const submit = "[data-testid=draft-submit]";
    expect(bar("draft").get(submit).attributes("disabled")).toBeUndefined();
    expect(bar("draft", { isDirty: true }).get(submit).attributes("disabled")).toBeDefined();
    expect(bar("draft", { canSubmit: false }).get(submit).attributes("disabled")).toBeDefined();
  });

  it("says what it is, and that something is not saved", () => {
    expect(bar("rejected").get("[data-testid=draft-state]").text()).toBe("已退回");
    expect(bar("draft", { isDirty: true }).find("[data-testid=draft-dirty]").exists()).toBe(true);
  });
});

describe("a script in the list", () => {
  const version = {
    script_id: "bank-new",
    version: 1,
    sha256: SHA256,
    title: WORDS,
    state: "withdrawn",
    published_at: "2026-11-26T08:00:00Z",
    published_by: null,
    in_force_from: "2026-11-26T08:00:00Z",
    withdrawn_at: "2026-11-26T09:00:00Z",
    withdrawn_by: "admin",
    withdrawn_because: "x",
  };

  it("warns when nothing of it is in force, and writes on from the newest", async () => {
    const shelf = { script_id: "bank-new", versions: [version], drafts: [] };
    const card = shown(ScriptShelfCard, { shelf: shelf as unknown as ScriptShelf, busy: false });
    expect(card.text()).toContain("没有生效的版本");
    expect(card.text()).toContain("随软件提供");
    await card.get("[data-testid=shelf-next]").trigger("click");
    expect(card.emitted("writeNext")).toEqual([[1]]);
  });

  it("is honest about one that was never published", () => {
    const shelf = { script_id: "bank-new", versions: [], drafts: [] };
    const card = shown(ScriptShelfCard, { shelf: shelf as unknown as ScriptShelf, busy: false });
    expect(card.text()).toContain("还没有发布过");
    expect(card.find("[data-testid=shelf-next]").exists()).toBe(false);
  });
});
