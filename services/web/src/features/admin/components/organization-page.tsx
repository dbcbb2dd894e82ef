import { Plural, useLingui } from '@lingui/react/macro';
import { Anchor, Stack, Switch, Text, Textarea, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { call } from '../../../app/api.ts';
import { Item, ItemList, Section } from '../../../ui/section.tsx';
import { Failed } from '../../../ui/state-messages.tsx';
import { CustomSection } from '../../custom/components/custom-section.tsx';
import type { CustomValues } from '../../custom/queries.ts';
import { membersQuery, nameOf } from '../../people/queries.ts';
import { useMe } from '../../session/use-me.ts';
import type { Field } from '../edit.ts';
import { type Organization, organizationQuery } from '../queries.ts';
import { type Editor, useEditor, useStored } from '../use-editor.ts';
import classes from './admin-page.module.css';
import { AdminPage } from './admin-page.tsx';
import { AskButton } from './ask-button.tsx';
import { DeleteButton } from './delete-button.tsx';
import { EditForm } from './edit-form.tsx';
import { Loading } from './loading.tsx';
import { MemberField } from './member-field.tsx';

/** As many as the server tells of at once. */
const MOST_MEMBERS = 200;

interface Values {
  name: string;
  shared: boolean;
  domain: string;
  domain_assignment: boolean;
  vip: boolean;
  active: boolean;
  note: string;
  /** Of the custom fields those that were written in the form. */
  custom: CustomValues;
}

const newOrganization: Values = {
  name: '',
  shared: true,
  domain: '',
  domain_assignment: false,
  vip: false,
  active: true,
  note: '',
  custom: {},
};

function valuesOf({ name, shared, domain, domain_assignment, vip, active, note }: Organization): Values {
  return { name, shared, domain, domain_assignment, vip, active, note, custom: {} };
}

export function OrganizationPage() {
  const { t } = useLingui();
  const { id } = useParams({ from: '/app/admin/organizations/$id' });
  const { data, error, refetch } = useQuery(organizationQuery(Number(id)));
  if (error) {
    return (
      <AdminPage title={t`Organization`} up="organizations">
        <Failed error={error} onRetry={() => void refetch()} />
      </AdminPage>
    );
  }
  return data ? <Edit key={id} organization={data} /> : <Loading />;
}

const bodyOf = <V extends Partial<Values>>({ custom, ...rest }: V) => ({ ...rest, ...custom });

function Edit({ organization }: { organization: Organization }) {
  const { t } = useLingui();
  const { may } = useMe();
  const { id, name } = organization;
  const stored = useStored(organization, valuesOf);
  const editor = useEditor<Values>({
    stored,
    read: async () => valuesOf(await call('getOrganization', { params: { id } })),
    write: (_, changes) => call('updateOrganization', { params: { id }, body: bodyOf(changes) }),
    done: t`The organization was saved.`,
    changes: ['organizations', 'users'],
  });
  return (
    <AdminPage
      title={name}
      up="organizations"
      action={
        <DeleteButton
          question={t`${name} will be gone for good. One with members or tickets cannot be deleted; make it inactive instead.`}
          done={t`The organization was deleted.`}
          deed={() => call('deleteOrganization', { params: { id } })}
          gone={organizationQuery(id).queryKey}
          back="/admin/organizations"
          changes={['organizations']}
        />
      }
    >
      <OrganizationForm editor={editor} stored={organization} />
      <Members organization={organization} editable={may('admin.user')} />
    </AdminPage>
  );
}

export function NewOrganizationPage() {
  const { t } = useLingui();
  const navigate = useNavigate();
  const editor = useEditor<Values, Organization>({
    stored: newOrganization,
    write: (values) => call('createOrganization', { body: bodyOf(values) }),
    onSaved: ({ id }) => void navigate({ to: '/admin/organizations/$id', params: { id: String(id) }, replace: true }),
    done: t`The organization was created.`,
    changes: ['organizations'],
  });
  return (
    <AdminPage title={t`New organization`} up="organizations">
      <OrganizationForm editor={editor} saveLabel={t`Create the organization`} />
    </AdminPage>
  );
}

interface FormProps {
  editor: Editor<Values>;
  /** The organization as stored; absent for a new one. */
  stored?: Organization;
  saveLabel?: string;
}

function OrganizationForm({ editor, stored, saveLabel }: FormProps) {
  const { t } = useLingui();
  const { values, set } = editor;
  const labels: Record<Field<Values>, string> = {
    name: t`Name`,
    shared: t`Members see each other’s tickets`,
    domain: t`Mail domain`,
    domain_assignment: t`New people with an address of this domain become members`,
    vip: t`VIP`,
    active: t`Active`,
    note: t`Note`,
    custom: t`Custom fields`,
  };
  const flag = (field: 'shared' | 'domain_assignment' | 'vip' | 'active') => ({
    label: labels[field],
    checked: values[field],
    onChange: (event: React.ChangeEvent<HTMLInputElement>) => set({ [field]: event.currentTarget.checked }),
  });
  return (
    <EditForm editor={editor} labels={labels} {...(saveLabel !== undefined && { saveLabel })}>
      <Section title={t`Organization`}>
        <Stack>
          <div className={classes.columns}>
            <TextInput
              label={labels.name}
              required
              withAsterisk={false}
              maxLength={100}
              value={values.name}
              onChange={(event) => set({ name: event.currentTarget.value })}
            />
            <TextInput
              label={labels.domain}
              placeholder="example.org"
              maxLength={250}
              value={values.domain}
              onChange={(event) => set({ domain: event.currentTarget.value })}
            />
          </div>
          <Switch {...flag('domain_assignment')} />
          <Switch {...flag('shared')} />
          <Switch {...flag('vip')} />
          <Switch {...flag('active')} />
          <Textarea
            label={labels.note}
            autosize
            minRows={2}
            maxLength={5000}
            value={values.note}
            onChange={(event) => set({ note: event.currentTarget.value })}
          />
        </Stack>
      </Section>
      <CustomSection
        object="Organization"
        screen={stored ? 'edit' : 'create'}
        {...(stored && { stored })}
        values={values.custom}
        onChange={(custom) => set({ custom })}
      />
    </EditForm>
  );
}

function Members({ organization, editable }: { organization: Organization; editable: boolean }) {
  const { t } = useLingui();
  const { id, member_ids: primary = [], secondary_member_ids: secondary = [] } = organization;
  const ids = [...primary, ...secondary];
  const { data: members = [] } = useQuery(membersQuery(ids.slice(0, MOST_MEMBERS)));
  const left = ids.length - MOST_MEMBERS;
  const changes = ['organizations', 'users'];
  return (
    <Section title={t`Members`} lead={<Plural value={ids.length} one="# member" other="# members" />}>
      {editable && <MemberField organizationId={id} />}
      <ItemList label={t`Members`}>
        {members.map((member) => (
          <Item
            key={member.id}
            what={
              editable ? (
                <Link to="/admin/users/$id" params={{ id: String(member.id) }} className={classes.link}>
                  {nameOf(member)}
                </Link>
              ) : (
                nameOf(member)
              )
            }
            facts={[member.email, secondary.includes(member.id) ? t`beside another organization` : '']
              .filter(Boolean)
              .join(' · ')}
          >
            {editable && member.organization_id === id && (
              <AskButton
                size="compact-sm"
                label={t`Remove`}
                name={t`Remove ${nameOf(member)} from the organization`}
                question={t`They do not see its tickets any more. The account stays.`}
                done={t`The member was removed.`}
                deed={() => call('updateUser', { params: { id: member.id }, body: { organization_id: null } })}
                changes={changes}
              />
            )}
          </Item>
        ))}
      </ItemList>
      {left > 0 && (
        <Text size="sm" c="dimmed">
          <Plural value={left} one="# more is not shown." other="# more are not shown." />{' '}
          <Anchor component={Link} to="/admin/users">
            {t`To the users`}
          </Anchor>
        </Text>
      )}
    </Section>
  );
}
