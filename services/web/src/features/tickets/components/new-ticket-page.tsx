import { msg } from '@lingui/core/macro';
import { useLingui } from '@lingui/react/macro';
import { Alert, Button, Center, Group, Loader, SegmentedControl, Select, TagsInput, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { IconMail, IconPhoneIncoming, IconPhoneOutgoing } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { useActions } from '../../../app/actions/use-actions.ts';
import { NotFound } from '../../../app/shell/fallbacks.tsx';
import { problemText } from '../../../ui/problem.ts';
import { Failed } from '../../../ui/state-messages.tsx';
import { CustomInputs } from '../../custom/components/custom-inputs.tsx';
import type { CustomValues } from '../../custom/queries.ts';
import { useCustomForm } from '../../custom/use-custom-form.ts';
import { ImpactInputs } from '../../impact/impact-inputs.tsx';
import type { Level } from '../../impact/levels.ts';
import { type CustomerChoice, CustomerField } from '../../people/components/customer-field.tsx';
import { agentsQuery, nameOf, nobody, userQuery } from '../../people/queries.ts';
import { useMe } from '../../session/use-me.ts';
import { wishedCmdb } from '../cmdb.ts';
import { type DraftFile, isBlank, newFormId } from '../draft.ts';
import { useTakenBack } from '../held-ticket.ts';
import { priorityLabel, stateLabel } from '../labels.ts';
import { templatesQuery } from '../library.ts';
import { groupsQuery, prioritiesQuery, statesQuery } from '../queries.ts';
import { splitQuery, splitSource } from '../split.ts';
import { isPendingState, isResultState } from '../state-type.ts';
import { type Template, templateValues } from '../template.ts';
import { type TicketValues, useOpenTicket } from '../use-open-ticket.ts';
import { GroupSelect } from './group-select.tsx';
import { HeldTickets } from './held-tickets.tsx';
import { NewRequest } from './new-request.tsx';
import classes from './new-ticket-page.module.css';
import { OnItsWay, useWaiting } from './on-its-way.tsx';
import { PossibleDuplicates } from './possible-duplicates.tsx';
import { TicketForm } from './ticket-form.tsx';
import { TicketText } from './ticket-text.tsx';

/** Article type and sender of each kind, as the API names them. */
const kinds = {
  'received-call': { type: 'phone', sender: 'Customer' },
  'outbound-call': { type: 'phone', sender: 'Agent' },
  'send-email': { type: 'email', sender: 'Agent' },
} as const;
type Kind = keyof typeof kinds;

interface Values extends TicketValues {
  customer: CustomerChoice | null;
  priority: string | null;
  impact: Level | null;
  urgency: Level | null;
  state: string | null;
  pendingTime: string;
  tags: string[];
  owner: number | null;
}

/** What the form begins with. */
interface Start {
  kind?: Kind;
  fields: Partial<Values>;
  custom?: CustomValues;
  /** Tickets that it becomes a child of. */
  parents: number[];
  formId: string;
  files: DraftFile[];
}

type Waits = ReturnType<typeof useWaiting>['begin'];

export function NewTicketPage() {
  const { agent, customer } = useMe();
  const search = useSearch({ from: '/app/tickets/new' });
  const source = splitSource(search.from);
  const customerId = /^[1-9]\d{0,8}$/.test(search.customer ?? '') ? Number(search.customer) : null;
  const { id, taken, begin, end } = useWaiting();
  if (!agent) return customer ? <NewRequest /> : <NotFound />;
  if (taken) return <NewTicket key={taken.formId} taken start={{ ...taken, kind: 'send-email' }} waits={begin} />;
  if (id !== null) return <OnItsWay id={id} onAnother={end} />;
  if (source) return <FromMessage key={source.articleId} source={source} waits={begin} />;
  if (customerId !== null) return <ForCustomer key={customerId} id={customerId} waits={begin} />;
  return <NewTicket waits={begin} />;
}

/** Of somebody who is known already: who calls, say. */
function ForCustomer({ id, waits }: { id: number; waits: Waits }) {
  const { t } = useLingui();
  const [formId] = useState(newFormId);
  const { data, error, refetch } = useQuery(userQuery(id));
  if (error) return <Failed error={error} onRetry={() => void refetch()} />;
  if (!data) {
    return (
      <Center mih="40dvh">
        <Loader aria-label={t`Loading`} />
      </Center>
    );
  }
  const customer = { id, name: nameOf(data), email: data.email };
  return <NewTicket start={{ fields: { customer }, parents: [], formId, files: [] }} waits={waits} />;
}

/** A ticket made of a message of another one, which becomes its parent. */
function FromMessage({ source, waits }: { source: NonNullable<ReturnType<typeof splitSource>>; waits: Waits }) {
  const { t } = useLingui();
  const [formId] = useState(newFormId);
  const split = useQuery(splitQuery(source, formId));
  const customerId = split.data?.ticket.customer_id;
  const customer = useQuery({ ...userQuery(customerId ?? 0), enabled: customerId !== undefined });
  const error = split.error ?? customer.error;
  if (error) return <Failed error={error} onRetry={() => void split.refetch().then(() => customer.refetch())} />;
  if (!split.data || !customer.data) {
    return (
      <Center mih="40dvh">
        <Loader aria-label={t`Loading`} />
      </Center>
    );
  }
  const { id, email } = customer.data;
  const { ticket, html, files } = split.data;
  const fields = {
    customer: { id, name: nameOf(customer.data), email },
    title: ticket.title,
    group: String(ticket.group_id),
    body: html,
  };
  return <NewTicket start={{ fields, parents: [ticket.id], formId, files }} waits={waits} />;
}

/** @param taken  whether it was sent, and taken back */
function NewTicket({ start, taken = false, waits }: { start?: Start; taken?: boolean; waits: Waits }) {
  const { t, i18n } = useLingui();
  const { me } = useMe();
  const search = useSearch({ from: '/app/tickets/new' });
  const cmdb = wishedCmdb(search);
  const { data: templates = [] } = useQuery(templatesQuery);
  const [template, setTemplate] = useState<Template | null>(null);
  const { data: states = [] } = useQuery(statesQuery);
  const { data: priorities = [] } = useQuery(prioritiesQuery);
  const [kind, setKind] = useState<Kind>(start?.kind ?? 'received-call');
  const form = useForm<Values>({
    initialValues: {
      customer: null,
      title: '',
      group: null,
      service: null,
      priority: null,
      impact: null,
      urgency: null,
      state: null,
      pendingTime: '',
      body: '',
      tags: [],
      owner: null,
      ...start?.fields,
    },
    validate: {
      customer: (value) =>
        value === null
          ? t`Choose a customer.`
          : kind === 'send-email' && !value.email
            ? t`This customer has no e-mail address.`
            : null,
      title: (value) => (value.trim() === '' ? t`Write a title.` : null),
      group: (value) => (value === null ? t`Choose a group.` : null),
      pendingTime: (value, values) =>
        isPendingId(values.state) && !(Date.parse(value) > Date.now()) ? t`Choose a time in the future.` : null,
      body: (value) => (isBlank(value) ? t`Write a text.` : null),
    },
    validateInputOnBlur: ['title'],
  });
  const isPendingId = (id: string | null) => isPendingState(states.find((state) => String(state.id) === id));

  // Defaults as soon as they are known, never over something chosen already.
  const { setFieldValue } = form;
  const { state, priority } = form.values;
  useEffect(() => {
    const openState = states.find((each) => each.default_follow_up) ?? states[0];
    if (openState && state === null) setFieldValue('state', String(openState.id));
    const normal = priorities.find((each) => each.default_create) ?? priorities[0];
    if (normal && priority === null) setFieldValue('priority', String(normal.id));
  }, [states, priorities, state, priority, setFieldValue]);

  const { data: agents = [] } = useQuery(agentsQuery);
  const { data: groups = [] } = useQuery(groupsQuery);
  const wishedGroup = search.group && groups.find(({ name }) => name === search.group)?.id;
  useEffect(() => {
    if (wishedGroup) setFieldValue('group', String(wishedGroup));
  }, [wishedGroup, setFieldValue]);
  const matrix = groups.find(({ id }) => String(id) === form.values.group)?.priority_matrix;
  const custom = useCustomForm('Ticket', start?.custom);
  const { uploads, submit, isPending, error } = useOpenTicket({
    form,
    rest: (values) => ({
      article: {
        ...kinds[kind],
        ...(kind === 'send-email' && values.customer?.email ? { to: values.customer.email } : {}),
      },
      ...custom.values,
      ...(cmdb && { preferences: { idoit: cmdb } }),
      customer_id: values.customer?.id ?? null,
      ...(start && start.parents.length > 0 && { links: { Ticket: { parent: start.parents } } }),
      state_id: Number(values.state),
      priority_id: Number(values.priority),
      ...(matrix && { impact: values.impact, urgency: values.urgency }),
      ...(values.tags.length > 0 ? { tags: values.tags } : {}),
      ...(values.owner === null ? {} : { owner_id: values.owner }),
      ...(isPendingId(values.state) ? { pending_time: new Date(values.pendingTime).toISOString() } : {}),
    }),
    complete: custom.check,
    done: (number) => t`Ticket #${number} created`,
    waits: kind === 'send-email' ? waits : null,
    start,
  });
  useActions([
    { id: 'new-ticket.create', label: msg`Create the ticket`, section: 'composer', key: '$mod+Enter', run: submit },
  ]);

  const kindChoices = [
    { value: 'received-call', label: t`Received call`, icon: IconPhoneIncoming },
    { value: 'outbound-call', label: t`Outbound call`, icon: IconPhoneOutgoing },
    { value: 'send-email', label: t`Send e-mail`, icon: IconMail },
  ];
  const address = form.values.customer?.email;
  const submitLabel = kind === 'send-email' && address ? t`Create and send to ${address}` : t`Create the ticket`;
  return (
    <TicketForm title={t`New ticket`} windowTitle={t`New ticket · Helpmesh`} onSubmit={submit} above={<HeldTickets />}>
      {cmdb && <Alert variant="light">{t`About objects of the CMDB: ${cmdb.object_ids.join(', ')}`}</Alert>}
      {templates.length > 0 && (
        <Select
          label={t`Template`}
          placeholder={t`None`}
          data={templates.map(({ id, name }) => ({ value: String(id), label: name }))}
          value={template ? String(template.id) : null}
          onChange={(id) => {
            const found = templates.find((one) => String(one.id) === id) ?? null;
            setTemplate(found);
            if (!found) return;
            const {
              kind: shown,
              custom: written,
              ...values
            } = templateValues(found.options, me.id, Date.now(), custom.names);
            form.setValues(values);
            if (written) custom.inputs.onChange({ ...custom.values, ...written });
            if (shown) setKind(shown as Kind);
          }}
          clearable
          clearButtonProps={{ 'aria-label': t`No template` }}
        />
      )}
      <SegmentedControl
        aria-label={t`Kind of ticket`}
        value={kind}
        onChange={(value) => setKind(value as Kind)}
        fullWidth
        data={kindChoices.map(({ value, label, icon: Icon }) => ({
          value,
          label: (
            <span className={classes.kind}>
              <Icon size={16} aria-hidden />
              {label}
            </span>
          ),
        }))}
      />
      <CustomerField
        value={form.values.customer}
        onChange={(value) => {
          form.setFieldValue('customer', value);
          form.clearFieldError('customer');
        }}
        error={form.errors.customer}
      />
      <TextInput label={t`Title`} maxLength={250} data-field="title" {...form.getInputProps('title')} />
      <PossibleDuplicates customerId={form.values.customer?.id ?? null} title={form.values.title} />
      <div className={classes.row}>
        <GroupSelect form={form} />
        <Select
          label={t`State`}
          data={states
            .filter((each) => !isResultState(each))
            .map((each) => ({ value: String(each.id), label: stateLabel(i18n, each.name) }))}
          {...form.getInputProps('state')}
        />
        <Select
          label={t`Priority`}
          data={priorities.map((each) => ({ value: String(each.id), label: priorityLabel(i18n, each.name) }))}
          {...form.getInputProps('priority')}
        />
      </div>
      {matrix && (
        <ImpactInputs
          matrix={matrix}
          impact={form.values.impact}
          urgency={form.values.urgency}
          onChange={(field, level) => setFieldValue(field, level)}
          onPriority={(id) => setFieldValue('priority', String(id))}
        />
      )}
      {isPendingId(form.values.state) && (
        <TextInput
          type="datetime-local"
          label={t`Pending until`}
          data-field="pendingTime"
          {...form.getInputProps('pendingTime')}
        />
      )}
      <div className={classes.pair}>
        <TagsInput
          label={t`Tags`}
          value={form.values.tags}
          onChange={(tags) => form.setFieldValue('tags', tags)}
          maxLength={250}
          acceptValueOnBlur
        />
        <Select
          label={t`Owner`}
          searchable
          nothingFoundMessage={t`No such person`}
          data={[
            { value: String(nobody), label: t`Nobody` },
            ...agents.map((agent) => ({ value: String(agent.id), label: nameOf(agent) })),
          ]}
          allowDeselect={false}
          value={String(form.values.owner ?? nobody)}
          onChange={(value) => setFieldValue('owner', value === String(nobody) ? null : Number(value))}
        />
      </div>
      <CustomInputs {...custom.inputs} />
      <TicketText
        key={template?.id ?? 0}
        modules
        uploads={uploads}
        html={form.values.body}
        error={form.errors.body}
        onChange={(html) => setFieldValue('body', html)}
        onSubmit={submit}
      />
      <div role="alert" className={classes.error}>
        {error && problemText(i18n, error)}
      </div>
      <Group justify="space-between">
        <span className={classes.hint}>
          {kind !== 'send-email' && t`Write down the call. The customer gets a confirmation by e-mail.`}
        </span>
        {taken && (
          <Button variant="default" ml="auto" onClick={() => useTakenBack.getState().set(null)}>
            {t`Discard the draft`}
          </Button>
        )}
        <Button type="submit" loading={isPending}>
          {submitLabel}
        </Button>
      </Group>
    </TicketForm>
  );
}
