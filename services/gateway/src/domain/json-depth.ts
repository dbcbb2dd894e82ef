/** Whether lists and objects stand in each other more than `max` deep. Walks level by level: no stack to run out of. */
export function isDeeperThan(max: number, value: unknown): boolean {
  let level = [value].filter(isContainer);
  for (let depth = 1; level.length > 0; depth++) {
    if (depth > max) return true;
    const next: object[] = [];
    for (const one of level) {
      for (const inner of Array.isArray(one) ? one : Object.values(one)) if (isContainer(inner)) next.push(inner);
    }
    level = next;
  }
  return false;
}

function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
