import { useLingui } from '@lingui/react/macro';
import { Badge, Checkbox, Group, Stack, Switch, Textarea, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { type CallInput, call } from '../../../app/api.ts';
import { Section } from '../../../ui/section.tsx';
import { Failed } from '../../../ui/state-messages.tsx';
import { CustomSection } from '../../custom/components/custom-section.tsx';
import { nameOf } from '../../people/queries.ts';
import { useMe } from '../../session/use-me.ts';
import type { Field } from '../edit.ts';
import { type Role, rolesQuery, type User, userQuery } from '../queries.ts';
import { type Editor, useEditor, useStored } from '../use-editor.ts';
import { isAgent, newUser, type UserValues, userBody, userValues } from '../user-form.ts';
import classes from './admin-page.module.css';
import { AdminPage } from './admin-page.tsx';
import { DeleteButton } from './delete-button.tsx';
import { EditForm } from './edit-form.tsx';
import { GroupAccessField } from './group-access.tsx';
import { Loading } from './loading.tsx';
import { OrganizationField, OrganizationsField } from './organization-field.tsx';
import { Undeliverable } from './undeliverable.tsx';
import { UserAccessSection } from './user-access.tsx';
import { UserSignIn } from './user-sign-in.tsx';

type Body = NonNullable<CallInput<'createUser'>['body']>;

export function UserPage() {
  const { id } = useParams({ from: '/app/admin/users/$id' });
  const { t } = useLingui();
  const user = useQuery(userQuery(Number(id)));
  const roles = useQuery(rolesQuery);
  if (user.isError || roles.isError) {
    return (
      <AdminPage title={t`User`} up="users">
        <Failed error={user.error ?? roles.error} onRetry={() => void Promise.all([user.refetch(), roles.refetch()])} />
      </AdminPage>
    );
  }
  return user.data && roles.data ? <Edit key={id} user={user.data} roles={roles.data} /> : <Loading />;
}

function Edit({ user, roles }: { user: User; roles: readonly Role[] }) {
  const { t } = useLingui();
  const { me } = useMe();
  const { id } = user;
  const name = nameOf(user);
  const stored = useStored(user, userValues);
  const editor = useEditor<UserValues, User>({
    stored,
    read: async () => userValues(await call('getUser', { params: { id } })),
    write: (_, changes) => call('updateUser', { params: { id }, body: userBody(changes) as Body }),
    done: t`The user was saved.`,
    changes: ['users', 'organizations', 'credentials'],
  });
  return (
    <AdminPage
      title={name}
      up="users"
      action={
        <Group gap="xs">
          {!user.active && (
            <Badge variant="light" color="gray">
              {t`Inactive`}
            </Badge>
          )}
          {id !== me.id && (
            <DeleteButton
              question={t`${name} will be gone for good. Who has tickets cannot be deleted; make them inactive instead.`}
              done={t`The user was deleted.`}
              deed={() => call('deleteUser', { params: { id } })}
              gone={userQuery(id).queryKey}
              back="/admin/users"
              changes={['users', 'organizations']}
            />
          )}
        </Group>
      }
    >
      <Undeliverable user={user} />
      <UserForm editor={editor} roles={roles} names={organizationNames(user)} stored={user} />
      <UserAccessSection user={user} />
      <UserSignIn user={user} />
    </AdminPage>
  );
}

export function NewUserPage() {
  const { t } = useLingui();
  const roles = useQuery(rolesQuery);
  if (roles.isError) {
    return (
      <AdminPage title={t`New user`} up="users">
        <Failed error={roles.error} onRetry={() => void roles.refetch()} />
      </AdminPage>
    );
  }
  return roles.data ? <Create roles={roles.data} /> : <Loading />;
}

function Create({ roles }: { roles: readonly Role[] }) {
  const { t } = useLingui();
  const navigate = useNavigate();
  const [invite, setInvite] = useState(true);
  const [stored] = useState(() => newUser(roles.filter((role) => role.default_at_signup).map(({ id }) => id)));
  const editor = useEditor<UserValues, User>({
    stored,
    write: (values) => {
      const body = { ...userBody(values), ...(invite && values.email !== '' && { invite: true }) };
      return call('createUser', { body: body as Body });
    },
    onSaved: ({ id }) => void navigate({ to: '/admin/users/$id', params: { id: String(id) }, replace: true }),
    done: t`The user was created.`,
    changes: ['users', 'organizations'],
  });
  return (
    <AdminPage title={t`New user`} up="users">
      <UserForm
        editor={editor}
        roles={roles}
        names={new Map()}
        saveLabel={t`Create the user`}
        more={
          <Checkbox
            label={t`Send an invitation`}
            description={t`A mail with a link, by which they set a password.`}
            checked={invite}
            onChange={(event) => setInvite(event.currentTarget.checked)}
          />
        }
      />
    </AdminPage>
  );
}

interface FormProps {
  editor: Editor<UserValues>;
  roles: readonly Role[];
  names: ReadonlyMap<number, string>;
  /** The user as stored; absent for a new one. */
  stored?: User;
  saveLabel?: string;
  more?: React.ReactNode;
}

function UserForm({ editor, roles, names, stored, saveLabel, more }: FormProps) {
  const { t } = useLingui();
  const { values, set } = editor;
  const labels: Record<Field<UserValues>, string> = {
    firstname: t`First name`,
    lastname: t`Last name`,
    email: t`E-mail address`,
    login: t`Login`,
    phone: t`Phone`,
    mobile: t`Mobile`,
    note: t`Note`,
    organization_id: t`Organization`,
    organization_ids: t`Further organizations`,
    role_ids: t`Roles`,
    group_ids: t`Access to groups`,
    vip: t`VIP`,
    active: t`Active`,
    custom: t`Custom fields`,
  };
  const text = (field: 'firstname' | 'lastname' | 'email' | 'login' | 'phone' | 'mobile') => ({
    label: labels[field],
    value: values[field],
    autoComplete: 'off',
    onChange: (event: React.ChangeEvent<HTMLInputElement>) => set({ [field]: event.currentTarget.value }),
  });
  const held = roles.filter(({ id, active }) => active && values.role_ids.includes(id));
  const agent = isAgent(held.flatMap(({ permissions = [] }) => permissions));
  return (
    <EditForm editor={editor} labels={labels} {...(saveLabel !== undefined && { saveLabel })}>
      <Stack>
        <Section title={t`Person`}>
          <Stack>
            <div className={classes.columns}>
              <TextInput {...text('firstname')} maxLength={100} />
              <TextInput {...text('lastname')} maxLength={100} />
              <TextInput {...text('email')} type="email" maxLength={255} />
              <TextInput {...text('login')} maxLength={255} placeholder={t`The e-mail address`} />
              <TextInput {...text('phone')} maxLength={100} />
              <TextInput {...text('mobile')} maxLength={100} />
              <OrganizationField
                label={labels.organization_id}
                value={values.organization_id}
                onChange={(organization_id) => set({ organization_id })}
                names={names}
              />
              <OrganizationsField
                label={labels.organization_ids}
                value={values.organization_ids}
                onChange={(organization_ids) => set({ organization_ids })}
                names={names}
              />
            </div>
            <Textarea
              label={labels.note}
              autosize
              minRows={2}
              maxLength={5000}
              value={values.note}
              onChange={(event) => set({ note: event.currentTarget.value })}
            />
            <div className={classes.columns}>
              <Switch
                label={labels.active}
                description={t`Who is not active cannot sign in, and their sessions end.`}
                checked={values.active}
                onChange={(event) => set({ active: event.currentTarget.checked })}
              />
              <Switch
                label={labels.vip}
                checked={values.vip}
                onChange={(event) => set({ vip: event.currentTarget.checked })}
              />
            </div>
            {more}
          </Stack>
        </Section>
        <CustomSection
          object="User"
          screen={stored ? 'edit' : 'create'}
          {...(stored && { stored })}
          values={values.custom}
          onChange={(custom) => set({ custom })}
        />
        <Section title={labels.role_ids} lead={t`What somebody may do, all roles together.`}>
          <Stack gap="sm" role="group" aria-label={labels.role_ids}>
            {roles
              .filter(({ id, active }) => active || values.role_ids.includes(id))
              .map(({ id, name, note }) => (
                <Checkbox
                  key={id}
                  label={name}
                  description={note}
                  checked={values.role_ids.includes(id)}
                  onChange={(event) => {
                    const others = values.role_ids.filter((each) => each !== id);
                    const chosen = event.currentTarget.checked ? [...others, id] : others;
                    set({ role_ids: chosen.toSorted((a, b) => a - b) });
                  }}
                />
              ))}
          </Stack>
        </Section>
        {agent && (
          <Section title={labels.group_ids} lead={t`Beside what their roles give. Full contains all others.`}>
            <GroupAccessField value={values.group_ids} onChange={(group_ids) => set({ group_ids })} />
          </Section>
        )}
      </Stack>
    </EditForm>
  );
}

function organizationNames(user: User): Map<number, string> {
  const { organization, organizations, organization_id, organization_ids = [] } = user;
  const names = Array.isArray(organizations) ? organizations.map(String) : [];
  const known = new Map(organization_ids.flatMap((id, i) => (names[i] === undefined ? [] : [[id, names[i]]])));
  return organization_id === null ? known : known.set(organization_id, String(organization));
}
