import type { Messages } from "@shared/i18n/create";

/** The tools of whoever writes scripts: templates, history, what is saved, the editor's buttons. */
export const scriptTools: Messages = {
  script_new: {
    begin_from: "Begin from",
    blank: "A blank script",
    blank_what: "One disclosure and the last confirmation",
    what: "{sale} · {steps} steps · about {minutes} minutes",
    told: "Told when a session is created: {facts}",
    told_nothing: "Nothing more is told when a session is created",
    loading: "Reading the templates…",
    none: "There are no templates; begin from a blank script",
    again: "Read the templates again",
    replace: "Whatever a template marks as “replace” is a sample; put your institution's own in.",
  },
  script_history: {
    title: "History of {script}",
    open: "History",
    none: "Nobody has changed it; its versions came with the software.",
    at: "When",
    who: "Who",
    did: "What",
    why: "Why",
    version: "Version",
    of_draft: "See this draft",
    most: "The latest 500 entries at most are shown here.",
  },
  script_change: {
    write: "saved the draft",
    submit: "submitted it",
    reopen: "opened it again",
    approve: "approved it",
    reject: "sent it back",
    publish: "published it",
    withdraw: "withdrew it or gave it up",
  },
  script_save: {
    saved: "Saved at {time}",
    saving: "Saving…",
    with_keys: "Save (Ctrl+S)",
  },
  script_edit: {
    tools: "Editing",
    undo: "Undo",
    redo: "Redo",
    find: "Find",
    next: "Next finding",
    keys: "Ctrl+Z undoes, Ctrl+F finds, F8 goes to the next finding, Tab leaves the editor",
  },
  script_file: {
    too_large: "“{file}” is too large: a script has at most {kilobytes} KB",
    not_utf8: "“{file}” is not in UTF-8 on line {line}; save it as UTF-8 and import it again",
    unreadable: "“{file}” cannot be read; please choose it again",
  },
  script_speech: {
    no_recording: "The recorded voice of step “{step}” is not there, or cannot be played; please upload it again",
    no_voice: "There is no such voice as the script's voice names; please choose another",
    no_words: "The speech of step “{step}” cannot be rendered; please change its say",
    failed: "Rendering the speech of step “{step}” failed; try again, then ask your technicians",
  },
  note: {
    screen_not_recorded: "What the customer's screen showed was not recorded",
    screen_partly_recorded: "What the customer's screen showed was recorded in part only",
  },
};
