import { useEffect } from 'react';
import { createKeybindingsHandler } from 'tinykeys';
import { longestFirst, registry } from './registry.ts';
import { useRegisteredActions } from './use-actions.ts';

const editable = 'input, textarea, select, [contenteditable="true"], [role="combobox"], [role="textbox"]';

/** Single keys belong to the field or the open dialog that has the focus (WCAG 2.1.4); chords with Ctrl work anywhere. */
function isTyping(event: KeyboardEvent): boolean {
  if (event.ctrlKey || event.metaKey) return false;
  const target = event.target instanceof Element ? event.target : null;
  return Boolean(target?.closest(`${editable}, [role="dialog"], [role="menu"], [role="listbox"]`));
}

/** One listener for every key of every registered action. */
export function useShortcuts(enabled: boolean): void {
  const actions = useRegisteredActions();
  useEffect(() => {
    if (!enabled) return;
    const keys = longestFirst(actions.flatMap((action) => action.key || []));
    const bindings = Object.fromEntries(
      keys.map((key) => [
        key,
        (event: KeyboardEvent) => {
          const action = registry.forKey(key);
          if (!action) return;
          event.preventDefault();
          action.run();
        },
      ]),
    );
    const handler = createKeybindingsHandler(bindings, { ignore: isTyping });
    window.addEventListener('keydown', handler);
    return () => window.removeEventListener('keydown', handler);
  }, [actions, enabled]);
}
