import { msg } from '@lingui/core/macro';
import { useLingui } from '@lingui/react/macro';
import { Button, Group, Paper, SegmentedControl, Select, Stack, TextInput, Title } from '@mantine/core';
import { useForm } from '@mantine/form';
import { IconMail, IconPhoneIncoming, IconPhoneOutgoing } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useCallback, useEffect, useRef, useState } from 'react';
import { useActions } from '../../../app/actions/use-actions.ts';
import { call } from '../../../app/api.ts';
import { NotFound } from '../../../app/shell/fallbacks.tsx';
import { notifyDone } from '../../../ui/notify.tsx';
import { problemText } from '../../../ui/problem.ts';
import { type CustomerChoice, CustomerField } from '../../people/components/customer-field.tsx';
import { useMe } from '../../session/use-me.ts';
import { isBlank, newFormId } from '../draft.ts';
import { priorityLabel, stateLabel } from '../labels.ts';
import { groupsQuery, prioritiesQuery, statesQuery, ticketKeys } from '../queries.ts';
import { isPendingState, isResultState } from '../state-type.ts';
import { useUploads } from '../use-uploads.ts';
import { NewRequest } from './new-request.tsx';
import classes from './new-ticket-page.module.css';
import { focusFirst, TicketText } from './ticket-text.tsx';

/** Article type and sender of each kind, as the API names them. */
const kinds = {
  'received-call': { type: 'phone', sender: 'Customer' },
  'outbound-call': { type: 'phone', sender: 'Agent' },
  'send-email': { type: 'email', sender: 'Agent' },
} as const;
type Kind = keyof typeof kinds;

interface Values {
  customer: CustomerChoice | null;
  title: string;
  group: string | null;
  priority: string | null;
  state: string | null;
  pendingTime: string;
  body: string;
}

export function NewTicketPage() {
  const { agent, customer } = useMe();
  if (agent) return <NewTicket />;
  return customer ? <NewRequest /> : <NotFound />;
}

function NewTicket() {
  const { t, i18n } = useLingui();
  const navigate = useNavigate();
  const cache = useQueryClient();
  const { data: groups } = useQuery(groupsQuery);
  const { data: states = [] } = useQuery(statesQuery);
  const { data: priorities = [] } = useQuery(prioritiesQuery);
  const [kind, setKind] = useState<Kind>('received-call');
  const [formId] = useState(newFormId);
  const uploads = useUploads(formId, []);
  const form = useForm<Values>({
    initialValues: { customer: null, title: '', group: null, priority: null, state: null, pendingTime: '', body: '' },
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
        isPending(values.state) && !(Date.parse(value) > Date.now()) ? t`Choose a time in the future.` : null,
      body: (value) => (isBlank(value) ? t`Write a text.` : null),
    },
    validateInputOnBlur: ['title'],
  });
  const isPending = (id: string | null) => isPendingState(states.find((state) => String(state.id) === id));

  // Defaults as soon as they are known, never over something chosen already.
  const { setFieldValue } = form;
  const { group, state, priority } = form.values;
  useEffect(() => {
    const only = groups?.length === 1 ? groups[0] : undefined;
    if (only && group === null) setFieldValue('group', String(only.id));
    const openState = states.find((each) => each.default_follow_up) ?? states[0];
    if (openState && state === null) setFieldValue('state', String(openState.id));
    const normal = priorities.find((each) => each.default_create) ?? priorities[0];
    if (normal && priority === null) setFieldValue('priority', String(normal.id));
  }, [groups, states, priorities, group, state, priority, setFieldValue]);

  const create = useMutation({
    mutationFn: (values: Values) => {
      const article = {
        ...kinds[kind],
        body: values.body,
        content_type: 'text/html' as const,
        subject: values.title.trim(),
        ...(kind === 'send-email' && values.customer?.email ? { to: values.customer.email } : {}),
        ...(uploads.files.length > 0 ? { form_id: formId } : {}),
      };
      return call('createTicket', {
        query: { expand: true },
        body: {
          title: values.title.trim(),
          group_id: Number(values.group),
          article,

          customer_id: values.customer?.id ?? null,
          state_id: Number(values.state),
          priority_id: Number(values.priority),
          ...(isPending(values.state) ? { pending_time: new Date(values.pendingTime).toISOString() } : {}),
        },
      });
    },
    onSuccess: (ticket) => {
      void cache.invalidateQueries({ queryKey: ticketKeys.lists });
      void cache.invalidateQueries({ queryKey: ticketKeys.counts });
      const { number } = ticket;
      notifyDone(t`Ticket #${number} created`);
      void navigate({ to: '/tickets/$id', params: { id: String(ticket.id) } });
    },
  });
  const submit = () => {
    if (uploads.busy || create.isPending) return;
    const { hasErrors, errors } = form.validate();
    if (!hasErrors) create.mutate(form.values);
    else focusFirst(errors);
  };
  const latest = useRef(submit);
  latest.current = submit;
  const onSubmit = useCallback(() => latest.current(), []);
  const onBody = useCallback((html: string) => setFieldValue('body', html), [setFieldValue]);
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
    <div className={classes.page}>
      <title>{t`New ticket · Helpmesh`}</title>
      <Title order={1} mb="sm">
        {t`New ticket`}
      </Title>
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <Paper withBorder className={classes.paper}>
          <Stack gap="md">
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
              <Select
                label={t`Group`}
                placeholder={t`Choose a group`}
                searchable
                nothingFoundMessage={t`No such group`}
                data={(groups ?? []).map((each) => ({ value: String(each.id), label: each.name }))}
                data-field="group"
                {...form.getInputProps('group')}
              />
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
            {isPending(form.values.state) && (
              <TextInput
                type="datetime-local"
                label={t`Pending until`}
                data-field="pendingTime"
                {...form.getInputProps('pendingTime')}
              />
            )}
            <TicketText uploads={uploads} error={form.errors.body} onChange={onBody} onSubmit={onSubmit} />
            <div role="alert" className={classes.error}>
              {create.isError && problemText(i18n, create.error)}
            </div>
            <Group justify="space-between">
              <span className={classes.hint}>
                {kind !== 'send-email' && t`Write down the call. The customer gets a confirmation by e-mail.`}
              </span>
              <Button type="submit" loading={create.isPending}>
                {submitLabel}
              </Button>
            </Group>
          </Stack>
        </Paper>
      </form>
    </div>
  );
}
