import type { Choice, Condition, Script, Text } from "@wire/wire";

/** A step whose answer decides whether later steps apply. */
export interface BranchingStep {
  id: string;
  title: Text;
  choices: readonly Choice[];
}

/** The steps that some condition asks about, in the order of the script. */
export function branchingSteps(script: Script): BranchingStep[] {
  const asked = new Set<string>();
  for (const step of script.steps) collect(step.when, asked);
  return script.steps.flatMap((step) =>
    asked.has(step.id) && "choices" in step
      ? [{ id: step.id, title: step.title, choices: step.choices }]
      : [],
  );
}

/** Parts of a condition that are not used are left out of the JSON. */
function collect(when: Partial<Condition> | null | undefined, into: Set<string>): void {
  if (when == null) return;
  if (when.answer != null) into.add(when.answer);
  for (const part of [...(when.all ?? []), ...(when.any ?? [])]) collect(part, into);
  collect(when.not, into);
}
