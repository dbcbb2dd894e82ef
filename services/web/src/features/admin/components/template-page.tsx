import { useLingui } from '@lingui/react/macro';
import { Stack, Switch, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { call } from '../../../app/api.ts';
import { Section } from '../../../ui/section.tsx';
import { ActionsEditor } from '../../rules/actions-editor.tsx';
import type { Perform } from '../../rules/perform.ts';
import type { Field } from '../edit.ts';
import type { Template } from '../library.ts';
import { keyOf } from '../queries.ts';
import { type Editor, useEditor, useStored } from '../use-editor.ts';
import { AdminPage } from './admin-page.tsx';
import { DeleteButton } from './delete-button.tsx';
import { EditForm } from './edit-form.tsx';
import { RecordPage } from './record-page.tsx';

interface Values {
  name: string;
  active: boolean;
  options: Perform;
}

const fresh: Values = { name: '', active: true, options: {} };
const valuesOf = ({ name, active, options }: Template): Values => ({ name, active, options });
const changes = ['templates'];

export function TemplatePage() {
  const { t } = useLingui();
  const id = Number(useParams({ from: '/app/admin/templates/$id' }).id);
  const query = useQuery({
    queryKey: [...keyOf('templates'), id],
    queryFn: ({ signal }) => call('getTemplate', { params: { id }, signal }),
  });
  return (
    <RecordPage query={query} id={id} up="templates" title={t`Template`}>
      {(template) => <Edit template={template} />}
    </RecordPage>
  );
}

function Edit({ template }: { template: Template }) {
  const { t } = useLingui();
  const { id, name } = template;
  const stored = useStored(template, valuesOf);
  const editor = useEditor<Values>({
    stored,
    read: async () => valuesOf(await call('getTemplate', { params: { id } })),
    write: (_, changed) => call('updateTemplate', { params: { id }, body: changed }),
    done: t`The template was saved.`,
    changes,
  });
  return (
    <AdminPage
      title={name}
      up="templates"
      action={
        <DeleteButton
          question={t`${name} will be gone for good. Tickets that began with it stay.`}
          done={t`The template was deleted.`}
          deed={() => call('deleteTemplate', { params: { id } })}
          back="/admin/templates"
          changes={changes}
        />
      }
    >
      <TemplateForm editor={editor} />
    </AdminPage>
  );
}

export function NewTemplatePage() {
  const { t } = useLingui();
  const navigate = useNavigate();
  const editor = useEditor<Values, Template>({
    stored: fresh,
    write: (values) => call('createTemplate', { body: values }),
    onSaved: ({ id }) => void navigate({ to: '/admin/templates/$id', params: { id: String(id) }, replace: true }),
    done: t`The template was created.`,
    changes,
  });
  return (
    <AdminPage title={t`New template`} up="templates">
      <TemplateForm editor={editor} saveLabel={t`Create the template`} />
    </AdminPage>
  );
}

function TemplateForm({ editor, saveLabel }: { editor: Editor<Values>; saveLabel?: string }) {
  const { t } = useLingui();
  const { values, set } = editor;
  const labels: Record<Field<Values>, string> = {
    name: t`Name`,
    active: t`Active`,
    options: t`The ticket begins with`,
  };
  return (
    <EditForm editor={editor} labels={labels} {...(saveLabel !== undefined && { saveLabel })}>
      <Stack>
        <Section title={t`Template`} lead={t`Agents choose it when they write a new ticket.`}>
          <Stack>
            <TextInput
              label={labels.name}
              required
              withAsterisk={false}
              maxLength={250}
              value={values.name}
              onChange={(event) => set({ name: event.currentTarget.value })}
            />
            <Switch
              label={labels.active}
              checked={values.active}
              onChange={(event) => set({ active: event.currentTarget.checked })}
            />
          </Stack>
        </Section>
        <Section title={labels.options}>
          <ActionsEditor performer="template" value={values.options} onChange={(options) => set({ options })} />
        </Section>
      </Stack>
    </EditForm>
  );
}
