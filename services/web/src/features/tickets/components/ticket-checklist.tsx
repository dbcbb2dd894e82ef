import { msg } from '@lingui/core/macro';
import { useLingui } from '@lingui/react/macro';
import { ActionIcon, Button, Checkbox, Menu, Skeleton, TextInput } from '@mantine/core';
import { IconDots, IconListCheck } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type ReactNode, useRef, useState } from 'react';
import { useActions } from '../../../app/actions/use-actions.ts';
import { Failed } from '../../../ui/state-messages.tsx';
import { type Checklist, type ChecklistItem, checklistTemplatesQuery, type Ticket, ticketKeys } from '../queries.ts';
import { type ChecklistActions, useChecklist } from '../use-checklist.ts';
import classes from './ticket-checklist.module.css';

/** What is left to do for a ticket. Alt with an arrow moves the item that the keyboard is on. */
export function TicketChecklist({ ticket }: { ticket: Ticket }) {
  const { t } = useLingui();
  const cache = useQueryClient();
  const actions = useChecklist(ticket);
  const { list, error } = actions;
  if (ticket.checklist_id === null) return <Begin onBegin={actions.start} />;
  if (error) {
    const again = () => void cache.invalidateQueries({ queryKey: ticketKeys.checklist(ticket.id) });
    return <Failed error={error} onRetry={again} />;
  }
  if (!list) return <Skeleton height={48} aria-label={t`Loading the checklist`} />;
  return <Items list={list} actions={actions} />;
}

function Begin({ onBegin }: { onBegin: (templateId: number | null) => void }) {
  const { t } = useLingui();
  const { data: templates = [] } = useQuery(checklistTemplatesQuery);
  useActions([{ id: 'ticket.checklist', label: msg`Add a checklist`, section: 'ticket', run: () => onBegin(null) }]);
  const icon = <IconListCheck size={14} aria-hidden />;
  const button = (onClick?: () => void) => (
    <Button size="compact-xs" variant="subtle" color="gray" leftSection={icon} {...(onClick && { onClick })}>
      {t`Add a checklist`}
    </Button>
  );
  if (templates.length === 0) return button(() => onBegin(null));
  return (
    <Menu position="bottom-start">
      <Menu.Target>{button()}</Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={() => onBegin(null)}>{t`Empty checklist`}</Menu.Item>
        <Menu.Divider />
        {templates.map(({ id, name }) => (
          <Menu.Item key={id} onClick={() => onBegin(id)}>
            {name}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

function Items({ list, actions }: { list: Checklist; actions: ChecklistActions }) {
  const { t } = useLingui();
  const [typed, setTyped] = useState('');
  const [renaming, setRenaming] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  useActions([
    { id: 'ticket.checklist', label: msg`Add to the checklist`, section: 'ticket', run: () => input.current?.focus() },
  ]);
  const { items, name } = list;
  const done = items.filter(({ checked }) => checked).length;
  const total = items.length;
  return (
    <>
      <div className={classes.head}>
        {renaming ? (
          <OneLine
            label={t`Name of the checklist`}
            text={name}
            onDone={(text) => {
              setRenaming(false);
              if (text !== null) actions.rename(text);
            }}
          />
        ) : (
          <span className={classes.name}>{name}</span>
        )}
        {total > 0 && <span className={classes.progress}>{t`${done} of ${total} done`}</span>}
        <More label={t`Actions of the checklist`}>
          <Menu.Item onClick={() => setRenaming(true)}>{t`Rename`}</Menu.Item>
          <Menu.Item color="red" onClick={actions.drop}>
            {t`Delete the checklist`}
          </Menu.Item>
        </More>
      </div>
      {total > 0 && (
        <ul className={classes.list} aria-label={t`Checklist`}>
          {items.map((item) => (
            <Item
              key={item.id}
              item={item}
              ticket={item.ticket_id === null ? undefined : list.tickets[item.ticket_id]}
              actions={actions}
            />
          ))}
        </ul>
      )}
      <TextInput
        ref={input}
        size="xs"
        aria-label={t`Add to the checklist`}
        placeholder={t`What is to do? Ticket#… for a ticket`}
        maxLength={1000}
        value={typed}
        onChange={(event) => setTyped(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Enter' || typed.trim() === '') return;
          event.preventDefault();
          actions.add(typed.trim());
          setTyped('');
        }}
      />
    </>
  );
}

interface ItemProps {
  item: ChecklistItem;
  /** The one it names. */
  ticket: Ticket | undefined;
  actions: ChecklistActions;
}

function Item({ item, ticket, actions }: ItemProps) {
  const { t } = useLingui();
  const [editing, setEditing] = useState(false);
  const { text, checked } = item;
  // A closed ticket is done whatever is ticked here.
  const byTicket = ticket !== undefined && checked;
  return (
    <li className={classes.item}>
      <Checkbox
        size="xs"
        mt={3}
        aria-label={text}
        checked={checked}
        disabled={byTicket}
        onChange={(event) => actions.tick(item, event.currentTarget.checked)}
        onKeyDown={(event) => {
          if (!event.altKey || (event.key !== 'ArrowUp' && event.key !== 'ArrowDown')) return;
          event.preventDefault();
          actions.move(item, event.key === 'ArrowUp' ? -1 : 1);
        }}
      />
      {editing ? (
        <OneLine
          label={t`Text of the item`}
          text={text}
          onDone={(next) => {
            setEditing(false);
            if (next) actions.say(item, next);
          }}
        />
      ) : ticket ? (
        <Link to="/tickets/$id" params={{ id: String(ticket.id) }} className={checked ? classes.done : undefined}>
          #{ticket.number} {ticket.title}
        </Link>
      ) : (
        <span className={checked ? classes.done : undefined}>{text}</span>
      )}
      <More label={t`Actions of “${text}”`}>
        <Menu.Item onClick={() => setEditing(true)}>{t`Edit`}</Menu.Item>
        <Menu.Item onClick={() => actions.move(item, -1)}>{t`Move up`}</Menu.Item>
        <Menu.Item onClick={() => actions.move(item, 1)}>{t`Move down`}</Menu.Item>
        <Menu.Item color="red" onClick={() => actions.remove(item)}>
          {t`Remove`}
        </Menu.Item>
      </More>
    </li>
  );
}

function More({ label, children }: { label: string; children: ReactNode }) {
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon size={24} aria-label={label}>
          <IconDots size={14} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>{children}</Menu.Dropdown>
    </Menu>
  );
}

/** A text being changed where it stands: Enter and leaving keep it, Escape does not. */
function OneLine({ label, text, onDone }: { label: string; text: string; onDone: (text: string | null) => void }) {
  const [value, setValue] = useState(text);
  const over = useRef(false);
  const end = (result: string | null) => {
    if (over.current) return;
    over.current = true;
    onDone(result === null || result.trim() === text ? null : result.trim());
  };
  return (
    <TextInput
      size="xs"
      aria-label={label}
      autoFocus
      maxLength={1000}
      value={value}
      onChange={(event) => setValue(event.currentTarget.value)}
      onBlur={() => end(value)}
      onKeyDown={(event) => {
        if (event.key === 'Enter') end(value);
        if (event.key !== 'Escape') return;
        event.stopPropagation();
        end(null);
      }}
    />
  );
}
