import { Trans, useLingui } from '@lingui/react/macro';
import { Alert, Select, Stack, Switch } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { call } from '../../../app/api.ts';
import { Ago } from '../../../ui/ago.tsx';
import { Section } from '../../../ui/section.tsx';
import { Failed } from '../../../ui/state-messages.tsx';
import classes from '../../admin/components/admin-page.module.css';
import { AdminPage } from '../../admin/components/admin-page.tsx';
import { DeleteButton } from '../../admin/components/delete-button.tsx';
import { EditForm } from '../../admin/components/edit-form.tsx';
import { Loading } from '../../admin/components/loading.tsx';
import type { Field } from '../../admin/edit.ts';
import { type Editor, useEditor, useStored } from '../../admin/use-editor.ts';
import { groupsQuery } from '../../tickets/queries.ts';
import {
  type Mailbox,
  type MailboxValues,
  mailboxBody,
  mailboxOptions,
  mailboxValues,
  needsConsent,
  newMailbox,
} from '../account-values.ts';
import { mailboxQuery } from '../queries.ts';
import { AccountTester } from './account-test.tsx';
import { Consent } from './consent.tsx';
import { FetchingFields, MailboxNames, MailboxSwitch } from './mailbox-fields.tsx';
import { ServerFields, useServerLabels } from './server-fields.tsx';

const changes = ['mail'];

/** One mailbox, by its id; `new` is one that is not there yet. */
export function MailboxPage() {
  const { id } = useParams({ from: '/app/admin/mail/mailboxes/$id' });
  return id === 'new' ? <NewMailbox /> : <Stored id={Number(id)} />;
}

function Stored({ id }: { id: number }) {
  const { t } = useLingui();
  const query = useQuery(mailboxQuery(id));
  if (query.error) {
    return (
      <AdminPage title={t`Mailbox`} up="mail">
        <Failed error={query.error} onRetry={() => void query.refetch()} />
      </AdminPage>
    );
  }
  return query.data ? <Edit key={id} mailbox={query.data} /> : <Loading />;
}

function Edit({ mailbox }: { mailbox: Mailbox }) {
  const { t } = useLingui();
  const { id, name, active, last_log_in: trouble, last_success_at: success } = mailbox;
  const stored = useStored(mailbox, mailboxValues);
  const editor = useEditor<MailboxValues, Mailbox>({
    stored,
    read: async () => mailboxValues(await call('getMailChannel', { params: { id } })),
    write: (values) => call('updateMailChannel', { params: { id }, body: mailboxBody(values) }),
    done: t`The mailbox was saved.`,
    changes,
  });
  return (
    <AdminPage
      title={name}
      up="mail"
      action={
        <DeleteButton
          question={t`${name} is not fetched any more. Nothing is done to the mails in it, nor to those that were filed.`}
          done={t`The mailbox was deleted.`}
          deed={() => call('deleteMailChannel', { params: { id } })}
          back="/admin/mail/channels"
          changes={changes}
          gone={mailboxQuery(id).queryKey}
        />
      }
    >
      {active && trouble && (
        <Alert color="red" variant="light" title={t`It cannot be fetched`}>
          {trouble}
          {success && (
            <div>
              <Trans>
                It went well <Ago at={success} /> for the last time.
              </Trans>
            </div>
          )}
        </Alert>
      )}
      <MailboxForm editor={editor} id={id} />
      {needsConsent(stored) && (
        <Consent
          agreed={stored.refresh_token !== ''}
          dirty={editor.dirty}
          ask={() => call('authorizeMailChannel', { params: { id } })}
        />
      )}
    </AdminPage>
  );
}

function NewMailbox() {
  const { t } = useLingui();
  const navigate = useNavigate();
  const editor = useEditor<MailboxValues, Mailbox>({
    stored: newMailbox,
    write: (values) => call('createMailChannel', { body: mailboxBody(values) }),
    onSaved: ({ id }) => void navigate({ to: '/admin/mail/mailboxes/$id', params: { id: String(id) }, replace: true }),
    done: t`The mailbox was created.`,
    changes,
  });
  return (
    <AdminPage title={t`New mailbox`} up="mail">
      <MailboxForm editor={editor} saveLabel={t`Create the mailbox`} />
    </AdminPage>
  );
}

function MailboxForm({ editor, id, saveLabel }: { editor: Editor<MailboxValues>; id?: number; saveLabel?: string }) {
  const { t } = useLingui();
  const { values, set } = editor;
  const { data: groups = [] } = useQuery(groupsQuery);
  const labels: Record<Field<MailboxValues>, string> = {
    ...useServerLabels(),
    ...{ name: t`Name`, email: t`E-mail`, group_id: t`Group`, adapter: t`Protocol`, folder: t`Folder` },
    ...{ afterwards: t`Fetched mails`, move_to: t`Into the folder`, active: t`Active` },
    poll_seconds: t`Seconds between two looks`,
    trusted: t`Mails may say themselves what becomes of them`,
  };
  return (
    <EditForm editor={editor} labels={labels} {...(saveLabel !== undefined && { saveLabel })}>
      <Stack>
        <Section title={t`Mailbox`}>
          <Stack>
            <div className={classes.columns}>
              <MailboxNames values={values} set={set} />
            </div>
            <Select
              label={labels.group_id}
              description={t`Of mail that no filter and no address of a group leads elsewhere.`}
              placeholder={t`The first group`}
              clearable
              searchable
              clearButtonProps={{ 'aria-label': t`The first group` }}
              data={groups.map((group) => ({ value: String(group.id), label: group.name }))}
              value={values.group_id === null ? null : String(values.group_id)}
              onChange={(group) => set({ group_id: group === null ? null : Number(group) })}
            />
            <MailboxSwitch values={values} set={set} />
          </Stack>
        </Section>
        <Section title={t`Server`}>
          <Stack>
            <Select
              label={labels.adapter}
              allowDeselect={false}
              data={[
                { value: 'imap', label: 'IMAP' },
                { value: 'pop3', label: 'POP3' },
              ]}
              value={values.adapter}
              onChange={(adapter) =>
                adapter &&
                set({
                  adapter: adapter as MailboxValues['adapter'],
                  port: '',
                  ...(adapter === 'pop3' && values.afterwards === 'move' && { afterwards: 'keep' as const }),
                })
              }
            />
            <ServerFields values={values} set={set} protocol={values.adapter} />
          </Stack>
        </Section>
        <Section title={t`Fetching`}>
          <div className={classes.columns}>
            <FetchingFields values={values} set={set} />
          </div>
          <Switch
            mt="sm"
            label={labels.trusted}
            description={t`By headers such as X-Zammad-Ticket-Group. Only for a mailbox that nobody outside can write to.`}
            checked={values.trusted}
            onChange={(event) => set({ trusted: event.currentTarget.checked })}
          />
        </Section>
        <AccountTester
          run={() =>
            call('testMailChannel', {
              body: { ...(id !== undefined && { id }), options: mailboxOptions(values) },
            })
          }
        />
      </Stack>
    </EditForm>
  );
}
