import { useLingui } from '@lingui/react/macro';
import { Stack, Switch, Textarea, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { call } from '../../../app/api.ts';
import { Section } from '../../../ui/section.tsx';
import type { Field } from '../edit.ts';
import { type ChecklistTemplate, checklistTemplatesQuery } from '../queries.ts';
import { type Editor, useEditor, useStored } from '../use-editor.ts';
import { AdminPage } from './admin-page.tsx';
import { DeleteButton } from './delete-button.tsx';
import { EditForm } from './edit-form.tsx';
import { RecordPage } from './record-page.tsx';

interface Values {
  name: string;
  active: boolean;
  /** One a line, as they are typed. */
  items: string;
}

const newTemplate: Values = { name: '', active: true, items: '' };
const valuesOf = ({ name, active, items }: ChecklistTemplate): Values => ({ name, active, items: items.join('\n') });
const bodyOf = ({ items, ...rest }: Partial<Values>) => ({
  ...rest,
  ...(items !== undefined && { items: items.split('\n').filter((line) => line.trim() !== '') }),
});
const changes = ['checklists'];

export function ChecklistTemplatePage() {
  const { t } = useLingui();
  const id = Number(useParams({ from: '/app/admin/checklists/$id' }).id);
  return (
    <RecordPage query={useQuery(checklistTemplatesQuery)} id={id} up="checklists" title={t`Template`}>
      {(template) => <Edit template={template} />}
    </RecordPage>
  );
}

function Edit({ template }: { template: ChecklistTemplate }) {
  const { t } = useLingui();
  const { id, name } = template;
  const stored = useStored(template, valuesOf);
  const editor = useEditor<Values>({
    stored,
    read: async () => valuesOf(await call('getChecklistTemplate', { params: { id } })),
    write: (_, changed) => call('updateChecklistTemplate', { params: { id }, body: bodyOf(changed) }),
    done: t`The template was saved.`,
    changes,
  });
  return (
    <AdminPage
      title={name}
      up="checklists"
      action={
        <DeleteButton
          question={t`${name} will be gone for good. Checklists that were made of it stay.`}
          done={t`The template was deleted.`}
          deed={() => call('deleteChecklistTemplate', { params: { id } })}
          back="/admin/checklists"
          changes={changes}
        />
      }
    >
      <TemplateForm editor={editor} />
    </AdminPage>
  );
}

export function NewChecklistTemplatePage() {
  const { t } = useLingui();
  const navigate = useNavigate();
  const editor = useEditor<Values, ChecklistTemplate>({
    stored: newTemplate,
    write: (values) => call('createChecklistTemplate', { body: bodyOf(values) }),
    onSaved: ({ id }) => void navigate({ to: '/admin/checklists/$id', params: { id: String(id) }, replace: true }),
    done: t`The template was created.`,
    changes,
  });
  return (
    <AdminPage title={t`New template`} up="checklists">
      <TemplateForm editor={editor} saveLabel={t`Create the template`} />
    </AdminPage>
  );
}

function TemplateForm({ editor, saveLabel }: { editor: Editor<Values>; saveLabel?: string }) {
  const { t } = useLingui();
  const { values, set } = editor;
  const labels: Record<Field<Values>, string> = { name: t`Name`, active: t`Active`, items: t`Items` };
  return (
    <EditForm editor={editor} labels={labels} {...(saveLabel !== undefined && { saveLabel })}>
      <Section title={t`Template`} lead={t`Agents choose it when they begin the checklist of a ticket.`}>
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
            label={labels.items}
            description={t`One a line.`}
            autosize
            minRows={4}
            value={values.items}
            onChange={(event) => set({ items: event.currentTarget.value })}
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
