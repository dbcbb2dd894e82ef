/** A permission that stands on its own, or one with those below it. */
export interface PermissionBranch {
  name: string;
  children: string[];
}

/** Permissions by their first word, in the order in which they come. */
export function asBranches(names: readonly string[]): PermissionBranch[] {
  const branches = new Map<string, string[]>();
  for (const name of names) {
    const [top = name] = name.split('.');
    const children = branches.get(top) ?? [];
    branches.set(top, name === top ? children : [...children, name]);
  }
  return Array.from(branches, ([name, children]) => ({ name, children }));
}

export const grantedByParent = (held: readonly string[], name: string): boolean =>
  held.some((each) => name.startsWith(`${each}.`));

/** A parent takes the place of the permissions that it grants. */
export function withPermission(held: readonly string[], name: string, on: boolean): string[] {
  const others = held.filter((each) => each !== name && !(on && each.startsWith(`${name}.`)));
  return on ? [...others, name].toSorted() : others;
}
