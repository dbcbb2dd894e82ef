import { useLingui } from '@lingui/react/macro';
import { Badge, Button, Select, Stack, Switch, TextInput } from '@mantine/core';
import { IconCircleDot, IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { Item, Section } from '../../ui/section.tsx';
import classes from '../admin/components/admin-page.module.css';
import { AdminPage } from '../admin/components/admin-page.tsx';
import { DeleteButton } from '../admin/components/delete-button.tsx';
import { EditForm } from '../admin/components/edit-form.tsx';
import { RecordList } from '../admin/components/record-list.tsx';
import { RecordPage } from '../admin/components/record-page.tsx';
import type { Field } from '../admin/edit.ts';
import { type Editor, useEditor, useStored } from '../admin/use-editor.ts';
import { stateLabel } from '../tickets/labels.ts';
import { stateTypeOf } from '../tickets/state-type.ts';
import { allStatesQuery, type State, stateRows } from './queries.ts';

type Values = Pick<
  State,
  'name' | 'state_type_id' | 'next_state_id' | 'ignore_escalation' | 'default_create' | 'default_follow_up' | 'active'
> & { note: string };

const OPEN = 2;
const PENDING_ACTION = 4;
/** Those that somebody can choose: what was merged or handed on is in a state of its own. */
const choosable = [1, 2, 3, 4, 5] as const;

const newState: Values = {
  ...{ name: '', state_type_id: OPEN, next_state_id: null, ignore_escalation: false, default_create: false },
  ...{ default_follow_up: false, active: true, note: '' },
};
const valuesOf = ({ note, ...row }: State): Values => ({
  ...{ name: row.name, state_type_id: row.state_type_id, next_state_id: row.next_state_id, note: note ?? '' },
  ...{ ignore_escalation: row.ignore_escalation, default_create: row.default_create },
  ...{ default_follow_up: row.default_follow_up, active: row.active },
});
const changes = ['states'];

function useTypeNames(): Record<string, string> {
  const { t } = useLingui();
  return {
    new: t`New: nobody has answered`,
    open: t`Open: somebody works on it`,
    'pending reminder': t`Waits until a time, then reminds`,
    'pending action': t`Waits until a time, then takes another state`,
    closed: t`Closed`,
    merged: t`Merged`,
  };
}

/** In which states tickets can be. */
export function StatesPage() {
  const { t, i18n } = useLingui();
  const types = useTypeNames();
  const { data, error, refetch } = useQuery(allStatesQuery);
  return (
    <AdminPage
      title={t`States`}
      action={
        <Button component={Link} to="/admin/states/new" leftSection={<IconPlus size={16} aria-hidden />}>
          {t`New state`}
        </Button>
      }
    >
      <RecordList
        label={t`States`}
        icon={IconCircleDot}
        records={data}
        error={error}
        onRetry={() => void refetch()}
        narrowed={false}
        none={t`There are no states`}
      >
        {(state) => (
          <Item
            key={state.id}
            what={
              <>
                <Link to="/admin/states/$id" params={{ id: String(state.id) }} className={classes.link}>
                  {stateLabel(i18n, state.name)}
                </Link>{' '}
                {!state.active && (
                  <Badge size="sm" variant="light" color="gray">
                    {t`Inactive`}
                  </Badge>
                )}
              </>
            }
            facts={[
              types[stateTypeOf(state)],
              state.default_create && t`new tickets begin in it`,
              state.default_follow_up && t`answers of customers lead to it`,
            ]
              .filter(Boolean)
              .join(' · ')}
          />
        )}
      </RecordList>
    </AdminPage>
  );
}

export function StatePage() {
  const { t } = useLingui();
  const id = Number(useParams({ from: '/app/admin/states/$id' }).id);
  return (
    <RecordPage query={useQuery(allStatesQuery)} id={id} up="states" title={t`State`}>
      {(state) => <Edit state={state} />}
    </RecordPage>
  );
}

function Edit({ state }: { state: State }) {
  const { t, i18n } = useLingui();
  const { id } = state;
  const name = stateLabel(i18n, state.name);
  const editor = useEditor<Values>({
    stored: useStored(state, valuesOf),
    read: async () => valuesOf(await stateRows.get(id)),
    write: (_, changed) => stateRows.update(id, changed),
    done: t`The state was saved.`,
    changes,
  });
  return (
    <AdminPage
      title={name}
      up="states"
      action={
        <DeleteButton
          question={t`${name} will be gone for good. One that tickets are in, or that something refers to, stays: make it inactive.`}
          done={t`The state was deleted.`}
          deed={() => stateRows.remove(id)}
          back="/admin/states"
          changes={changes}
        />
      }
    >
      <StateForm editor={editor} stored={state} />
    </AdminPage>
  );
}

export function NewStatePage() {
  const { t } = useLingui();
  const navigate = useNavigate();
  const editor = useEditor<Values, State>({
    stored: newState,
    write: (values) => stateRows.create(values),
    onSaved: ({ id }) => void navigate({ to: '/admin/states/$id', params: { id: String(id) }, replace: true }),
    done: t`The state was created.`,
    changes,
  });
  return (
    <AdminPage title={t`New state`} up="states">
      <StateForm editor={editor} saveLabel={t`Create the state`} />
    </AdminPage>
  );
}

function StateForm({ editor, stored, saveLabel }: { editor: Editor<Values>; stored?: State; saveLabel?: string }) {
  const { t, i18n } = useLingui();
  const { values, set } = editor;
  const { data: states = [] } = useQuery(allStatesQuery);
  const types = useTypeNames();
  const labels: Record<Field<Values>, string> = {
    ...{ name: t`Name`, state_type_id: t`Kind`, next_state_id: t`State afterwards`, note: t`Note`, active: t`Active` },
    default_create: t`New tickets begin in it`,
    default_follow_up: t`Answers of customers lead to it`,
    ignore_escalation: t`The clocks of SLAs stand still in it`,
  };
  const kinds = choosable.map((id) => ({ value: String(id), label: types[stateTypeOf({ state_type_id: id })] ?? '' }));
  const ofItsOwn = !choosable.some((id) => id === values.state_type_id);
  const flag = (field: 'default_create' | 'default_follow_up' | 'ignore_escalation' | 'active') => ({
    label: labels[field],
    checked: values[field],
    onChange: (event: { currentTarget: { checked: boolean } }) => set({ [field]: event.currentTarget.checked }),
  });
  const held = t`Switch it on at another state, which takes it over.`;
  return (
    <EditForm editor={editor} labels={labels} {...(saveLabel !== undefined && { saveLabel })}>
      <Section title={t`State`} lead={t`What a ticket in it means is said by its kind, whatever its name.`}>
        <Stack>
          <TextInput
            label={labels.name}
            required
            withAsterisk={false}
            maxLength={100}
            value={values.name}
            onChange={(event) => set({ name: event.currentTarget.value })}
          />
          {!ofItsOwn && (
            <Select
              label={labels.state_type_id}
              allowDeselect={false}
              data={kinds}
              value={String(values.state_type_id)}
              onChange={(kind) => kind && set({ state_type_id: Number(kind) })}
            />
          )}
          {values.state_type_id === PENDING_ACTION && (
            <Select
              label={labels.next_state_id}
              description={t`When its time has come.`}
              data={states
                .filter(({ id, active }) => active && id !== stored?.id)
                .map(({ id, name }) => ({ value: String(id), label: stateLabel(i18n, name) }))}
              value={values.next_state_id === null ? null : String(values.next_state_id)}
              onChange={(next) => set({ next_state_id: next === null ? null : Number(next) })}
            />
          )}
          <TextInput
            label={labels.note}
            maxLength={250}
            value={values.note}
            onChange={(event) => set({ note: event.currentTarget.value })}
          />
          <Switch {...flag('default_create')} {...(stored?.default_create && { disabled: true, description: held })} />
          <Switch
            {...flag('default_follow_up')}
            {...(stored?.default_follow_up && { disabled: true, description: held })}
          />
          <Switch {...flag('ignore_escalation')} />
          <Switch {...flag('active')} />
        </Stack>
      </Section>
    </EditForm>
  );
}
