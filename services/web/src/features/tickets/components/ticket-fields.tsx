import { msg } from '@lingui/core/macro';
import { useLingui } from '@lingui/react/macro';
import { Select, TextInput } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { useActions } from '../../../app/actions/use-actions.ts';
import { ImpactFields } from '../../impact/impact-fields.tsx';
import { agentsQuery, nameOf, nobody } from '../../people/queries.ts';
import { useMe } from '../../session/use-me.ts';
import { priorityLabel, stateLabel } from '../labels.ts';
import { groupsQuery, prioritiesQuery, statesQuery, type Ticket } from '../queries.ts';
import { isPendingState, isResultState, stateTypeOf } from '../state-type.ts';
import { useUndo } from '../undo.ts';
import { useAfterClose } from '../use-after-close.ts';
import { useClosing } from '../use-closing.tsx';
import { useUpdateTicket } from '../use-update-ticket.ts';
import { PendingUntil } from './pending-until.tsx';
import classes from './ticket-fields.module.css';

/** State, priority, group and owner, changed where they stand. */
export function TicketFields({ ticket }: { ticket: Ticket }) {
  const { t, i18n } = useLingui();
  const { me } = useMe();
  const update = useUpdateTicket(ticket.id);
  const cache = useQueryClient();
  const { data: states = [] } = useQuery(statesQuery);
  const { data: priorities = [] } = useQuery(prioritiesQuery);
  const { data: groups = [] } = useQuery(groupsQuery);
  const { data: agents = [] } = useQuery(agentsQuery);
  const [pendingState, setPendingState] = useState<{ id: number; name: string } | null>(null);
  const inputs = useRef<Record<string, HTMLInputElement | null>>({});
  const undo = useUndo();
  const closing = useClosing(ticket);
  const afterClose = useAfterClose();

  const setState = (id: number, name: string, pendingTime: string | null) => {
    const label = stateLabel(i18n, name);
    update({
      fields: { state_id: id, pending_time: pendingTime },
      shown: { state_id: id, state: name, pending_time: pendingTime },
      back: {
        fields: { state_id: ticket.state_id, pending_time: ticket.pending_time },
        shown: { state_id: ticket.state_id, state: ticket.state, pending_time: ticket.pending_time },
      },
      done: t`State: ${label}`,
    });
  };
  const close = (id: number, name: string) => {
    setState(id, name, null);
    afterClose();
  };
  const chooseState = (id: number) => {
    const state = states.find((candidate) => candidate.id === id);
    if (!state || id === ticket.state_id) return;
    if (isPendingState(state)) setPendingState({ id, name: state.name });
    else if (stateTypeOf(state) === 'closed') closing.close(() => close(id, state.name));
    else setState(id, state.name, null);
  };
  const setPriority = (id: number) => {
    const name = priorities.find((candidate) => candidate.id === id)?.name ?? '';
    if (id === ticket.priority_id) return;
    const label = priorityLabel(i18n, name);
    update({
      fields: { priority_id: id },
      shown: { priority_id: id, priority: name },
      back: {
        fields: { priority_id: ticket.priority_id },
        shown: { priority_id: ticket.priority_id, priority: ticket.priority },
      },
      done: t`Priority: ${label}`,
    });
  };
  const setGroup = (id: number) => {
    const name = groups.find((candidate) => candidate.id === id)?.name ?? '';
    if (id === ticket.group_id) return;
    update({
      fields: { group_id: id },
      shown: { group_id: id, group: name },
      back: { fields: { group_id: ticket.group_id }, shown: { group_id: ticket.group_id, group: ticket.group } },
      done: t`Group: ${name}`,
    });
  };
  const setOwner = (id: number) => {
    if (id === ticket.owner_id) return;
    // Who takes a ticket need not wait for the list of all agents.
    const agent = id === me.id ? me : agents.find((candidate) => candidate.id === id);
    const name = agent ? nameOf(agent) : t`Nobody`;
    update({
      fields: { owner_id: id },
      shown: { owner_id: id, owner: name },
      back: {
        fields: { owner_id: ticket.owner_id },
        shown: { owner_id: ticket.owner_id, owner: ticket.owner },
      },
      done: t`Owner: ${name}`,
    });
  };

  const keep = (field: string) => (element: HTMLInputElement | null) => {
    inputs.current[field] = element;
  };
  const open = (field: string) => () => {
    inputs.current[field]?.focus();
    inputs.current[field]?.click();
  };
  const isClosed = (state: (typeof states)[number]) => state.name === 'closed';
  const closed = states.find(isClosed);
  // A key may be pressed before the states are there: it is not lost.
  const closeNow = async () => {
    const state = (await cache.ensureQueryData(statesQuery)).find(isClosed);
    if (state && state.id !== ticket.state_id) closing.close(() => close(state.id, state.name));
  };
  useActions([
    { id: 'ticket.state', label: msg`Change the state`, section: 'ticket', key: 's', run: open('state') },
    { id: 'ticket.priority', label: msg`Change the priority`, section: 'ticket', key: 'p', run: open('priority') },
    { id: 'ticket.assign', label: msg`Change the owner`, section: 'ticket', key: 'a', run: open('owner') },
    { id: 'ticket.group', label: msg`Change the group`, section: 'ticket', run: open('group') },
    {
      id: 'ticket.take',
      label: msg`Assign to me`,
      section: 'ticket',
      key: 'i',
      can: () => ticket.owner_id !== me.id,
      run: () => setOwner(me.id),
    },
    {
      id: 'ticket.close',
      label: msg`Close the ticket`,
      section: 'ticket',
      key: 'e',
      can: () => states.length === 0 || (closed !== undefined && ticket.state_id !== closed.id),
      run: () => void closeNow(),
    },
    {
      id: 'ticket.undo',
      label: msg`Undo the last change`,
      section: 'ticket',
      key: 'z',
      can: () => undo.last !== null,
      run: () => undo.last?.(),
    },
  ]);

  const ownerKnown = ticket.owner_id === nobody || agents.some((agent) => agent.id === ticket.owner_id);
  const owners = [
    { value: String(nobody), label: t`Nobody` },
    ...agents.map((agent) => ({ value: String(agent.id), label: nameOf(agent) })),
    ...(ownerKnown ? [] : [{ value: String(ticket.owner_id), label: String(ticket.owner ?? ticket.owner_id) }]),
  ];
  const field = { size: 'xs' as const, className: classes.field };
  const common = { ...field, comboboxProps: { width: 'max-content' as const } };
  // As it was called when it was asked for.
  const service = (ticket.preferences.service as { name?: string } | undefined)?.name;
  return (
    <div className={classes.fields}>
      <Select
        {...common}
        ref={keep('state')}
        label={t`State`}
        data={states
          .filter((state) => state.id === ticket.state_id || !(isResultState(state) || stateTypeOf(state) === 'new'))
          .map((state) => ({ value: String(state.id), label: stateLabel(i18n, state.name) }))}
        value={String(ticket.state_id)}
        onChange={(value) => value && chooseState(Number(value))}
      />
      <Select
        {...common}
        ref={keep('priority')}
        label={t`Priority`}
        data={priorities.map((priority) => ({ value: String(priority.id), label: priorityLabel(i18n, priority.name) }))}
        value={String(ticket.priority_id)}
        onChange={(value) => value && setPriority(Number(value))}
      />
      <Select
        {...common}
        ref={keep('group')}
        label={t`Group`}
        searchable
        nothingFoundMessage={t`No such group`}
        data={groups.map((group) => ({ value: String(group.id), label: group.name }))}
        value={String(ticket.group_id)}
        onChange={(value) => value && setGroup(Number(value))}
      />
      <Select
        {...common}
        ref={keep('owner')}
        label={t`Owner`}
        searchable
        nothingFoundMessage={t`No such person`}
        data={owners}
        value={String(ticket.owner_id)}
        onChange={(value) => value && setOwner(Number(value))}
      />
      {service && <TextInput {...field} label={t`Service`} readOnly value={service} />}
      {groups.find(({ id }) => id === ticket.group_id)?.priority_matrix && (
        <ImpactFields ticket={ticket} update={update} onPriority={setPriority} fieldClass={classes.field} />
      )}
      <PendingUntil
        state={pendingState}
        onCancel={() => setPendingState(null)}
        onChosen={(time) => {
          if (pendingState) setState(pendingState.id, pendingState.name, time);
          setPendingState(null);
        }}
      />
      {closing.question}
    </div>
  );
}
