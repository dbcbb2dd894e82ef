import type { IntegrationSettings as Settings } from '@helpmesh/contracts';
import { useLingui } from '@lingui/react/macro';
import { Button, Modal, NumberInput, Select, Stack, Switch, Text, Textarea, TextInput } from '@mantine/core';
import { queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type ChangeEvent, useState } from 'react';
import { request } from '../../../app/api.ts';
import { notifyProblem } from '../../../ui/notify.tsx';
import { Section } from '../../../ui/section.tsx';
import { ShownOnce } from '../../../ui/shown-once.tsx';
import { Failed } from '../../../ui/state-messages.tsx';
import { statesQuery } from '../../tickets/queries.ts';
import type { Field } from '../edit.ts';
import { blockedIn, blockedText, routesIn, routesText } from '../phone-rules.ts';
import { groupsQuery } from '../queries.ts';
import { useEditor, useStored } from '../use-editor.ts';
import { AdminPage } from './admin-page.tsx';
import { Copied } from './copied.tsx';
import { EditForm } from './edit-form.tsx';
import { Loading } from './loading.tsx';

/** By address: these routes are for few, and the table of routes is loaded by all. */
const address = '/api/v1/integration_settings';
const key = 'integration-settings';
const read = () => request('GET', address) as Promise<Settings>;
const settingsQuery = queryOptions({ queryKey: [key], queryFn: read });

interface Values extends Omit<Settings, 'cti_config' | 'check_mk_token_set' | 'cti_token_set'> {
  default_caller_id: string;
  /** A line each: `41* 4144`. */
  routes: string;
  /** A line each. */
  blocked: string;
}

function valuesOf({ cti_config: { outbound, inbound }, check_mk_token_set, cti_token_set, ...rest }: Settings): Values {
  return {
    ...rest,
    default_caller_id: outbound.default_caller_id,
    routes: routesText(outbound.routing_table),
    blocked: blockedText(inbound.block_caller_ids),
  };
}

/** The rules for telephones are one setting: whoever changes one of them sends all. */
function write({ default_caller_id, routes, blocked }: Values, changed: Partial<Values>): Promise<unknown> {
  const { default_caller_id: _one, routes: _two, blocked: _three, ...body } = changed;
  const rules = ['default_caller_id', 'routes', 'blocked'].some((name) => name in changed);
  const outbound = { routing_table: routesIn(routes), default_caller_id };
  const cti_config = { outbound, inbound: { block_caller_ids: blockedIn(blocked) } };
  return request('PUT', address, { ...body, ...(rules && { cti_config }) });
}

/** Forms on other web pages, monitoring and telephony: the ways in that need no account. */
export function IntegrationsPage() {
  const { t } = useLingui();
  const { data, error, refetch } = useQuery(settingsQuery);
  if (!data && !error) return <Loading />;
  return (
    <AdminPage title={t`Forms and machines`}>
      {data ? <Parts settings={data} /> : <Failed error={error} onRetry={() => void refetch()} />}
    </AdminPage>
  );
}

function Parts({ settings }: { settings: Settings }) {
  const { t } = useLingui();
  const { data: groups = [] } = useQuery(groupsQuery);
  const { data: states = [] } = useQuery(statesQuery);
  const stored = useStored(settings, valuesOf);
  const editor = useEditor<Values>({
    stored,
    read: async () => valuesOf(await read()),
    write,
    done: t`The settings were saved.`,
    changes: [key],
  });
  const { values, set } = editor;
  const labels: Record<Field<Values>, string> = {
    form_ticket_create: t`Forms on other pages may open tickets`,
    form_ticket_create_group_id: t`Group of requests by form`,
    form_ticket_create_by_ip_per_hour: t`Requests of one network in an hour`,
    form_ticket_create_by_ip_per_day: t`Requests of one network in a day`,
    form_ticket_create_per_day: t`Requests of all together in a day`,
    check_mk_integration: t`The monitoring may open tickets`,
    check_mk_group_id: t`Group of alerts`,
    check_mk_auto_close: t`Close the ticket when it works again`,
    check_mk_auto_close_state_id: t`State in which it is closed`,
    alert_group_id: t`Group of alerts that name no service`,
    alert_auto_close: t`Close the ticket of an alert when all is well`,
    cti_integration: t`The telephone system may tell of calls`,
    default_caller_id: t`Number that is shown to others`,
    routes: t`Other numbers for some destinations`,
    blocked: t`Blocked callers`,
  };
  const flag = (
    field:
      | 'form_ticket_create'
      | 'check_mk_integration'
      | 'check_mk_auto_close'
      | 'alert_auto_close'
      | 'cti_integration',
  ) => ({
    label: labels[field],
    checked: values[field],
    onChange: (event: ChangeEvent<HTMLInputElement>) => set({ [field]: event.currentTarget.checked }),
  });
  const count = (
    field: 'form_ticket_create_by_ip_per_hour' | 'form_ticket_create_by_ip_per_day' | 'form_ticket_create_per_day',
    max: number,
  ) => ({
    label: labels[field],
    value: values[field],
    min: 1,
    max,
    clampBehavior: 'strict' as const,
    allowDecimal: false,
    maw: 320,
    onChange: (value: string | number) => typeof value === 'number' && set({ [field]: value }),
  });
  const choice = (
    field: 'form_ticket_create_group_id' | 'check_mk_group_id' | 'check_mk_auto_close_state_id' | 'alert_group_id',
    data: { value: string; label: string }[],
    placeholder: string,
  ) => ({
    label: labels[field],
    data,
    placeholder,
    clearable: true,
    clearButtonProps: { 'aria-label': t`Clear` },
    maw: 320,
    value: values[field] === null ? null : String(values[field]),
    onChange: (value: string | null) => set({ [field]: value === null ? null : Number(value) }),
  });
  const active = groups.filter((group) => group.active).map(({ id, name }) => ({ value: String(id), label: name }));
  const closing = states
    .filter((state) => state.active && state.state_type_id === 5)
    .map(({ id, name }) => ({ value: String(id), label: name }));
  const origin = window.location.origin;
  const first = t`The first active one`;
  const snippet = `<div id="helpdesk"></div>\n<script src="${origin}/assets/form/form.js" data-into="helpdesk" defer></script>`;
  return (
    <EditForm editor={editor} labels={labels}>
      <Stack>
        <Section
          title={t`Forms on other web pages`}
          lead={t`Visitors write to the desk from any page of yours, without an account.`}
        >
          <Stack>
            <Switch {...flag('form_ticket_create')} />
            <Select {...choice('form_ticket_create_group_id', active, first)} />
            <NumberInput {...count('form_ticket_create_by_ip_per_hour', 10_000)} />
            <NumberInput {...count('form_ticket_create_by_ip_per_day', 100_000)} />
            <NumberInput {...count('form_ticket_create_per_day', 1_000_000)} />
            <Copied what={t`Put this where the form is to be:`} text={snippet} />
          </Stack>
        </Section>
        <Section
          title={t`Monitoring`}
          lead={t`Checkmk, Nagios, Icinga and the like say what fails: one ticket for each host and service.`}
        >
          <Stack>
            <Switch {...flag('check_mk_integration')} />
            <Select {...choice('check_mk_group_id', active, first)} />
            <Switch {...flag('check_mk_auto_close')} />
            {values.check_mk_auto_close && (
              <Select {...choice('check_mk_auto_close_state_id', closing, t`The first that closes`)} />
            )}
            <Copied what={t`Address that is called:`} text={`${origin}/api/v1/integration/check_mk/TOKEN`} />
            <Token kind="check_mk" there={settings.check_mk_token_set} />
          </Stack>
        </Section>
        <Section
          title={t`Alerts`}
          lead={t`Prometheus and other programs say what fails, with an API token that has the permission admin.alert: one ticket for each thing, in the group of the service that it names.`}
        >
          <Stack>
            <Select {...choice('alert_group_id', active, first)} />
            <Switch {...flag('alert_auto_close')} />
            <Copied what={t`Address that is called:`} text={`${origin}/api/v1/alerts`} />
            <Copied what={t`The same for Alertmanager:`} text={`${origin}/api/v1/alerts/alertmanager`} />
          </Stack>
        </Section>
        <Section
          title={t`Telephony`}
          lead={t`Agents see who calls. Calls that nobody took stay in the log until somebody called back.`}
        >
          <Stack>
            <Switch {...flag('cti_integration')} />
            <TextInput
              label={labels.default_caller_id}
              description={t`For calls from the desk. Empty: the telephone system decides.`}
              maxLength={40}
              maw={320}
              value={values.default_caller_id}
              onChange={(event) => set({ default_caller_id: event.currentTarget.value })}
            />
            <Textarea
              label={labels.routes}
              description={t`A line for each: how the destination begins, then the number, as in 41* 4144123.`}
              autosize
              minRows={2}
              value={values.routes}
              onChange={(event) => set({ routes: event.currentTarget.value })}
            />
            <Textarea
              label={labels.blocked}
              description={t`A number in each line; 900* means all that begin so. They hear that the line is busy.`}
              autosize
              minRows={2}
              value={values.blocked}
              onChange={(event) => set({ blocked: event.currentTarget.value })}
            />
            <Copied what={t`Address that is called:`} text={`${origin}/api/v1/cti/TOKEN`} />
            <Token kind="cti" there={settings.cti_token_set} />
          </Stack>
        </Section>
      </Stack>
    </EditForm>
  );
}

/** What a machine shows instead of a password: made here, seen once. */
function Token({ kind, there }: { kind: 'check_mk' | 'cti'; there: boolean }) {
  const { t, i18n } = useLingui();
  const cache = useQueryClient();
  const [open, setOpen] = useState(false);
  const make = useMutation({
    mutationFn: () => request('POST', `${address}/token`, { for: kind }) as Promise<{ token: string }>,
    onSuccess: () => cache.invalidateQueries({ queryKey: [key] }),
    onError: (problem) => notifyProblem(i18n, t`The token was not made`, problem),
  });
  const close = () => {
    setOpen(false);
    make.reset();
  };
  return (
    <div>
      <Text size="sm" c="dimmed" mb={4}>
        {there ? t`A token is set. A new one takes its place.` : t`There is no token yet.`}
      </Text>
      <Button
        variant="default"
        loading={make.isPending}
        onClick={() => {
          setOpen(true);
          make.mutate();
        }}
      >
        {t`Make a token`}
      </Button>
      <Modal
        opened={open && make.isSuccess}
        onClose={close}
        title={t`Make a token`}
        closeOnClickOutside={false}
        closeOnEscape={false}
        withCloseButton={false}
      >
        {make.data && (
          <ShownOnce
            note={t`Give it to the machine now: it is shown this once.`}
            values={[{ value: make.data.token }]}
            onClose={close}
          />
        )}
      </Modal>
    </div>
  );
}
