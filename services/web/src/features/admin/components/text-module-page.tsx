import { useLingui } from '@lingui/react/macro';
import { MultiSelect, Stack, Switch, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { call } from '../../../app/api.ts';
import { Section } from '../../../ui/section.tsx';
import { groupsQuery } from '../../tickets/queries.ts';
import type { Field } from '../edit.ts';
import type { TextModule } from '../library.ts';
import { useOwnGroups } from '../own-groups.ts';
import { keyOf } from '../queries.ts';
import { type Editor, useEditor, useStored } from '../use-editor.ts';
import { AdminPage } from './admin-page.tsx';
import { DeleteButton } from './delete-button.tsx';
import { EditForm } from './edit-form.tsx';
import { HtmlField } from './html-field.tsx';
import { RecordPage } from './record-page.tsx';

interface Values {
  name: string;
  keywords: string;
  content: string;
  groups: string[];
  active: boolean;
}

const fresh: Values = { name: '', keywords: '', content: '', groups: [], active: true };
const valuesOf = ({ name, keywords, content, group_ids, active }: TextModule): Values => ({
  ...{ name, keywords: keywords ?? '', content, groups: group_ids.map(String), active },
});
const bodyOf = ({ groups, ...rest }: Partial<Values>) => ({
  ...rest,
  ...(groups && { group_ids: groups.map(Number) }),
});
const changes = ['text-modules'];

export function TextModulePage() {
  const { t } = useLingui();
  const id = Number(useParams({ from: '/app/admin/text-modules/$id' }).id);
  const query = useQuery({
    queryKey: [...keyOf('text-modules'), id],
    queryFn: ({ signal }) => call('getTextModule', { params: { id }, signal }),
  });
  return (
    <RecordPage query={query} id={id} up="text-modules" title={t`Text module`}>
      {(module) => <Edit module={module} />}
    </RecordPage>
  );
}

function Edit({ module }: { module: TextModule }) {
  const { t } = useLingui();
  const { id, name } = module;
  const stored = useStored(module, valuesOf);
  const editor = useEditor<Values>({
    stored,
    read: async () => valuesOf(await call('getTextModule', { params: { id } })),
    write: (_, changed) => call('updateTextModule', { params: { id }, body: bodyOf(changed) }),
    done: t`The text module was saved.`,
    changes,
  });
  return (
    <AdminPage
      title={name}
      up="text-modules"
      action={
        <DeleteButton
          question={t`${name} will be gone for good. Texts that were written with it stay.`}
          done={t`The text module was deleted.`}
          deed={() => call('deleteTextModule', { params: { id } })}
          back="/admin/text-modules"
          changes={changes}
        />
      }
    >
      <TextModuleForm editor={editor} />
    </AdminPage>
  );
}

export function NewTextModulePage() {
  const { t } = useLingui();
  const navigate = useNavigate();
  const editor = useEditor<Values, TextModule>({
    stored: fresh,
    write: (values) => call('createTextModule', { body: { ...bodyOf(values), user_id: null } }),
    onSaved: ({ id }) => void navigate({ to: '/admin/text-modules/$id', params: { id: String(id) }, replace: true }),
    done: t`The text module was created.`,
    changes,
  });
  return (
    <AdminPage title={t`New text module`} up="text-modules">
      <TextModuleForm editor={editor} saveLabel={t`Create the text module`} />
    </AdminPage>
  );
}

function TextModuleForm({ editor, saveLabel }: { editor: Editor<Values>; saveLabel?: string }) {
  const { t } = useLingui();
  const { values, set } = editor;
  const { data: every = [] } = useQuery(groupsQuery);
  const { groups: own, all } = useOwnGroups('admin.text_module');
  const groups = all ? every : own;
  const labels: Record<Field<Values>, string> = {
    ...{ name: t`Name`, keywords: t`Keywords`, content: t`Text`, groups: t`Groups`, active: t`Active` },
  };
  return (
    <EditForm editor={editor} labels={labels} {...(saveLabel !== undefined && { saveLabel })}>
      <Section title={t`Text module`} lead={t`Agents write it by :: and a part of its name or keywords.`}>
        <Stack>
          <TextInput
            label={labels.name}
            required
            withAsterisk={false}
            maxLength={250}
            value={values.name}
            onChange={(event) => set({ name: event.currentTarget.value })}
          />
          <TextInput
            label={labels.keywords}
            maxLength={1000}
            value={values.keywords}
            onChange={(event) => set({ keywords: event.currentTarget.value })}
          />
          <HtmlField label={labels.content} value={values.content} onChange={(content) => set({ content })} />
          <MultiSelect
            label={labels.groups}
            description={t`For agents of these groups; without any, for all.`}
            data={groups.map(({ id, name }) => ({ value: String(id), label: name }))}
            value={values.groups}
            onChange={(chosen) => set({ groups: chosen })}
          />
          <Switch
            label={labels.active}
            checked={values.active}
            onChange={(event) => set({ active: event.currentTarget.checked })}
          />
        </Stack>
      </Section>
    </EditForm>
  );
}
