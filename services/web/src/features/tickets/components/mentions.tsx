import { useLingui } from '@lingui/react/macro';
import { Paper } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { Editor } from '@tiptap/react';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { call } from '../../../app/api.ts';
import { mentionTyped } from '../mention-typed.ts';
import classes from './text-modules.module.css';

interface Typed {
  query: string;
  from: number;
  to: number;
}

const listId = 'mentions';
const optionId = (id: number) => `mention-${id}`;

/**
 * Whom an editor may call: `@` and letters of a name offer agents who may read the ticket, arrows choose, Enter writes.
 * @param ticketId  absent: nobody is offered
 */
export function useMentions(ticketId: number | undefined): {
  onUpdate: (editor: Editor) => void;
  /** @returns whether the key was meant for the choice */
  onKeyDown: (event: KeyboardEvent) => boolean;
  choice: ReactNode;
} {
  const { t } = useLingui();
  const editor = useRef<Editor | null>(null);
  const [typed, setTyped] = useState<Typed | null>(null);
  const [at, setAt] = useState(0);
  const query = typed?.query ?? '';
  const { data: agents = [] } = useQuery({
    queryKey: ['tickets', 'mentionable', ticketId, query],
    queryFn: ({ signal }) =>
      call('mentionableAgents', {
        query: { mentionable_type: 'Ticket', mentionable_id: ticketId as number, query },
        signal,
      }),
    enabled: ticketId !== undefined && typed !== null,
    staleTime: 60_000,
    placeholderData: keepPreviousData,
  });
  const found = typed ? agents : [];
  const active = found[Math.min(at, found.length - 1)];
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

  const write = (agent: { id: number; name: string }) => {
    if (!typed) return;
    const { from, to } = typed;
    const content = [
      { type: 'mention', attrs: { id: String(agent.id), label: agent.name } },
      { type: 'text', text: ' ' },
    ];
    editor.current?.chain().focus().deleteRange({ from, to }).insertContent(content).run();
    setTyped(null);
  };
  const onKeyDown = (event: KeyboardEvent): boolean => {
    if (!active) return false;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) setAt((Math.min(at, found.length - 1) + step + found.length) % found.length);
    else if ((event.key === 'Enter' && !event.ctrlKey && !event.metaKey) || event.key === 'Tab') write(active);
    else if (event.key === 'Escape') setTyped(null);
    else return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  };
  const choice = active && (
    <Paper withBorder shadow="sm" className={classes.people}>
      <div id={listId} role="listbox" aria-label={t`People to call`}>
        {found.map((agent) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the keys belong to the editor, which keeps the focus
          <div
            key={agent.id}
            id={optionId(agent.id)}
            role="option"
            tabIndex={-1}
            aria-selected={agent.id === active.id}
            className={classes.option}
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => write(agent)}
          >
            {agent.name}
            <span className={classes.keywords}>{agent.login}</span>
          </div>
        ))}
      </div>
    </Paper>
  );
  return {
    onUpdate: (changed) => {
      if (ticketId === undefined) return;
      editor.current = changed;
      const { $from, from, empty } = changed.state.selection;
      const before = $from.parent.textBetween(0, $from.parentOffset, undefined, '\ufffc');
      const called = empty ? mentionTyped(before) : null;
      setTyped(called && { query: called.query, from: from - called.length, to: from });
      setAt(0);
    },
    onKeyDown,
    choice,
  };
}
