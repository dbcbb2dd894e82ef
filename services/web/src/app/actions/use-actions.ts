import { useEffect, useRef, useSyncExternalStore } from 'react';
import { type Action, registry } from './registry.ts';

/**
 * Registers actions while the component is mounted. The registered objects stay the same between renders and look their
 * `can` and `run` up in the latest render, so a closure never goes stale and nothing re-registers on each keystroke.
 * The set of ids and keys must not change while mounted.
 */
export function useActions(actions: readonly Action[]): void {
  const latest = useRef(actions);
  latest.current = actions;
  useEffect(
    () =>
      registry.register(
        latest.current.map((action, index) => ({
          ...action,
          can: () => latest.current[index]?.can?.() ?? true,
          run: () => latest.current[index]?.run(),
        })),
      ),
    [],
  );
}

export function useRegisteredActions(): readonly Action[] {
  return useSyncExternalStore(registry.subscribe, registry.all);
}
