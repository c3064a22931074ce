import type { ChooseDisplay, DisplayView } from "@wire/wire";
import { beforeEach, describe, expect, it } from "vitest";

import { Display } from "./display";

const PLAIN: DisplayView = { elder: false, voice: "normal", language: null };
const ELDER: DisplayView = { elder: true, voice: "slow", language: "zh-CN" };

let root: HTMLElement;
let sent: ChooseDisplay[];
let reachable: boolean;

function opened(language: "zh-CN" | "zh-HK" | "en" = "zh-CN"): Display {
  const display = new Display(sessionStorage, root, language);
  display.connect((choice) => {
    if (reachable) sent.push(choice);
    return reachable;
  });
  return display;
}

beforeEach(() => {
  sessionStorage.clear();
  root = document.createElement("html");
  sent = [];
  reachable = true;
});

describe("display", () => {
  it("says nothing where nothing was chosen", () => {
    opened().welcomed(PLAIN);
    expect(sent).toEqual([]);
    expect(root.dataset.elder).toBe("off");
  });

  it("brings the slow voice with elder mode, and takes it away again", () => {
    const display = opened();
    display.choose({ elder: true });
    expect(sent).toEqual([{ type: "choose_display", elder: true, voice: "slow", language: "zh-CN" }]);
    expect(root.dataset.elder).toBe("on");
    display.choose({ elder: false });
    expect(sent[1]).toMatchObject({ elder: false, voice: "normal" });
    expect(root.dataset.elder).toBe("off");
  });

  it("lets an elder have the normal voice", () => {
    const display = opened();
    display.choose({ elder: true });
    display.choose({ voice: "normal" });
    expect(sent[1]).toMatchObject({ elder: true, voice: "normal" });
  });

  it("tells a choice from before the session as soon as it is welcomed", () => {
    reachable = false;
    opened().choose({ elder: true });
    reachable = true;
    const again = opened();
    expect(again.state.elder).toBe(true);
    again.told(PLAIN);
    expect(sent).toMatchObject([{ elder: true }]);
  });

  it("says which language is read, where it is not the one that counts", () => {
    const display = opened("zh-HK");
    display.welcomed(PLAIN);
    expect(sent).toMatchObject([{ language: "zh-HK", elder: false }]);
    display.welcomed({ ...PLAIN, language: "zh-HK" });
    expect(sent).toHaveLength(1);
  });

  it("is not thrown back by what the server said before it heard", () => {
    const display = opened();
    display.choose({ elder: true });
    display.told(PLAIN);
    expect(display.state.elder).toBe(true);
    display.told(ELDER);
    display.told(PLAIN);
    expect(display.state.elder).toBe(false);
  });

  it("comes on by itself when the record says so, and says that it did", () => {
    const display = opened();
    display.told(ELDER);
    expect(display.state).toMatchObject({ elder: true, voice: "slow", cameByItself: true });
    expect(root.dataset.elder).toBe("on");
    expect(sent).toEqual([]);
    display.choose({ elder: false });
    expect(display.state).toMatchObject({ elder: false, voice: "normal", cameByItself: false });
  });

  it("tells again what was lost with a connection", () => {
    const display = opened();
    display.choose({ elder: true });
    display.welcomed(PLAIN);
    expect(sent).toHaveLength(2);
  });

  it("follows the record after a refusal", () => {
    const display = opened();
    display.choose({ elder: true });
    display.refused();
    display.told(PLAIN);
    expect(display.state.elder).toBe(false);
  });

  it.each(["", "nonsense", "[]", "null", '{"elder":"yes","voice":7}'])(
    "takes %j in its place for nothing",
    (kept) => {
      sessionStorage.setItem("shuanglu.display", kept);
      expect(opened().state).toMatchObject({ elder: false, voice: "normal" });
    },
  );
});
