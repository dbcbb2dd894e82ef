import { useLingui } from '@lingui/react/macro';
import { Anchor, NumberInput, Select, Stack, Switch, Text, Textarea, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { type CallInput, call } from '../../../app/api.ts';
import { Section } from '../../../ui/section.tsx';
import type { Matrix } from '../../impact/levels.ts';
import { MatrixField } from '../../impact/matrix-field.tsx';
import { useMe } from '../../session/use-me.ts';
import type { Field } from '../edit.ts';
import { possibleParents } from '../group-tree.ts';
import { useOwnGroups } from '../own-groups.ts';
import { type Group, groupsQuery } from '../queries.ts';
import { addressesQuery, mailboxOf, signaturesQuery } from '../senders.ts';
import { type Editor, useEditor, useStored } from '../use-editor.ts';
import classes from './admin-page.module.css';
import { AdminPage } from './admin-page.tsx';
import { DeleteButton } from './delete-button.tsx';
import { EditForm } from './edit-form.tsx';
import { RecordPage } from './record-page.tsx';

type Body = NonNullable<CallInput<'createGroup'>['body']>;
type FollowUp = NonNullable<Body['follow_up_possible']>;

interface Values {
  name_last: string;
  parent_id: number | null;
  email_address_id: number | null;
  /** The same as text, for whoever chooses among no others. */
  email: string;
  signature_id: number | null;
  follow_up_possible: string;
  reopen_time_in_days: number | null;
  follow_up_assignment: boolean;
  assignment_timeout: number | null;
  priority_matrix: Matrix | null;
  ask_rating: boolean;
  shared_drafts: boolean;
  active: boolean;
  note: string;
}

const newGroup: Values = {
  name_last: '',
  parent_id: null,
  email_address_id: null,
  email: '',
  signature_id: null,
  follow_up_possible: 'yes',
  reopen_time_in_days: null,
  follow_up_assignment: true,
  assignment_timeout: null,
  priority_matrix: null,
  ask_rating: false,
  shared_drafts: true,
  active: true,
  note: '',
};

function valuesOf(group: Group): Values {
  const { name_last, parent_id, follow_up_possible, reopen_time_in_days, follow_up_assignment } = group;
  const { assignment_timeout, active, note, email_address_id, signature_id } = group;
  const followUp = { follow_up_possible, reopen_time_in_days, follow_up_assignment };
  return {
    name_last,
    parent_id,
    ...{ email_address_id, signature_id, note: note ?? '', email: typeof group.email === 'string' ? group.email : '' },
    ...followUp,
    assignment_timeout,
    priority_matrix: group.priority_matrix,
    ask_rating: group.ask_rating,
    shared_drafts: group.shared_drafts === true,
    active,
  };
}

/** A move says the name too: the server reads name and parent together. */
function bodyOf(values: Values, changes: Partial<Values>): Body {
  const moved = 'parent_id' in changes || 'name_last' in changes;
  const place = moved ? { name_last: values.name_last, parent_id: values.parent_id } : {};
  return { ...changes, ...place } as Body;
}

export function GroupPage() {
  const { t } = useLingui();
  const id = Number(useParams({ from: '/app/admin/groups/$id' }).id);
  const query = useQuery(groupsQuery);
  return (
    <RecordPage query={query} id={id} up="groups" title={t`Group`}>
      {(group) => <Edit group={group} groups={query.data ?? []} />}
    </RecordPage>
  );
}

function Edit({ group, groups }: { group: Group; groups: readonly Group[] }) {
  const { t } = useLingui();
  const { all } = useOwnGroups('admin.group');
  const { id, name } = group;
  const stored = useStored(group, valuesOf);
  const editor = useEditor<Values>({
    stored,
    read: async () => valuesOf(await call('getGroup', { params: { id } })),
    write: (values, changes) => call('updateGroup', { params: { id }, body: bodyOf(values, changes) }),
    done: t`The group was saved.`,
    changes: ['groups'],
  });
  return (
    <AdminPage
      title={name}
      up="groups"
      action={
        all && (
          <DeleteButton
            question={t`${name} will be gone for good. A group with tickets, people or groups below it cannot be deleted; make it inactive instead.`}
            done={t`The group was deleted.`}
            deed={() => call('deleteGroup', { params: { id } })}
            back="/admin/groups"
            changes={['groups']}
          />
        )
      }
    >
      <GroupForm editor={editor} parents={all ? possibleParents(groups, id) : undefined} />
    </AdminPage>
  );
}

export function NewGroupPage() {
  const { t } = useLingui();
  const navigate = useNavigate();
  const { groups } = useOwnGroups('admin.group');
  const editor = useEditor<Values, Group>({
    stored: newGroup,
    write: ({ email, email_address_id, ...values }) =>
      call('createGroup', { body: { ...values, ...(email ? { email } : { email_address_id }) } as Body }),
    onSaved: ({ id }) => void navigate({ to: '/admin/groups/$id', params: { id: String(id) }, replace: true }),
    done: t`The group was created.`,
    changes: ['groups'],
  });
  return (
    <AdminPage title={t`New group`} up="groups">
      <GroupForm editor={editor} parents={groups} saveLabel={t`Create the group`} />
    </AdminPage>
  );
}

function GroupForm({
  editor,
  parents,
  saveLabel,
}: {
  editor: Editor<Values>;
  /** Those that it can be below; absent: it stays where it is. */
  parents: readonly Group[] | undefined;
  saveLabel?: string;
}) {
  const { t } = useLingui();
  const { values, set } = editor;
  const { may } = useMe();
  const { all } = useOwnGroups('admin.group');
  const { data: addresses = [] } = useQuery(addressesQuery);
  const { data: signatures = [] } = useQuery(signaturesQuery);
  const labels: Record<Field<Values>, string> = {
    name_last: t`Name`,
    parent_id: t`Below`,
    email_address_id: t`Sending address`,
    email: t`Sending address`,
    signature_id: t`Signature`,
    follow_up_possible: t`A reply to a closed ticket`,
    reopen_time_in_days: t`Days in which it can be reopened`,
    follow_up_assignment: t`A reopened ticket keeps its owner`,
    shared_drafts: t`Agents may park drafts for each other`,
    assignment_timeout: t`Minutes until an owner who does nothing loses the ticket`,
    priority_matrix: t`Priorities follow from impact and urgency`,
    ask_rating: t`Ask customers how it went`,
    active: t`Active`,
    note: t`Note`,
  };
  const followUps: Record<FollowUp, string> = {
    yes: t`reopens it`,
    new_ticket: t`makes a new ticket`,
    new_ticket_after_certain_time: t`reopens it for some days, then makes a new ticket`,
  };
  return (
    <EditForm editor={editor} labels={labels} {...(saveLabel !== undefined && { saveLabel })}>
      <Stack>
        <Section title={t`Group`}>
          <Stack>
            <div className={classes.columns}>
              <TextInput
                label={labels.name_last}
                required
                withAsterisk={false}
                maxLength={160}
                value={values.name_last}
                onChange={(event) => set({ name_last: event.currentTarget.value })}
              />
              {parents && (
                <Select
                  label={labels.parent_id}
                  placeholder={t`No other group`}
                  data={parents.map(({ id, name }) => ({ value: String(id), label: name }))}
                  value={values.parent_id === null ? null : String(values.parent_id)}
                  onChange={(id) => set({ parent_id: id === null ? null : Number(id) })}
                  searchable
                  clearable
                  clearButtonProps={{ 'aria-label': t`No other group` }}
                  nothingFoundMessage={t`No such group`}
                />
              )}
            </div>
            <Textarea
              label={labels.note}
              autosize
              maxLength={250}
              value={values.note}
              onChange={(event) => set({ note: event.currentTarget.value })}
            />
            <Switch
              label={labels.active}
              description={t`No new ticket can be put into a group that is not active.`}
              checked={values.active}
              onChange={(event) => set({ active: event.currentTarget.checked })}
            />
          </Stack>
        </Section>
        <Section
          title={t`Mail`}
          lead={t`Mail to the sending address lands in this group, unless an earlier group has the same one.`}
        >
          <Stack>
            <div className={classes.columns}>
              {all ? (
                <Select
                  label={labels.email_address_id}
                  placeholder={t`That of the installation`}
                  data={addresses.map((address) => ({ value: String(address.id), label: mailboxOf(address) }))}
                  value={values.email_address_id === null ? null : String(values.email_address_id)}
                  onChange={(id) => set({ email_address_id: id === null ? null : Number(id) })}
                  searchable
                  clearable
                  clearButtonProps={{ 'aria-label': t`That of the installation` }}
                  nothingFoundMessage={t`No such address`}
                />
              ) : (
                <TextInput
                  label={labels.email}
                  description={t`In a domain of your community. Empty: that of the installation.`}
                  placeholder="Help <help@bio.example>"
                  maxLength={320}
                  value={values.email}
                  onChange={(event) => set({ email: event.currentTarget.value })}
                />
              )}
              <Select
                label={labels.signature_id}
                placeholder={t`None`}
                data={signatures.map(({ id, name }) => ({ value: String(id), label: name }))}
                value={values.signature_id === null ? null : String(values.signature_id)}
                onChange={(id) => set({ signature_id: id === null ? null : Number(id) })}
                searchable
                clearable
                clearButtonProps={{ 'aria-label': t`None` }}
                nothingFoundMessage={t`No such signature`}
              />
            </div>
            {may('admin.channel_email') && (
              <Text size="sm">
                <Anchor component={Link} to="/admin/mail" inherit>
                  {t`Addresses and signatures are made under Mail.`}
                </Anchor>
              </Text>
            )}
          </Stack>
        </Section>
        <Section title={t`Tickets`}>
          <Stack>
            <div className={classes.columns}>
              <Select
                label={labels.follow_up_possible}
                data={Object.entries(followUps).map(([value, label]) => ({ value, label }))}
                value={values.follow_up_possible}
                onChange={(value) => value && set({ follow_up_possible: value })}
              />
              {values.follow_up_possible === 'new_ticket_after_certain_time' && (
                <NumberInput
                  label={labels.reopen_time_in_days}
                  min={0}
                  allowDecimal={false}
                  value={values.reopen_time_in_days ?? ''}
                  onChange={(days) => set({ reopen_time_in_days: days === '' ? null : Number(days) })}
                />
              )}
              <NumberInput
                label={labels.assignment_timeout}
                description={t`Empty: never.`}
                min={0}
                allowDecimal={false}
                value={values.assignment_timeout ?? ''}
                onChange={(minutes) => set({ assignment_timeout: minutes === '' ? null : Number(minutes) })}
              />
            </div>
            <Switch
              label={labels.follow_up_assignment}
              checked={values.follow_up_assignment}
              onChange={(event) => set({ follow_up_assignment: event.currentTarget.checked })}
            />
            <Switch
              label={labels.shared_drafts}
              checked={values.shared_drafts}
              onChange={(event) => set({ shared_drafts: event.currentTarget.checked })}
            />
            <Switch
              label={labels.ask_rating}
              description={t`When a ticket is closed, its customer gets one mail with a link to rate it from 1 to 5.`}
              checked={values.ask_rating}
              onChange={(event) => set({ ask_rating: event.currentTarget.checked })}
            />
            <MatrixField
              label={labels.priority_matrix}
              value={values.priority_matrix}
              onChange={(priority_matrix) => set({ priority_matrix })}
            />
          </Stack>
        </Section>
      </Stack>
    </EditForm>
  );
}
