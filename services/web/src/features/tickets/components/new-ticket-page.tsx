import { msg } from '@lingui/core/macro';
import { useLingui } from '@lingui/react/macro';
import { Button, Center, Group, Loader, SegmentedControl, Select, TagsInput, TextInput } from '@mantine/core';
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
import { useCustomForm } from '../../custom/use-custom-form.ts';
import { ImpactInputs } from '../../impact/impact-inputs.tsx';
import type { Level } from '../../impact/levels.ts';
import { type CustomerChoice, CustomerField } from '../../people/components/customer-field.tsx';
import { nameOf, userQuery } from '../../people/queries.ts';
import { useMe } from '../../session/use-me.ts';
import { isBlank, newFormId } from '../draft.ts';
import { priorityLabel, stateLabel } from '../labels.ts';
import { templatesQuery } from '../library.ts';
import { groupsQuery, prioritiesQuery, statesQuery } from '../queries.ts';
import { type SplitStart, splitQuery, splitSource } from '../split.ts';
import { isPendingState, isResultState } from '../state-type.ts';
import { type Template, templateValues } from '../template.ts';
import { type TicketValues, useOpenTicket } from '../use-open-ticket.ts';
import { GroupSelect } from './group-select.tsx';
import { NewRequest } from './new-request.tsx';
import classes from './new-ticket-page.module.css';
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

export function NewTicketPage() {
  const { agent, customer } = useMe();
  const source = splitSource(useSearch({ from: '/app/tickets/new' }).from);
  if (agent) return source ? <FromMessage key={source.articleId} source={source} /> : <NewTicket />;
  return customer ? <NewRequest /> : <NotFound />;
}

/** A ticket made of a message of another one, which becomes its parent. */
function FromMessage({ source }: { source: NonNullable<ReturnType<typeof splitSource>> }) {
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
  return <NewTicket start={{ ...split.data, customer: { id, name: nameOf(customer.data), email } }} />;
}

function NewTicket({ start }: { start?: SplitStart & { customer: CustomerChoice } }) {
  const { t, i18n } = useLingui();
  const { me } = useMe();
  const { data: templates = [] } = useQuery(templatesQuery);
  const [template, setTemplate] = useState<Template | null>(null);
  const { data: states = [] } = useQuery(statesQuery);
  const { data: priorities = [] } = useQuery(prioritiesQuery);
  const [kind, setKind] = useState<Kind>('received-call');
  const form = useForm<Values>({
    initialValues: {
      customer: start?.customer ?? null,
      title: start?.ticket.title ?? '',
      group: start ? String(start.ticket.group_id) : null,
      priority: null,
      impact: null,
      urgency: null,
      state: null,
      pendingTime: '',
      body: start?.html ?? '',
      tags: [],
      owner: null,
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

  const { data: groups = [] } = useQuery(groupsQuery);
  const matrix = groups.find(({ id }) => String(id) === form.values.group)?.priority_matrix;
  const custom = useCustomForm('Ticket');
  const { uploads, submit, isPending, error } = useOpenTicket({
    form,
    rest: (values) => ({
      article: {
        ...kinds[kind],
        ...(kind === 'send-email' && values.customer?.email ? { to: values.customer.email } : {}),
      },
      ...custom.values,
      customer_id: values.customer?.id ?? null,
      ...(start && { links: { Ticket: { parent: [start.ticket.id] } } }),
      state_id: Number(values.state),
      priority_id: Number(values.priority),
      ...(matrix && { impact: values.impact, urgency: values.urgency }),
      ...(values.tags.length > 0 ? { tags: values.tags } : {}),
      ...(values.owner === null ? {} : { owner_id: values.owner }),
      ...(isPendingId(values.state) ? { pending_time: new Date(values.pendingTime).toISOString() } : {}),
    }),
    complete: custom.check,
    done: (number) => t`Ticket #${number} created`,
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
    <TicketForm title={t`New ticket`} windowTitle={t`New ticket · Helpmesh`} onSubmit={submit}>
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
      <TagsInput
        label={t`Tags`}
        value={form.values.tags}
        onChange={(tags) => form.setFieldValue('tags', tags)}
        maxLength={250}
        acceptValueOnBlur
      />
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
        <Button type="submit" loading={isPending}>
          {submitLabel}
        </Button>
      </Group>
    </TicketForm>
  );
}
