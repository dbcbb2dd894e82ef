import { useLingui } from '@lingui/react/macro';
import { MultiSelect, Select, Stack, Switch, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { type CallInput, call } from '../../../app/api.ts';
import { Section } from '../../../ui/section.tsx';
import { ActionsEditor } from '../../rules/actions-editor.tsx';
import type { Perform } from '../../rules/perform.ts';
import { groupsQuery } from '../../tickets/queries.ts';
import type { Field } from '../edit.ts';
import type { Macro } from '../library.ts';
import { keyOf } from '../queries.ts';
import { type Editor, useEditor, useStored } from '../use-editor.ts';
import { AdminPage } from './admin-page.tsx';
import { DeleteButton } from './delete-button.tsx';
import { EditForm } from './edit-form.tsx';
import { RecordPage } from './record-page.tsx';

interface Values {
  name: string;
  active: boolean;
  groups: string[];
  next: string;
  perform: Perform;
}

const fresh: Values = { name: '', active: true, groups: [], next: 'none', perform: {} };
const valuesOf = ({ name, active, group_ids, ux_flow_next_up, perform }: Macro): Values => ({
  ...{ name, active, groups: group_ids.map(String), next: ux_flow_next_up, perform },
});
type Body = NonNullable<CallInput<'updateMacro'>['body']>;
const bodyOf = ({ groups, next, ...rest }: Partial<Values>): Body => ({
  ...rest,
  ...(groups && { group_ids: groups.map(Number) }),
  ...(next !== undefined && { ux_flow_next_up: next as NonNullable<Body['ux_flow_next_up']> }),
});
const changes = ['macros'];

export function MacroPage() {
  const { t } = useLingui();
  const id = Number(useParams({ from: '/app/admin/macros/$id' }).id);
  const query = useQuery({
    queryKey: [...keyOf('macros'), id],
    queryFn: ({ signal }) => call('getMacro', { params: { id }, signal }),
  });
  return (
    <RecordPage query={query} id={id} up="macros" title={t`Macro`}>
      {(macro) => <Edit macro={macro} />}
    </RecordPage>
  );
}

function Edit({ macro }: { macro: Macro }) {
  const { t } = useLingui();
  const { id, name } = macro;
  const stored = useStored(macro, valuesOf);
  const editor = useEditor<Values>({
    stored,
    read: async () => valuesOf(await call('getMacro', { params: { id } })),
    write: (_, changed) => call('updateMacro', { params: { id }, body: bodyOf(changed) }),
    done: t`The macro was saved.`,
    changes,
  });
  return (
    <AdminPage
      title={name}
      up="macros"
      action={
        <DeleteButton
          question={t`${name} will be gone for good. What it did to tickets stays.`}
          done={t`The macro was deleted.`}
          deed={() => call('deleteMacro', { params: { id } })}
          back="/admin/macros"
          changes={changes}
        />
      }
    >
      <MacroForm editor={editor} />
    </AdminPage>
  );
}

export function NewMacroPage() {
  const { t } = useLingui();
  const navigate = useNavigate();
  const editor = useEditor<Values, Macro>({
    stored: fresh,
    write: (values) => call('createMacro', { body: bodyOf(values) }),
    onSaved: ({ id }) => void navigate({ to: '/admin/macros/$id', params: { id: String(id) }, replace: true }),
    done: t`The macro was created.`,
    changes,
  });
  return (
    <AdminPage title={t`New macro`} up="macros">
      <MacroForm editor={editor} saveLabel={t`Create the macro`} />
    </AdminPage>
  );
}

function MacroForm({ editor, saveLabel }: { editor: Editor<Values>; saveLabel?: string }) {
  const { t } = useLingui();
  const { values, set } = editor;
  const { data: groups = [] } = useQuery(groupsQuery);
  const labels: Record<Field<Values>, string> = {
    ...{ name: t`Name`, active: t`Active`, groups: t`Groups`, next: t`Afterwards`, perform: t`What it does` },
  };
  const steps = [
    { value: 'none', label: t`Stay on the ticket` },
    { value: 'next_task', label: t`Back to the list` },
    { value: 'next_from_overview', label: t`Next ticket of the list` },
    { value: 'next_task_on_close', label: t`Back to the list when it is closed` },
  ];
  return (
    <EditForm editor={editor} labels={labels} {...(saveLabel !== undefined && { saveLabel })}>
      <Stack>
        <Section title={t`Macro`} lead={t`Agents run it on one ticket or on many at once.`}>
          <Stack>
            <TextInput
              label={labels.name}
              required
              withAsterisk={false}
              maxLength={250}
              value={values.name}
              onChange={(event) => set({ name: event.currentTarget.value })}
            />
            <MultiSelect
              label={labels.groups}
              description={t`For tickets of these groups; without any, for all.`}
              data={groups.map(({ id, name }) => ({ value: String(id), label: name }))}
              value={values.groups}
              onChange={(chosen) => set({ groups: chosen })}
            />
            <Select
              label={labels.next}
              data={steps}
              allowDeselect={false}
              value={values.next}
              onChange={(next) => next && set({ next })}
            />
            <Switch
              label={labels.active}
              checked={values.active}
              onChange={(event) => set({ active: event.currentTarget.checked })}
            />
          </Stack>
        </Section>
        <Section title={labels.perform}>
          <ActionsEditor performer="macro" value={values.perform} onChange={(perform) => set({ perform })} />
        </Section>
      </Stack>
    </EditForm>
  );
}
