import { useLingui } from '@lingui/react/macro';
import { Button, Text, UnstyledButton } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { type Action, registry } from '../actions/registry.ts';
import { KeyCaps, keyCaps } from './key-caps.tsx';

/** How long a `g` waits for the key that goes with it, ms. */
const SECOND_KEY_MS = 1_000;

/** What can be remapped: keys of their own. Chords with Ctrl belong to habit and to the browser. */
export const isOwnKey = (key: string): boolean => !/\$mod|Shift|Escape/.test(key);

/** The key of one action; pressing the button takes the next key for it. */
export function KeyChoice({
  action,
  name,
  onChoose,
}: {
  action: Action;
  name: string;
  onChoose: (key: string) => void;
}) {
  const { t } = useLingui();
  const [listening, setListening] = useState(false);
  const key = action.key ?? '';
  if (listening) {
    return (
      <Listener
        onKey={(chosen) => {
          setListening(false);
          if (chosen !== undefined && chosen !== key) onChoose(chosen);
        }}
      />
    );
  }
  const caps = keyCaps(key).join(' ');
  return (
    <UnstyledButton
      aria-label={key ? t`Change the key of “${name}”, now ${caps}` : t`“${name}” has none: give it a key`}
      onClick={() => setListening(true)}
    >
      {key ? (
        <KeyCaps of={key} />
      ) : (
        <Text size="sm" c="dimmed">
          {t`none`}
        </Text>
      )}
    </UnstyledButton>
  );
}

/** Hears one key, or `g` and one more. Undefined for "leave it", empty for "none". */
function Listener({ onKey }: { onKey: (key: string | undefined) => void }) {
  const { t } = useLingui();
  const first = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(first.current), []);
  return (
    <Button
      size="compact-xs"
      variant="light"
      autoFocus
      onBlur={() => onKey(undefined)}
      onKeyDown={(event) => {
        if (event.key === 'Tab' || event.ctrlKey || event.metaKey || event.altKey) return;
        event.preventDefault();
        event.stopPropagation(); // Esc would close the dialog
        const pressed = event.key.toLowerCase();
        if (pressed === 'escape') onKey(undefined);
        else if (pressed === 'backspace' || pressed === 'delete') onKey('');
        else if (event.shiftKey || pressed.length !== 1 || pressed === ' ') return;
        else if (first.current) {
          clearTimeout(first.current);
          onKey(`g ${pressed}`);
        } else if (pressed === 'g') first.current = setTimeout(() => onKey('g'), SECOND_KEY_MS);
        else onKey(pressed);
      }}
    >
      {t`Press a key`}
    </Button>
  );
}

/** The action that has the key already, or begins or ends with it so that one would never be heard. */
export function holderOf(key: string, of: Action): Action | undefined {
  return registry.all().find(({ id, key: other }) => id !== of.id && other && clash(key, other));
}

const clash = (a: string, b: string): boolean => a === b || a.startsWith(`${b} `) || b.startsWith(`${a} `);
