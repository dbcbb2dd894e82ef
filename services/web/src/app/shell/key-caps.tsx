import { Kbd } from '@mantine/core';

const isMac = typeof navigator !== 'undefined' && /Mac|iPhone|iPad/.test(navigator.userAgent);
const names: Record<string, string> = {
  $mod: isMac ? '⌘' : 'Ctrl',
  Shift: '⇧',
  Enter: '↵',
  Escape: 'Esc',
  ArrowDown: '↓',
  ArrowUp: '↑',
};

/** What is printed on the keys of a binding: `g i` -> G, I; `$mod+k` -> Ctrl, K. */
export function keyCaps(binding: string): string[] {
  return binding.split(/[ +]/).map((key) => names[key] ?? (key.length === 1 ? key.toUpperCase() : key));
}

export function KeyCaps({ of }: { of: string }) {
  return (
    <span style={{ whiteSpace: 'nowrap' }}>
      {keyCaps(of).map((cap) => (
        <Kbd key={cap} size="xs" ml={4}>
          {cap}
        </Kbd>
      ))}
    </span>
  );
}
