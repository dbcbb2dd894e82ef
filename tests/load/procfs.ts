import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

/** Kernel ticks a second: USER_HZ is 100 on every Linux that Node runs on. */
const MS_PER_TICK = 10;

interface Stat {
  ppid: number;
  /** Own time, and that of children that have ended, ms. */
  cpuMs: number;
  endedChildrenMs: number;
}

function stat(pid: number): Stat | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name, in parentheses, may hold spaces.
    const fields = text
      .slice(text.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    const at = (n: number) => (fields[n] ?? 0) * MS_PER_TICK;
    return { ppid: fields[1] ?? 0, cpuMs: at(11) + at(12), endedChildrenMs: at(13) + at(14) };
  } catch {
    return undefined; // it ended between the two looks
  }
}

function childrenOf(parents: Set<number>): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => parents.has(stat(pid)?.ppid ?? 0));
}

/** CPU time so far of processes and their children, ms. A server's backends that have ended count through it. */
export function cpuMs(pids: number[]): number {
  const parents = new Set(pids);
  const family = [...parents, ...childrenOf(parents)];
  return family.reduce((sum, pid) => {
    const found = stat(pid);
    return sum + (found ? found.cpuMs + (parents.has(pid) ? found.endedChildrenMs : 0) : 0);
  }, 0);
}

/** Memory that is really theirs: shared pages are divided among those who share them. MiB. */
export function pssMiB(pids: number[]): number {
  const parents = new Set(pids);
  const kib = [...parents, ...childrenOf(parents)].map((pid) => {
    try {
      return Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1] ?? 0);
    } catch {
      return 0;
    }
  });
  return Math.round(kib.reduce((sum, value) => sum + value, 0) / 1024);
}

/**
 * Waits until what the load set off (events, index, mail) has been worked off: hardly more than the pollers of an idle
 * platform use, an eighth of a core.
 */
export async function untilQuiet(pids: () => number[], patienceMs = 60_000): Promise<void> {
  const end = performance.now() + patienceMs;
  for (let calm = 0, before = cpuMs(pids()); calm < 2 && performance.now() < end; ) {
    await pause(500);
    const now = cpuMs(pids());
    calm = now - before <= 60 ? calm + 1 : 0;
    before = now;
  }
}
