import { useLingui } from '@lingui/react/macro';
import { Select, Stack, Switch, TagsInput, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { type CallInput, call } from '../../../app/api.ts';
import { Section } from '../../../ui/section.tsx';
import { Copyable } from '../../../ui/shown-once.tsx';
import type { Field } from '../edit.ts';
import { type Directory, directoriesQuery, organizationQuery, rolesQuery } from '../queries.ts';
import { type Editor, useEditor, useStored } from '../use-editor.ts';
import classes from './admin-page.module.css';
import { AdminPage } from './admin-page.tsx';
import { DeleteButton } from './delete-button.tsx';
import { DirectoryMappings } from './directory-mappings.tsx';
import { DirectoryTokens } from './directory-tokens.tsx';
import { EditForm } from './edit-form.tsx';
import { OrganizationField } from './organization-field.tsx';
import { RecordPage } from './record-page.tsx';

type Values = Pick<
  Directory,
  'name' | 'domains' | 'organization_id' | 'default_role_id' | 'claims_accounts' | 'enabled' | 'mappings'
>;
type Body = NonNullable<CallInput<'createDirectory'>['body']>;

const newDirectory: Values = {
  name: '',
  domains: [],
  organization_id: null,
  default_role_id: null,
  claims_accounts: false,
  enabled: true,
  mappings: [],
};

function valuesOf(directory: Directory): Values {
  const { name, domains, organization_id, default_role_id, claims_accounts, enabled, mappings } = directory;
  return { name, domains, organization_id, default_role_id, claims_accounts, enabled, mappings };
}

const changes = ['directories', 'users'];

export function DirectoryPage() {
  const { t } = useLingui();
  const id = Number(useParams({ from: '/app/admin/directories/$id' }).id);
  return (
    <RecordPage query={useQuery(directoriesQuery)} id={id} up="directories" title={t`Directory`}>
      {(directory) => <Edit directory={directory} />}
    </RecordPage>
  );
}

function Edit({ directory }: { directory: Directory }) {
  const { t } = useLingui();
  const { id, name } = directory;
  const stored = useStored(directory, valuesOf);
  const editor = useEditor<Values>({
    stored,
    read: async () => valuesOf(await call('getDirectory', { params: { id } })),
    write: (_, changed) => call('updateDirectory', { params: { id }, body: changed as Partial<Body> }),
    done: t`The directory was saved.`,
    changes,
  });
  return (
    <AdminPage
      title={name}
      up="directories"
      action={
        <DeleteButton
          question={t`${name} provisions nobody any more: its tokens, its groups and the rights that they gave go at once. Accounts stay.`}
          done={t`The directory was deleted.`}
          deed={() => call('deleteDirectory', { params: { id } })}
          back="/admin/directories"
          changes={changes}
        />
      }
    >
      <DirectoryForm editor={editor} />
      <Section title={t`To enter in the directory`} lead={t`It speaks SCIM 2.0 and shows one of the tokens below.`}>
        <Copyable label={t`Base URL`} value={`${window.location.origin}/scim/v2`} />
      </Section>
      <DirectoryTokens directoryId={id} />
    </AdminPage>
  );
}

export function NewDirectoryPage() {
  const { t } = useLingui();
  const navigate = useNavigate();
  const editor = useEditor<Values, Directory>({
    stored: newDirectory,
    write: (values) => call('createDirectory', { body: values as Body }),
    onSaved: ({ id }) => void navigate({ to: '/admin/directories/$id', params: { id: String(id) }, replace: true }),
    done: t`The directory was added.`,
    changes,
  });
  return (
    <AdminPage title={t`New directory`} up="directories">
      <DirectoryForm editor={editor} saveLabel={t`Add the directory`} />
    </AdminPage>
  );
}

function DirectoryForm({ editor, saveLabel }: { editor: Editor<Values>; saveLabel?: string }) {
  const { t } = useLingui();
  const { values, set } = editor;
  const { data: roles = [] } = useQuery(rolesQuery);
  const names = useOrganizationName(values.organization_id);
  const labels: Record<Field<Values>, string> = {
    name: t`Name`,
    domains: t`Mail domains`,
    organization_id: t`Organization`,
    default_role_id: t`Role of new accounts`,
    claims_accounts: t`It may take over customers who have an address of its domains`,
    enabled: t`It may provision`,
    mappings: t`Mappings of groups`,
  };
  const flag = (field: 'enabled' | 'claims_accounts') => ({
    label: labels[field],
    checked: values[field],
    onChange: (event: React.ChangeEvent<HTMLInputElement>) => set({ [field]: event.currentTarget.checked }),
  });
  return (
    <EditForm editor={editor} labels={labels} {...(saveLabel !== undefined && { saveLabel })}>
      <Stack>
        <Section title={t`Directory`} lead={t`It makes, changes and closes the accounts of its own people.`}>
          <Stack>
            <TextInput
              label={labels.name}
              required
              withAsterisk={false}
              maxLength={100}
              autoComplete="off"
              value={values.name}
              onChange={(event) => set({ name: event.currentTarget.value })}
            />
            <TagsInput
              label={labels.domains}
              description={t`Only domains whose mail this community runs: whoever reads the mail to an address gets into its account. Press Enter after each.`}
              placeholder={values.domains.length === 0 ? 'physics.example' : ''}
              value={values.domains}
              onChange={(domains) => set({ domains })}
              acceptValueOnBlur
              splitChars={[' ', ',']}
              clearable={false}
            />
            <div className={classes.columns}>
              <OrganizationField
                label={labels.organization_id}
                description={t`None: the one that has the domain of their address.`}
                value={values.organization_id}
                onChange={(organization_id) => set({ organization_id })}
                names={names}
              />
              <Select
                label={labels.default_role_id}
                description={t`None: those of a sign-up. Groups give more than customers have.`}
                placeholder={t`None`}
                data={roles.map(({ id, name }) => ({ value: String(id), label: name }))}
                value={values.default_role_id === null ? null : String(values.default_role_id)}
                onChange={(role) => set({ default_role_id: role === null ? null : Number(role) })}
                clearable
                clearButtonProps={{ 'aria-label': t`No role` }}
              />
            </div>
            <Switch {...flag('enabled')} description={t`Off, what its groups gave is withdrawn.`} />
            <Switch
              {...flag('claims_accounts')}
              description={t`Without it such an address is taken. It never gets accounts that may do more than customers.`}
            />
          </Stack>
        </Section>
        <Section
          title={labels.mappings}
          lead={t`What membership of a group of the directory gives: a role, access to a group here, or both.`}
        >
          <DirectoryMappings value={values.mappings} onChange={(mappings) => set({ mappings })} roles={roles} />
        </Section>
      </Stack>
    </EditForm>
  );
}

function useOrganizationName(id: number | null): ReadonlyMap<number, string> {
  const { data } = useQuery({ ...organizationQuery(id ?? 0), enabled: id !== null });
  return new Map(data ? [[data.id, data.name]] : []);
}
