import { useLingui } from '@lingui/react/macro';
import {
  ActionIcon,
  Autocomplete,
  Button,
  Group,
  Select,
  Stack,
  Switch,
  Text,
  Textarea,
  TextInput,
} from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { call } from '../../../app/api.ts';
import { Section } from '../../../ui/section.tsx';
import { Failed } from '../../../ui/state-messages.tsx';
import { agentsQuery, nameOf } from '../../people/queries.ts';
import { priorityLabel, stateLabel } from '../../tickets/labels.ts';
import { groupsQuery, prioritiesQuery, statesQuery } from '../../tickets/queries.ts';
import { isResultState } from '../../tickets/state-type.ts';
import type { Field } from '../edit.ts';
import {
  type ActionLine,
  actions,
  bodyOf,
  type FilterValues,
  isPlain,
  type MailFilter,
  type MatchLine,
  newFilter,
  operators,
  usualHeaders,
  valuesOf,
} from '../mail-filter.ts';
import { mailActionLabels, operatorLabels } from '../mail-filter-labels.ts';
import { keyOf } from '../queries.ts';
import { type Editor, useEditor, useStored } from '../use-editor.ts';
import { AdminPage } from './admin-page.tsx';
import { DeleteButton } from './delete-button.tsx';
import { EditForm } from './edit-form.tsx';
import { Loading } from './loading.tsx';
import { PersonField } from './person-field.tsx';

const changes = ['mail'];

export function FilterPage({ id }: { id: number }) {
  const { t } = useLingui();
  const query = useQuery({
    queryKey: keyOf('mail', 'filter', id),
    queryFn: ({ signal }) => call('getPostmasterFilter', { params: { id }, signal }),
  });
  if (query.error) {
    return (
      <AdminPage title={t`Mail filter`} up="mail">
        <Failed error={query.error} onRetry={() => void query.refetch()} />
      </AdminPage>
    );
  }
  return query.data ? <Edit key={id} filter={query.data} /> : <Loading />;
}

function Edit({ filter }: { filter: MailFilter }) {
  const { t } = useLingui();
  const { id, name } = filter;
  const stored = useStored(filter, valuesOf);
  const editor = useEditor<FilterValues>({
    stored,
    read: async () => valuesOf(await call('getPostmasterFilter', { params: { id } })),
    write: (values) => call('updatePostmasterFilter', { params: { id }, body: bodyOf(values) }),
    done: t`The filter was saved.`,
    changes,
  });
  return (
    <AdminPage
      title={name}
      up="mail"
      action={
        <DeleteButton
          question={t`${name} will be gone for good. What it did to mails stays done.`}
          done={t`The filter was deleted.`}
          deed={() => call('deletePostmasterFilter', { params: { id } })}
          back="/admin/mail"
          changes={changes}
          gone={keyOf('mail', 'filter', id)}
        />
      }
    >
      <FilterForm editor={editor} />
    </AdminPage>
  );
}

export function NewFilterPage() {
  const { t } = useLingui();
  const navigate = useNavigate();
  const editor = useEditor<FilterValues, MailFilter>({
    stored: newFilter,
    write: (values) => call('createPostmasterFilter', { body: bodyOf(values) }),
    onSaved: () => void navigate({ to: '/admin/mail', replace: true }),
    done: t`The filter was created.`,
    changes,
  });
  return (
    <AdminPage title={t`New filter`} up="mail">
      <FilterForm editor={editor} saveLabel={t`Create the filter`} />
    </AdminPage>
  );
}

function FilterForm({ editor, saveLabel }: { editor: Editor<FilterValues>; saveLabel?: string }) {
  const { t, i18n } = useLingui();
  const { values, set } = editor;
  const labels: Record<Field<FilterValues>, string> = {
    ...{ name: t`Name`, match: t`Conditions`, perform: t`What is done`, note: t`Note`, active: t`Active` },
  };
  const left = actions.filter((action) => !values.perform.some((line) => line.action === action));
  const replaced = <L,>(lines: L[], at: number, line: L) => lines.map((one, i) => (i === at ? line : one));
  const without = <L,>(lines: L[], at: number) => lines.filter((_, i) => i !== at);
  return (
    <EditForm editor={editor} labels={labels} {...(saveLabel !== undefined && { saveLabel })}>
      <Stack>
        <Section
          title={t`Mail filter`}
          lead={t`Filters look at incoming mails in the order of their names; a later one overrides an earlier one.`}
        >
          <Stack>
            <TextInput
              label={labels.name}
              required
              withAsterisk={false}
              maxLength={250}
              value={values.name}
              onChange={(event) => set({ name: event.currentTarget.value })}
            />
            <Textarea
              label={labels.note}
              autosize
              maxLength={250}
              value={values.note}
              onChange={(event) => set({ note: event.currentTarget.value })}
            />
            <Switch
              label={labels.active}
              checked={values.active}
              onChange={(event) => set({ active: event.currentTarget.checked })}
            />
          </Stack>
        </Section>
        <Section
          title={labels.match}
          lead={t`All of them have to be met. Of several lines in a value one is enough; capital letters make no difference.`}
        >
          <Stack>
            {values.match.map((line, at) => (
              <MatchFields
                // biome-ignore lint/suspicious/noArrayIndexKey: lines have no identity but their place
                key={at}
                line={line}
                onChange={(next) => set({ match: replaced(values.match, at, next) })}
                onRemove={values.match.length > 1 ? () => set({ match: without(values.match, at) }) : undefined}
              />
            ))}
            <div>
              <Button
                variant="default"
                leftSection={<IconPlus size={16} aria-hidden />}
                onClick={() =>
                  set({ match: [...values.match, { header: 'subject', operator: 'contains', value: '' }] })
                }
              >
                {t`Add a condition`}
              </Button>
            </div>
          </Stack>
        </Section>
        <Section title={labels.perform} lead={t`What is said of the ticket counts for mails that open one.`}>
          <Stack>
            {values.perform.map((line, at) => (
              <Group key={line.action} align="flex-end" gap="sm" wrap="nowrap">
                <ActionFields line={line} onChange={(next) => set({ perform: replaced(values.perform, at, next) })} />
                {values.perform.length > 1 && <Remove onClick={() => set({ perform: without(values.perform, at) })} />}
              </Group>
            ))}
            {left.length > 0 && (
              <Select
                aria-label={t`Do something else as well`}
                placeholder={t`Do something else as well`}
                data={left.map((action) => ({ value: action, label: i18n._(mailActionLabels[action]) }))}
                value={null}
                onChange={(chosen) => {
                  const action = left.find((one) => one === chosen);
                  if (action) set({ perform: [...values.perform, { action, value: '' }] });
                }}
              />
            )}
          </Stack>
        </Section>
      </Stack>
    </EditForm>
  );
}

function Remove({ onClick }: { onClick: () => void }) {
  const { t } = useLingui();
  return (
    <ActionIcon variant="subtle" color="gray" size="lg" aria-label={t`Remove`} onClick={onClick}>
      <IconTrash size={17} aria-hidden />
    </ActionIcon>
  );
}

interface MatchProps {
  line: MatchLine;
  onChange: (line: MatchLine) => void;
  onRemove?: (() => void) | undefined;
}

function MatchFields({ line, onChange, onRemove }: MatchProps) {
  const { t, i18n } = useLingui();
  const known = operators.map((value) => ({ value: value as string, label: i18n._(operatorLabels[value]) }));
  // Programs may write others.
  const other = known.some(({ value }) => value === line.operator)
    ? []
    : [{ value: line.operator, label: line.operator }];
  return (
    <Group align="flex-end" gap="sm" wrap="wrap">
      <Autocomplete
        label={t`Header`}
        required
        withAsterisk={false}
        data={usualHeaders}
        maxLength={100}
        value={line.header}
        onChange={(header) => onChange({ ...line, header })}
      />
      <Select
        label={t`Comparison`}
        allowDeselect={false}
        data={[...known, ...other]}
        value={line.operator}
        onChange={(operator) => operator && onChange({ ...line, operator })}
      />
      <Textarea
        label={t`Value`}
        required
        withAsterisk={false}
        autosize
        minRows={1}
        maxLength={2000}
        flex={1}
        miw={180}
        value={line.value}
        onChange={(event) => onChange({ ...line, value: event.currentTarget.value })}
      />
      {onRemove && <Remove onClick={onRemove} />}
    </Group>
  );
}

function ActionFields({ line, onChange }: { line: ActionLine; onChange: (line: ActionLine) => void }) {
  const { i18n } = useLingui();
  const { action, value } = line;
  // What only programs write is shown as they wrote it.
  const { operator = 'add' } = line;
  const label = i18n._(mailActionLabels[action]) + (operator === 'add' ? '' : ` (${operator})`);
  if (isPlain(action)) {
    return (
      <Text size="sm" flex={1}>
        {['', 'true', '1'].includes(value) ? label : `${label} (${value})`}
      </Text>
    );
  }
  if (action === 'x-zammad-ticket-customer_id') {
    return (
      <div style={{ flex: 1 }}>
        <PersonField
          label={label}
          value={value === '' ? null : Number(value)}
          onChange={(id) => onChange({ ...line, value: id === null ? '' : String(id) })}
        />
      </div>
    );
  }
  if (action === 'x-zammad-ticket-tags' || action === 'x-zammad-ticket-type') {
    return (
      <TextInput
        label={label}
        required
        withAsterisk={false}
        maxLength={2000}
        flex={1}
        value={value}
        onChange={(event) => onChange({ ...line, value: event.currentTarget.value })}
      />
    );
  }
  return <Choice line={line} onChange={onChange} label={label} />;
}

function Choice({ line, onChange, label }: { line: ActionLine; onChange: (line: ActionLine) => void; label: string }) {
  const { t, i18n } = useLingui();
  const { data: groups = [] } = useQuery(groupsQuery);
  const { data: states = [] } = useQuery(statesQuery);
  const { data: priorities = [] } = useQuery(prioritiesQuery);
  const { data: agents = [] } = useQuery({ ...agentsQuery, enabled: line.action === 'x-zammad-ticket-owner_id' });
  const choices: Partial<Record<ActionLine['action'], { value: string; label: string }[]>> = {
    'x-zammad-ticket-group_id': groups.map(({ id, name }) => ({ value: String(id), label: name })),
    'x-zammad-ticket-state_id': states
      .filter((state) => !isResultState(state))
      .map(({ id, name }) => ({ value: String(id), label: stateLabel(i18n, name) })),
    'x-zammad-ticket-priority_id': priorities.map(({ id, name }) => ({
      value: String(id),
      label: priorityLabel(i18n, name),
    })),
    'x-zammad-ticket-owner_id': agents.map((agent) => ({ value: String(agent.id), label: nameOf(agent) })),
  };
  const known = choices[line.action] ?? [];
  const gone =
    line.value !== '' && !known.some(({ value }) => value === line.value)
      ? [{ value: line.value, label: `#${line.value}` }]
      : [];
  return (
    <Select
      label={label}
      placeholder={t`Choose`}
      required
      withAsterisk={false}
      searchable
      allowDeselect={false}
      flex={1}
      data={[...known, ...gone]}
      value={line.value || null}
      onChange={(value) => value && onChange({ ...line, value })}
    />
  );
}
