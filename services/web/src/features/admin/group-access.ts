/** In the order in which they are shown; `full` contains all others (and the server stores it alone). */
export const accessLevels = ['read', 'create', 'change', 'overview', 'full'] as const;
export type AccessLevel = (typeof accessLevels)[number];

/** Levels by group id. */
export type GroupAccess = Readonly<Record<string, readonly string[]>>;

/** Full access takes the place of the levels it contains, and the other way round. */
export function withLevel(access: GroupAccess, groupId: number, level: AccessLevel, on: boolean): GroupAccess {
  const { [String(groupId)]: held = [], ...others } = access;
  const kept = held.filter((each) => each !== level && !(on && (level === 'full' || each === 'full')));
  const levels = accessLevels.filter((each) => kept.includes(each) || (on && each === level));
  return levels.length === 0 ? others : { ...others, [groupId]: levels };
}

export const hasLevel = (access: GroupAccess, groupId: number, level: AccessLevel): boolean =>
  access[String(groupId)]?.includes(level) ?? false;
