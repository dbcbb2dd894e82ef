import { useLingui } from '@lingui/react/macro';
import { Checkbox, Stack, Switch, Textarea, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { type CallInput, call } from '../../../app/api.ts';
import { Section } from '../../../ui/section.tsx';
import type { Field } from '../edit.ts';
import type { GroupAccess } from '../group-access.ts';
import { asBranches, grantedByParent, withPermission } from '../permissions.ts';
import { permissionsQuery, type Role, rolesQuery } from '../queries.ts';
import { type Editor, useEditor, useStored } from '../use-editor.ts';
import { isAgent } from '../user-form.ts';
import classes from './admin-page.module.css';
import { AdminPage } from './admin-page.tsx';
import { DeleteButton } from './delete-button.tsx';
import { EditForm } from './edit-form.tsx';
import { GroupAccessField } from './group-access.tsx';
import { RecordPage } from './record-page.tsx';

type Body = NonNullable<CallInput<'createRole'>['body']>;

interface Values {
  name: string;
  note: string;
  active: boolean;
  default_at_signup: boolean;
  permissions: readonly string[];
  group_ids: GroupAccess;
}

const newRole: Values = {
  name: '',
  note: '',
  active: true,
  default_at_signup: false,
  permissions: [],
  group_ids: {},
};

function valuesOf({ name, note, active, default_at_signup, permissions = [], group_ids = {} }: Role): Values {
  return { name, note: note ?? '', active, default_at_signup, permissions: permissions.toSorted(), group_ids };
}

const changes = ['roles', 'users', 'sign-in'];

export function RolePage() {
  const { t } = useLingui();
  const id = Number(useParams({ from: '/app/admin/roles/$id' }).id);
  return (
    <RecordPage query={useQuery(rolesQuery)} id={id} up="roles" title={t`Role`}>
      {(role) => <Edit role={role} />}
    </RecordPage>
  );
}

function Edit({ role }: { role: Role }) {
  const { t } = useLingui();
  const { id, name } = role;
  const stored = useStored(role, valuesOf);
  const editor = useEditor<Values>({
    stored,
    read: async () => valuesOf((await call('getRole', { params: { id }, query: { expand: true } })) as Role),
    write: (_, changed) => call('updateRole', { params: { id }, body: changed as Body }),
    done: t`The role was saved.`,
    changes,
  });
  return (
    <AdminPage
      title={name}
      up="roles"
      action={
        <DeleteButton
          question={t`${name} will be gone for good. A role that somebody has cannot be deleted; make it inactive instead.`}
          done={t`The role was deleted.`}
          deed={() => call('deleteRole', { params: { id } })}
          back="/admin/roles"
          changes={changes}
        />
      }
    >
      <RoleForm editor={editor} />
    </AdminPage>
  );
}

export function NewRolePage() {
  const { t } = useLingui();
  const navigate = useNavigate();
  const editor = useEditor<Values, Role>({
    stored: newRole,
    write: (values) => call('createRole', { body: values as Body }) as Promise<Role>,
    onSaved: ({ id }) => void navigate({ to: '/admin/roles/$id', params: { id: String(id) }, replace: true }),
    done: t`The role was created.`,
    changes,
  });
  return (
    <AdminPage title={t`New role`} up="roles">
      <RoleForm editor={editor} saveLabel={t`Create the role`} />
    </AdminPage>
  );
}

function RoleForm({ editor, saveLabel }: { editor: Editor<Values>; saveLabel?: string }) {
  const { t } = useLingui();
  const { values, set } = editor;
  const labels: Record<Field<Values>, string> = {
    name: t`Name`,
    note: t`Note`,
    active: t`Active`,
    default_at_signup: t`New people get this role`,
    permissions: t`Permissions`,
    group_ids: t`Access to groups`,
  };
  return (
    <EditForm editor={editor} labels={labels} {...(saveLabel !== undefined && { saveLabel })}>
      <Stack>
        <Section title={t`Role`}>
          <Stack>
            <TextInput
              label={labels.name}
              required
              withAsterisk={false}
              maxLength={100}
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
              label={labels.default_at_signup}
              checked={values.default_at_signup}
              onChange={(event) => set({ default_at_signup: event.currentTarget.checked })}
            />
            <Switch
              label={labels.active}
              description={t`A role that is not active gives nothing to those who have it.`}
              checked={values.active}
              onChange={(event) => set({ active: event.currentTarget.checked })}
            />
          </Stack>
        </Section>
        <Section title={labels.permissions} lead={t`One above others contains them.`}>
          <PermissionField value={values.permissions} onChange={(permissions) => set({ permissions })} />
        </Section>
        {isAgent(values.permissions) && (
          <Section title={labels.group_ids} lead={t`For everybody who has this role. Full contains all others.`}>
            <GroupAccessField value={values.group_ids} onChange={(group_ids) => set({ group_ids })} />
          </Section>
        )}
      </Stack>
    </EditForm>
  );
}

function PermissionField({ value, onChange }: { value: readonly string[]; onChange: (value: string[]) => void }) {
  const { data = [] } = useQuery(permissionsQuery);
  const box = (name: string, granted: boolean) => (
    <Checkbox
      key={name}
      label={name}
      checked={granted || value.includes(name)}
      disabled={granted}
      onChange={(event) => onChange(withPermission(value, name, event.currentTarget.checked))}
    />
  );
  const known = new Set(data.map(({ name }) => name));
  return (
    <Stack>
      {asBranches(data.map(({ name }) => name)).map(({ name, children }) => (
        <fieldset key={name} aria-label={name} className={classes.plain}>
          {/* Some parents are words only: nobody holds them. */}
          {known.has(name) && box(name, false)}
          {children.length > 0 && (
            <div className={classes.permissions}>
              {children.map((child) => box(child, grantedByParent(value, child)))}
            </div>
          )}
        </fieldset>
      ))}
    </Stack>
  );
}
