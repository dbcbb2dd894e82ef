import { Plural, useLingui } from '@lingui/react/macro';
import { Checkbox, Select, Stack, Switch, Text, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { call } from '../../app/api.ts';
import { problemText } from '../../ui/problem.ts';
import { Section } from '../../ui/section.tsx';
import { Failed } from '../../ui/state-messages.tsx';
import { AdminPage } from '../admin/components/admin-page.tsx';
import { AskButton } from '../admin/components/ask-button.tsx';
import { EditForm } from '../admin/components/edit-form.tsx';
import { Loading } from '../admin/components/loading.tsx';
import type { Field } from '../admin/edit.ts';
import { rolesQuery } from '../admin/queries.ts';
import { type Editor, useEditor, useStored } from '../admin/use-editor.ts';
import { ConditionEditor } from '../conditions/condition-editor.tsx';
import type { Selector } from '../conditions/selector.ts';
import { customFieldsQuery } from '../custom/queries.ts';
import { isSortable } from '../custom/shown.ts';
import { useMe } from '../session/use-me.ts';
import { sortLabels } from '../tickets/labels.ts';
import { columnsToEdit, defaultColumns, viewOf } from '../tickets/list-columns.ts';
import { groupKeys } from '../tickets/list-groups.ts';
import { sorts } from '../tickets/list-state.ts';
import { ticketKeys } from '../tickets/queries.ts';
import { ColumnsField } from './columns-field.tsx';
import { matchingQuery, type Overview, overviewQuery } from './queries.ts';

interface Values {
  name: string;
  condition: Selector;
  order: { by: string; direction: 'ASC' | 'DESC' };
  group_by: string | null;
  group_direction: 'ASC' | 'DESC';
  columns: readonly string[];
  active: boolean;
  personal: boolean;
  role_ids: readonly number[];
}

/** Role 2 is that of agents on every desk. */
const newOverview = (personal: boolean): Values => ({
  name: '',
  condition: {},
  order: { by: 'updated_at', direction: 'DESC' },
  group_by: null,
  group_direction: 'ASC',
  columns: defaultColumns,
  active: true,
  personal,
  role_ids: [2],
});

function valuesOf({ name, condition, order, view, active, personal, role_ids, ...groups }: Overview): Values {
  const direction = order.direction === 'ASC' ? 'ASC' : 'DESC';
  return {
    ...{
      name,
      condition,
      order: { by: order.by, direction },
      active,
      personal,
      role_ids,
      columns: columnsToEdit(view),
    },
    ...{ group_by: groups.group_by || null, group_direction: groups.group_direction === 'DESC' ? 'DESC' : 'ASC' },
  };
}

const bodyOf = ({ role_ids, columns, ...rest }: Partial<Values>) => ({
  ...rest,
  ...(role_ids && { role_ids: [...role_ids] }),
  ...(columns && { view: viewOf(columns) }),
});
const changes = ['overviews'];

export function OverviewPage() {
  const { t } = useLingui();
  const id = Number(useParams({ from: '/app/overviews/$id' }).id);
  const { data, error, refetch } = useQuery(overviewQuery(id));
  if (error) {
    return (
      <AdminPage title={t`Overview`}>
        <Failed error={error} onRetry={() => void refetch()} />
      </AdminPage>
    );
  }
  return data ? <Edit key={id} overview={data} /> : <Loading />;
}

/** What is shown of overviews elsewhere: their names, their numbers, their tickets. */
function useTicketsAnew() {
  const cache = useQueryClient();
  return () => {
    void cache.invalidateQueries({ queryKey: ticketKeys.counts });
    void cache.invalidateQueries({ queryKey: ticketKeys.lists });
  };
}

function Edit({ overview }: { overview: Overview }) {
  const { t } = useLingui();
  const navigate = useNavigate();
  const ticketsAnew = useTicketsAnew();
  const { id, name } = overview;
  const stored = useStored(overview, valuesOf);
  const editor = useEditor<Values>({
    stored,
    read: async () => valuesOf(await call('getOverview', { params: { id } })),
    write: (_, changed) => call('updateOverview', { params: { id }, body: bodyOf(changed) }),
    onSaved: ticketsAnew,
    done: t`The overview was saved.`,
    changes,
  });
  return (
    <AdminPage
      title={name}
      action={
        <AskButton
          label={t`Delete`}
          color="red"
          variant="subtle"
          question={t`${name} will be gone for good. Its tickets stay.`}
          done={t`The overview was deleted.`}
          deed={() => call('deleteOverview', { params: { id } })}
          onDone={() => {
            ticketsAnew();
            void navigate({ to: '/tickets' });
          }}
          gone={overviewQuery(id).queryKey}
          changes={changes}
        />
      }
    >
      <OverviewForm editor={editor} />
    </AdminPage>
  );
}

export function NewOverviewPage() {
  const { t } = useLingui();
  const { agent } = useMe();
  const navigate = useNavigate();
  const ticketsAnew = useTicketsAnew();
  const [first] = useState(() => newOverview(agent));
  const editor = useEditor<Values, Overview>({
    stored: first,
    write: (values) => call('createOverview', { body: bodyOf(values) }),
    onSaved: ({ link }) => {
      ticketsAnew();
      void navigate({ to: '/tickets', search: { overview: link }, replace: true });
    },
    done: t`The overview was created.`,
    changes,
  });
  return (
    <AdminPage title={t`New overview`}>
      <OverviewForm editor={editor} isNew />
    </AdminPage>
  );
}

function OverviewForm({ editor, isNew = false }: { editor: Editor<Values>; isNew?: boolean }) {
  const { t, i18n } = useLingui();
  const { may } = useMe();
  const { values, set } = editor;
  const shares = may('admin.overview');
  const labels: Record<Field<Values>, string> = {
    name: t`Name`,
    condition: t`Conditions`,
    order: t`Order`,
    group_by: t`Group by`,
    group_direction: t`Order of the groups`,
    columns: t`Columns`,
    active: t`Active`,
    personal: t`Only for me`,
    role_ids: t`Roles`,
  };
  const { data: fields } = useQuery(customFieldsQuery);
  const custom = fields?.Ticket ?? [];
  const choice = ({ name, display }: { name: string; display: string }) => ({ value: name, label: display });
  const builtIn = (name: (typeof sorts)[number]) => ({ value: name as string, label: i18n._(sortLabels[name]) });
  const orders = [...sorts.map(builtIn), ...custom.filter(isSortable).map(choice)];
  const shared = custom.filter(({ data_type: type }) => ['boolean', 'select', 'tree_select'].includes(type));
  const groupings = [...groupKeys.map(builtIn), ...shared.map(choice)];
  const plain = (name: string) => name.replace(/^(?:ticket|custom)\./, '').replace(/_id$/, '');
  const { order } = values;
  return (
    <EditForm editor={editor} labels={labels} {...(isNew && { saveLabel: t`Create the overview` })}>
      <Stack>
        <Section title={t`Overview`}>
          <Stack>
            <TextInput
              label={labels.name}
              required
              withAsterisk={false}
              maxLength={250}
              value={values.name}
              onChange={(event) => set({ name: event.currentTarget.value })}
            />
            <Select
              label={t`Sort by`}
              allowDeselect={false}
              searchable
              data={orders}
              value={orders.find(({ value }) => value === plain(order.by))?.value ?? 'updated_at'}
              onChange={(by) => by && set({ order: { ...order, by } })}
            />
            <Switch
              label={t`Newest or highest first`}
              checked={order.direction === 'DESC'}
              onChange={(event) =>
                set({ order: { ...order, direction: event.currentTarget.checked ? 'DESC' : 'ASC' } })
              }
            />
            <Select
              label={labels.group_by}
              placeholder={t`Not grouped`}
              clearable
              clearButtonProps={{ 'aria-label': t`Not grouped` }}
              searchable
              data={groupings}
              value={groupings.find(({ value }) => value === plain(values.group_by ?? ''))?.value ?? null}
              onChange={(group_by) => set({ group_by })}
            />
            {values.group_by !== null && (
              <Switch
                label={t`Last group first`}
                checked={values.group_direction === 'DESC'}
                onChange={(event) => set({ group_direction: event.currentTarget.checked ? 'DESC' : 'ASC' })}
              />
            )}
            <ColumnsField
              label={labels.columns}
              value={values.columns}
              custom={custom}
              onChange={(columns) => set({ columns })}
            />
            {shares && isNew && (
              <Switch
                label={labels.personal}
                checked={values.personal}
                onChange={(event) => set({ personal: event.currentTarget.checked })}
              />
            )}
            {shares && !values.personal && <Roles value={values.role_ids} onChange={(role_ids) => set({ role_ids })} />}
            <Switch
              label={labels.active}
              checked={values.active}
              onChange={(event) => set({ active: event.currentTarget.checked })}
            />
          </Stack>
        </Section>
        <Section title={labels.condition} lead={<Matching condition={values.condition} />}>
          <ConditionEditor value={values.condition} onChange={(condition) => set({ condition })} />
        </Section>
      </Stack>
    </EditForm>
  );
}

/** Who has the overview. */
function Roles({ value, onChange }: { value: readonly number[]; onChange: (ids: number[]) => void }) {
  const { t } = useLingui();
  const { may } = useMe();
  const { data: roles = [] } = useQuery({ ...rolesQuery, enabled: may('admin.role') });
  const known = roles.filter(({ id, active }) => active || value.includes(id)).map(({ id, name }) => ({ id, name }));
  // Who may not see the roles knows those that every desk has.
  const shown = known.length > 0 ? known : [...new Set([2, 3, ...value])].map((id) => ({ id, name: nameOfRole(id) }));
  function nameOfRole(id: number): string {
    return { 1: t`Administrators`, 2: t`Agents`, 3: t`Customers` }[id] ?? `#${id}`;
  }
  return (
    <Checkbox.Group
      label={t`For people with one of these roles`}
      value={value.map(String)}
      onChange={(ids) => onChange(ids.map(Number).toSorted((a, b) => a - b))}
    >
      <Stack gap={6} mt={6}>
        {shown.map(({ id, name }) => (
          <Checkbox key={id} value={String(id)} label={name} />
        ))}
      </Stack>
    </Checkbox.Group>
  );
}

const PAUSE_MS = 300;

/** How many tickets it would show, while it is still being written. */
function Matching({ condition }: { condition: Selector }) {
  const { i18n } = useLingui();
  const [asked] = useDebouncedValue(condition, PAUSE_MS);
  const { data, error } = useQuery(matchingQuery(asked));
  return (
    <span role="status">
      {error ? (
        <Text span size="sm" c="var(--mantine-color-error)">
          {problemText(i18n, error)}
        </Text>
      ) : (
        data !== undefined && <Plural value={data} one="Picks # ticket now" other="Picks # tickets now" />
      )}
    </span>
  );
}
