import { useLingui } from '@lingui/react/macro';
import { Paper, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { Editor } from '@tiptap/react';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { call } from '../../../app/api.ts';
import { readHtml } from '../../../app/trusted-types.ts';
import { textModulesQuery } from '../library.ts';
import { textModuleTyped } from '../text-module-typed.ts';
import classes from './text-modules.module.css';

interface Typed {
  query: string;
  from: number;
  to: number;
}

const MOST = 8;
const listId = 'text-modules';
const optionId = (id: number) => `text-module-${id}`;

/** Text modules of an editor: `::` and a word offers them, arrows choose, Enter writes one as the ticket says it. */
export function useTextModules(
  ticketId: number | null,
  enabled: boolean,
): {
  onUpdate: (editor: Editor) => void;
  /** @returns whether the key was meant for the choice */
  onKeyDown: (event: KeyboardEvent) => boolean;
  choice: ReactNode;
} {
  const { t } = useLingui();
  const editor = useRef<Editor | null>(null);
  const [typed, setTyped] = useState<Typed | null>(null);
  const [at, setAt] = useState(0);
  const { data: modules = [] } = useQuery({ ...textModulesQuery, enabled: enabled && typed !== null });
  const words = typed?.query.toLocaleLowerCase() ?? '';
  const found = typed
    ? modules
        .filter(({ name, keywords }) => `${name} ${keywords ?? ''}`.toLocaleLowerCase().includes(words))
        .slice(0, MOST)
    : [];
  const active = found[Math.min(at, found.length - 1)];
  const preview = useQuery({
    queryKey: ['text-module', active?.id, ticketId],
    queryFn: ({ signal }) =>
      call('previewTextModule', {
        body: { id: active?.id, ...(ticketId !== null && { ticket_id: ticketId }) },
        signal,
      }),
    enabled: active !== undefined,
    staleTime: 30_000,
  });
  // The focus stays in the text; a screen reader hears of the choice by these.
  useEffect(() => {
    const dom = editor.current?.isDestroyed === false ? editor.current.view.dom : null;
    if (!dom) return;
    if (active) {
      dom.setAttribute('aria-controls', listId);
      dom.setAttribute('aria-activedescendant', optionId(active.id));
    } else {
      dom.removeAttribute('aria-controls');
      dom.removeAttribute('aria-activedescendant');
    }
  }, [active]);

  const write = async (id: number) => {
    if (!typed) return;
    const { content } = await call('previewTextModule', {
      body: { id, ...(ticketId !== null && { ticket_id: ticketId }) },
    });
    editor.current?.chain().focus().deleteRange({ from: typed.from, to: typed.to }).insertContent(content).run();
    setTyped(null);
  };
  const onKeyDown = (event: KeyboardEvent): boolean => {
    if (!active) return false;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) setAt((Math.min(at, found.length - 1) + step + found.length) % found.length);
    else if (event.key === 'Enter' || event.key === 'Tab') void write(active.id);
    else if (event.key === 'Escape') setTyped(null);
    else return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  };
  const choice = active && (
    <Paper withBorder shadow="sm" className={classes.choice}>
      <div id={listId} role="listbox" aria-label={t`Text modules`} className={classes.list}>
        {found.map(({ id, name, keywords }) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the keys belong to the editor, which keeps the focus
          <div
            key={id}
            id={optionId(id)}
            role="option"
            tabIndex={-1}
            aria-selected={id === active.id}
            className={classes.option}
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => void write(id)}
          >
            {name}
            {keywords && <span className={classes.keywords}>{keywords}</span>}
          </div>
        ))}
      </div>
      <Text size="sm" className={classes.preview} aria-live="polite">
        {preview.data ? plainText(preview.data.content) : '…'}
      </Text>
    </Paper>
  );
  return {
    onUpdate: (changed) => {
      if (!enabled) return;
      editor.current = changed;
      const { $from, from, empty } = changed.state.selection;
      const before = $from.parent.textBetween(0, $from.parentOffset, undefined, '\ufffc');
      const query = empty ? textModuleTyped(before) : null;
      setTyped(query === null ? null : { query, from: from - query.length - 2, to: from });
      setAt(0);
    },
    onKeyDown,
    choice,
  };
}

function plainText(html: string): string {
  const { body } = readHtml(html.replaceAll(/<br\s*\/?>|<\/(?:p|div|li)>/g, '$&\n'));
  return body.textContent?.trim() ?? '';
}
