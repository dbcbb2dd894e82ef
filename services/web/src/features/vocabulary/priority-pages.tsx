import { useLingui } from '@lingui/react/macro';
import { Badge, Button, Select, Stack, Switch, TextInput } from '@mantine/core';
import { IconFlag, IconPlus } from '@tabler/icons-react';
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
import { priorityLabel } from '../tickets/labels.ts';
import { allPrioritiesQuery, type Priority, priorityRows } from './queries.ts';

type Values = Pick<Priority, 'name' | 'default_create' | 'ui_color' | 'active'> & { note: string };

const newPriority: Values = { name: '', default_create: false, ui_color: null, active: true, note: '' };
const valuesOf = ({ name, default_create, ui_color, active, note }: Priority): Values => ({
  ...{ name, default_create, ui_color: ui_color || null, active, note: note ?? '' },
});
const changes = ['priorities'];

/** How much a ticket can matter. */
export function PrioritiesPage() {
  const { t, i18n } = useLingui();
  const { data, error, refetch } = useQuery(allPrioritiesQuery);
  return (
    <AdminPage
      title={t`Priorities`}
      action={
        <Button component={Link} to="/admin/priorities/new" leftSection={<IconPlus size={16} aria-hidden />}>
          {t`New priority`}
        </Button>
      }
    >
      <RecordList
        label={t`Priorities`}
        icon={IconFlag}
        records={data}
        error={error}
        onRetry={() => void refetch()}
        narrowed={false}
        none={t`There are no priorities`}
      >
        {({ id, name, active, default_create, note }) => (
          <Item
            key={id}
            what={
              <>
                <Link to="/admin/priorities/$id" params={{ id: String(id) }} className={classes.link}>
                  {priorityLabel(i18n, name)}
                </Link>{' '}
                {!active && (
                  <Badge size="sm" variant="light" color="gray">
                    {t`Inactive`}
                  </Badge>
                )}
              </>
            }
            facts={[default_create && t`new tickets begin with it`, note].filter(Boolean).join(' · ')}
          />
        )}
      </RecordList>
    </AdminPage>
  );
}

export function PriorityPage() {
  const { t } = useLingui();
  const id = Number(useParams({ from: '/app/admin/priorities/$id' }).id);
  return (
    <RecordPage query={useQuery(allPrioritiesQuery)} id={id} up="priorities" title={t`Priority`}>
      {(priority) => <Edit priority={priority} />}
    </RecordPage>
  );
}

function Edit({ priority }: { priority: Priority }) {
  const { t, i18n } = useLingui();
  const { id } = priority;
  const name = priorityLabel(i18n, priority.name);
  const editor = useEditor<Values>({
    stored: useStored(priority, valuesOf),
    read: async () => valuesOf(await priorityRows.get(id)),
    write: (_, changed) => priorityRows.update(id, changed),
    done: t`The priority was saved.`,
    changes,
  });
  return (
    <AdminPage
      title={name}
      up="priorities"
      action={
        <DeleteButton
          question={t`${name} will be gone for good. One that tickets have, or that something refers to, stays: make it inactive.`}
          done={t`The priority was deleted.`}
          deed={() => priorityRows.remove(id)}
          back="/admin/priorities"
          changes={changes}
        />
      }
    >
      <PriorityForm editor={editor} isDefault={priority.default_create} />
    </AdminPage>
  );
}

export function NewPriorityPage() {
  const { t } = useLingui();
  const navigate = useNavigate();
  const editor = useEditor<Values, Priority>({
    stored: newPriority,
    write: (values) => priorityRows.create(values),
    onSaved: ({ id }) => void navigate({ to: '/admin/priorities/$id', params: { id: String(id) }, replace: true }),
    done: t`The priority was created.`,
    changes,
  });
  return (
    <AdminPage title={t`New priority`} up="priorities">
      <PriorityForm editor={editor} isDefault={false} saveLabel={t`Create the priority`} />
    </AdminPage>
  );
}

interface FormProps {
  editor: Editor<Values>;
  /** New tickets begin with it, as it is stored. */
  isDefault: boolean;
  saveLabel?: string;
}

function PriorityForm({ editor, isDefault, saveLabel }: FormProps) {
  const { t } = useLingui();
  const { values, set } = editor;
  const labels: Record<Field<Values>, string> = {
    ...{ name: t`Name`, default_create: t`New tickets begin with it`, ui_color: t`Stands out`, active: t`Active` },
    note: t`Note`,
  };
  return (
    <EditForm editor={editor} labels={labels} {...(saveLabel !== undefined && { saveLabel })}>
      <Section
        title={t`Priority`}
        lead={t`Lists sort by priority in the order of the names: begin them with a number.`}
      >
        <Stack>
          <TextInput
            label={labels.name}
            required
            withAsterisk={false}
            maxLength={100}
            value={values.name}
            onChange={(event) => set({ name: event.currentTarget.value })}
          />
          <Select
            label={labels.ui_color}
            clearable
            clearButtonProps={{ 'aria-label': t`Clear` }}
            placeholder={t`As all others`}
            data={[
              { value: 'high-priority', label: t`As urgent` },
              { value: 'low-priority', label: t`As less urgent` },
            ]}
            value={values.ui_color}
            onChange={(ui_color) => set({ ui_color })}
          />
          <TextInput
            label={labels.note}
            maxLength={250}
            value={values.note}
            onChange={(event) => set({ note: event.currentTarget.value })}
          />
          <Switch
            label={labels.default_create}
            checked={values.default_create}
            onChange={(event) => set({ default_create: event.currentTarget.checked })}
            {...(isDefault && { disabled: true, description: t`Switch it on at another one, which takes it over.` })}
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
