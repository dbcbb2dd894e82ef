/** One step of a change of a group's members. */
export type MemberStep = { do: 'add' | 'remove' | 'set'; ids: readonly string[] } | { do: 'clear' };

/** What steps in a row come to: nobody but `add` when `clear`, else those there are without `remove`, and `add`. */
export interface MemberChange {
  clear: boolean;
  add: ReadonlySet<string>;
  remove: ReadonlySet<string>;
}

/** Sums steps up, so that the rows change once, whoever is in how many of them. */
export function memberChange(steps: readonly MemberStep[]): MemberChange {
  let clear = false;
  const add = new Set<string>();
  const remove = new Set<string>();
  for (const step of steps) {
    if (step.do === 'clear' || step.do === 'set') {
      clear = true;
      add.clear();
      remove.clear();
    }
    if (step.do === 'clear') continue;
    for (const id of step.ids) {
      (step.do === 'remove' ? add : remove).delete(id);
      (step.do === 'remove' ? remove : add).add(id);
    }
  }
  return { clear, add, remove };
}
