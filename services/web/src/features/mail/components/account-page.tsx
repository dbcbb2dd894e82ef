import { Trans, useLingui } from '@lingui/react/macro';
import { Alert, NumberInput, Select, Stack, Switch, Textarea, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { call } from '../../../app/api.ts';
import { Ago } from '../../../ui/ago.tsx';
import { Section } from '../../../ui/section.tsx';
import { Failed } from '../../../ui/state-messages.tsx';
import { AdminPage } from '../../admin/components/admin-page.tsx';
import { DeleteButton } from '../../admin/components/delete-button.tsx';
import { EditForm } from '../../admin/components/edit-form.tsx';
import { Loading } from '../../admin/components/loading.tsx';
import type { Field } from '../../admin/edit.ts';
import { type Editor, useEditor, useStored } from '../../admin/use-editor.ts';
import {
  type Account,
  type AccountValues,
  accountBody,
  accountOptions,
  accountValues,
  linesOf,
  needsConsent,
  newAccount,
} from '../account-values.ts';
import { accountQuery } from '../queries.ts';
import { AccountTester } from './account-test.tsx';
import { Consent } from './consent.tsx';
import { ServerFields, useServerLabels } from './server-fields.tsx';

const changes = ['mail'];

/** One account that mails leave by, by its id; `new` is one that is not there yet. */
export function MailAccountPage() {
  const { id } = useParams({ from: '/app/admin/mail/accounts/$id' });
  return id === 'new' ? <NewAccount /> : <Stored id={Number(id)} />;
}

function Stored({ id }: { id: number }) {
  const { t } = useLingui();
  const query = useQuery(accountQuery(id));
  if (query.error) {
    return (
      <AdminPage title={t`Sending account`} up="mail">
        <Failed error={query.error} onRetry={() => void query.refetch()} />
      </AdminPage>
    );
  }
  return query.data ? <Edit key={id} account={query.data} /> : <Loading />;
}

function Edit({ account }: { account: Account }) {
  const { t } = useLingui();
  const { id, name, active, last_log_out: trouble, last_success_at: success } = account;
  const stored = useStored(account, accountValues);
  const editor = useEditor<AccountValues, Account>({
    stored,
    read: async () => accountValues(await call('getMailAccount', { params: { id } })),
    write: (values) => call('updateMailAccount', { params: { id }, body: accountBody(values) }),
    done: t`The account was saved.`,
    changes,
  });
  return (
    <AdminPage
      title={name}
      up="mail"
      action={
        <DeleteButton
          question={t`${name} will be gone for good. Mails of its addresses leave by the mail server of the operator.`}
          done={t`The account was deleted.`}
          deed={() => call('deleteMailAccount', { params: { id } })}
          back="/admin/mail/channels"
          changes={changes}
          gone={accountQuery(id).queryKey}
        />
      }
    >
      {active && trouble && (
        <Alert color="red" variant="light" title={t`Mails cannot leave by it`}>
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
      <AccountForm editor={editor} id={id} />
      {needsConsent(stored) && (
        <Consent
          agreed={stored.refresh_token !== ''}
          dirty={editor.dirty}
          ask={() => call('authorizeMailAccount', { params: { id } })}
        />
      )}
    </AdminPage>
  );
}

function NewAccount() {
  const { t } = useLingui();
  const navigate = useNavigate();
  const editor = useEditor<AccountValues, Account>({
    stored: newAccount,
    write: (values) => call('createMailAccount', { body: accountBody(values) }),
    onSaved: ({ id }) => void navigate({ to: '/admin/mail/accounts/$id', params: { id: String(id) }, replace: true }),
    done: t`The account was created.`,
    changes,
  });
  return (
    <AdminPage title={t`New account`} up="mail">
      <AccountForm editor={editor} saveLabel={t`Create the account`} />
    </AdminPage>
  );
}

function AccountForm({ editor, id, saveLabel }: { editor: Editor<AccountValues>; id?: number; saveLabel?: string }) {
  const { t } = useLingui();
  const { values, set } = editor;
  const labels: Record<Field<AccountValues>, string> = {
    ...useServerLabels(),
    ...{ name: t`Name`, adapter: t`Handed to`, addresses: t`Addresses`, active: t`Active` },
    fallback: t`For all other addresses as well`,
    max_size_mb: t`Largest mail (MB)`,
  };
  return (
    <EditForm editor={editor} labels={labels} {...(saveLabel !== undefined && { saveLabel })}>
      <Stack>
        <Section title={t`Sending account`}>
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
              label={labels.addresses}
              description={t`Whose mails leave by it, a line for a line; @example.org stands for all of a domain.`}
              autosize
              minRows={2}
              value={values.addresses}
              onChange={(event) => set({ addresses: event.currentTarget.value })}
            />
            <Switch
              label={labels.fallback}
              checked={values.fallback}
              onChange={(event) => set({ fallback: event.currentTarget.checked })}
            />
            <NumberInput
              label={labels.max_size_mb}
              description={t`As it leaves, files encoded. Larger files go as links. Empty: as the operator set it for all.`}
              min={1}
              max={1000}
              allowDecimal={false}
              value={values.max_size_mb}
              onChange={(value) => set({ max_size_mb: String(value) })}
            />
            <Switch
              label={labels.active}
              description={t`Switched off, mails of its addresses leave by the mail server of the operator.`}
              checked={values.active}
              onChange={(event) => set({ active: event.currentTarget.checked })}
            />
          </Stack>
        </Section>
        <Section title={t`Server`}>
          <Stack>
            <Select
              label={labels.adapter}
              allowDeselect={false}
              data={[
                { value: 'smtp', label: t`a mail server (SMTP)` },
                { value: 'sendmail', label: t`the mail program of this machine (sendmail)` },
              ]}
              value={values.adapter}
              onChange={(adapter) => adapter && set({ adapter: adapter as AccountValues['adapter'] })}
            />
            {values.adapter === 'smtp' && <ServerFields values={values} set={set} protocol="smtp" />}
          </Stack>
        </Section>
        <AccountTester
          sends
          run={(to) => {
            const from = linesOf(values.addresses).find((address) => !address.startsWith('@'));
            return call('testMailAccount', {
              body: {
                ...(id !== undefined && { id }),
                options: accountOptions(values),
                ...(to.trim() !== '' && { to: to.trim(), ...(from !== undefined && { from }) }),
              },
            });
          }}
        />
      </Stack>
    </EditForm>
  );
}
