// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { yamlEditor, type YamlEditor } from "./code_mirror";
import { skeleton } from "./yaml_lines";

let host: HTMLElement;
let editor: YamlEditor;
let typed: string[];

beforeEach(() => {
  host = document.createElement("div");
  document.body.append(host);
  typed = [];
  editor = yamlEditor({
    root: host.attachShadow({ mode: "open" }),
    text: skeleton("bank-new"),
    label: "YAML",
    phrases: {},
    changed: (text) => typed.push(text),
    atLine: () => undefined,
  });
});

afterEach(() => {
  editor.destroy();
  host.remove();
});

describe("the YAML editor", () => {
  it("puts no style element into the page: style-src 'self' would refuse it", () => {
    expect(document.head.querySelectorAll("style")).toHaveLength(0);
    expect(host.shadowRoot?.querySelectorAll("style")).toHaveLength(0);
    expect(host.shadowRoot?.adoptedStyleSheets.length).toBeGreaterThan(0);
  });

  it("has a name for those who cannot see it", () => {
    const content = host.shadowRoot?.querySelector(".cm-content");
    expect(content?.getAttribute("aria-label")).toBe("YAML");
  });

  it("tells of every change, and of none when the same text is set again", () => {
    editor.setText("id: bank-new\n");
    editor.setText("id: bank-new\n");
    expect(typed).toEqual(["id: bank-new\n"]);
  });

  it("takes findings on lines that are not there any more", () => {
    editor.setMarks([{ line: 999, column: 5, level: "error", message: "gone" }]);
    editor.setMarks([]);
    expect(typed).toEqual([]);
  });
});
