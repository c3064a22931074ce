import { defaultKeymap, history, historyKeymap, redo, undo } from "@codemirror/commands";
import { yaml } from "@codemirror/lang-yaml";
import {
  bracketMatching,
  foldGutter,
  foldKeymap,
  HighlightStyle,
  indentOnInput,
  syntaxHighlighting,
} from "@codemirror/language";
import { lintGutter, lintKeymap, nextDiagnostic, setDiagnostics, type Diagnostic } from "@codemirror/lint";
import { openSearchPanel, search, searchKeymap } from "@codemirror/search";
import { Compartment, EditorState, type Extension } from "@codemirror/state";
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  keymap,
  lineNumbers,
} from "@codemirror/view";
import { tags } from "@lezer/highlight";

/** One finding as the editor underlines it: a line and a column, counted from 1. */
export interface Mark {
  line: number;
  column: number;
  level: "error" | "warning";
  message: string;
}

export type EditCommand = "undo" | "redo" | "find" | "next";

const COMMANDS: Record<EditCommand, (view: EditorView) => boolean> = {
  undo,
  redo,
  find: openSearchPanel,
  next: nextDiagnostic,
};

export interface YamlEditorOptions {
  /** A shadow root: there CodeMirror adopts its style sheet, which `style-src 'self'` permits. */
  root: ShadowRoot;
  text: string;
  label: string;
  phrases: Record<string, string>;
  changed(text: string): void;
  atLine(line: number): void;
}

export interface YamlEditor {
  setText(text: string): void;
  setReadOnly(isReadOnly: boolean): void;
  setMarks(marks: readonly Mark[]): void;
  goTo(line: number, column?: number): void;
  /** What the buttons above the text do; each leaves the focus where one goes on. */
  run(command: EditCommand): void;
  /** Writes a line below the cursor's, set in as that one is, as a field of the same part. */
  insertLine(written: string): void;
  destroy(): void;
}

const COLOURS = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: "var(--sl-accent)" },
  { tag: [tags.comment], color: "var(--sl-ink-faint)", fontStyle: "italic" },
  { tag: [tags.keyword, tags.bool, tags.number], color: "var(--sl-warning)" },
  { tag: [tags.invalid], color: "var(--sl-danger)" },
]);

const THEME = EditorView.theme({
  "&": { height: "100%", color: "var(--sl-ink)", backgroundColor: "var(--sl-surface)" },
  "&.cm-focused": { outline: "3px solid var(--sl-accent)", outlineOffset: "-3px" },
  ".cm-scroller": { fontFamily: "var(--sl-font-number)", fontSize: "13px", lineHeight: "20px" },
  ".cm-content": { caretColor: "var(--sl-ink)" },
  ".cm-cursor": { borderLeftColor: "var(--sl-ink)" },
  ".cm-gutters": {
    backgroundColor: "var(--sl-ground)",
    color: "var(--sl-ink-faint)",
    borderRight: "1px solid var(--sl-line)",
  },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "var(--sl-accent-soft)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground":
    { backgroundColor: "var(--sl-line)" },
  ".cm-tooltip, .cm-panels": {
    backgroundColor: "var(--sl-surface)",
    color: "var(--sl-ink)",
    border: "1px solid var(--sl-line-strong)",
  },
  ".cm-panels button, .cm-panels input": { font: "inherit" },
});

/** A YAML editor; Tab leaves it, so that nobody who uses the keyboard is caught. */
export function yamlEditor(options: YamlEditorOptions): YamlEditor {
  const readOnly = new Compartment();
  const view = new EditorView({
    root: options.root,
    parent: options.root,
    state: EditorState.create({
      doc: options.text,
      extensions: [extensions(options), readOnly.of(EditorState.readOnly.of(false))],
    }),
  });
  return {
    setText(text) {
      if (text === view.state.doc.toString()) return;
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } });
    },
    setReadOnly(isReadOnly) {
      view.dispatch({ effects: readOnly.reconfigure(EditorState.readOnly.of(isReadOnly)) });
    },
    setMarks(marks) {
      view.dispatch(setDiagnostics(view.state, marks.map((mark) => diagnostic(view, mark))));
    },
    goTo(line, column = 1) {
      const place = placeOf(view, line, column);
      view.dispatch({
        selection: { anchor: place },
        effects: EditorView.scrollIntoView(place, { y: "center" }),
      });
      view.focus();
    },
    run(command) {
      if (command !== "find") view.focus();
      COMMANDS[command](view);
    },
    insertLine(written) {
      const line = view.state.doc.lineAt(view.state.selection.main.head);
      const insert = `\n${fieldIndent(line.text)}${written}`;
      const end = line.to + insert.length;
      view.dispatch({ changes: { from: line.to, insert }, selection: { anchor: end } });
      view.focus();
    },
    destroy() {
      view.destroy();
    },
  };
}

function extensions(options: YamlEditorOptions): Extension {
  return [
    lineNumbers(),
    foldGutter(),
    lintGutter(),
    highlightActiveLine(),
    highlightActiveLineGutter(),
    drawSelection(),
    history(),
    indentOnInput(),
    bracketMatching(),
    search({ top: true }),
    yaml(),
    syntaxHighlighting(COLOURS),
    THEME,
    EditorView.lineWrapping,
    EditorState.phrases.of(options.phrases),
    // The text scrolls: whoever has only a keyboard must be able to enter it in every browser.
    EditorView.contentAttributes.of({ "aria-label": options.label, tabindex: "0" }),
    keymap.of([...defaultKeymap, ...historyKeymap, ...searchKeymap, ...foldKeymap, ...lintKeymap]),
    EditorView.updateListener.of((update) => {
      if (update.docChanged) options.changed(update.state.doc.toString());
      if (update.docChanged || update.selectionSet) {
        options.atLine(update.state.doc.lineAt(update.state.selection.main.head).number);
      }
    }),
  ];
}

/** What a field under this line's begins with: a list's dash counts as two spaces. */
function fieldIndent(line: string): string {
  const [, spaces = "", dash = ""] = /^( *)(- )?/.exec(line) ?? [];
  return spaces + " ".repeat(dash.length);
}

function placeOf(view: EditorView, line: number, column: number): number {
  const { doc } = view.state;
  const found = doc.line(Math.min(Math.max(1, line), doc.lines));
  return Math.min(found.from + Math.max(0, column - 1), found.to);
}

function diagnostic(view: EditorView, mark: Mark): Diagnostic {
  const from = placeOf(view, mark.line, mark.column);
  const { to } = view.state.doc.lineAt(from);
  return { from, to: Math.max(from, to), severity: mark.level, message: mark.message };
}
