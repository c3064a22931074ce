import { scriptsApi } from "./scripts_api";
import { withVersion } from "./yaml_lines";

/** Begins a draft from a text, already under the next number of its script. */
export function useNewDraft(): { begin(scriptId: string, text: string): Promise<string> } {
  return {
    async begin(scriptId, text) {
      const { items } = await scriptsApi.shelves();
      const shelf = items.find((one) => one.script_id === scriptId);
      const newest = Math.max(0, ...(shelf?.versions.map((one) => one.version) ?? []));
      const made = await scriptsApi.begin({
        script_id: scriptId,
        text: withVersion(text, newest + 1),
      });
      return made.draft.draft_id;
    },
  };
}
