import { useLingui } from '@lingui/react/macro';
import { Select, Stack, Switch, Textarea, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { call } from '../../../app/api.ts';
import { Section } from '../../../ui/section.tsx';
import { Failed } from '../../../ui/state-messages.tsx';
import { accountsQuery } from '../../mail/queries.ts';
import type { Field } from '../edit.ts';
import { keyOf } from '../queries.ts';
import { type EmailAddress, mailboxOf } from '../senders.ts';
import { type Editor, useEditor, useStored } from '../use-editor.ts';
import classes from './admin-page.module.css';
import { AdminPage } from './admin-page.tsx';
import { DeleteButton } from './delete-button.tsx';
import { EditForm } from './edit-form.tsx';
import { Loading } from './loading.tsx';

interface Values {
  name: string;
  email: string;
  note: string;
  /** Null: by the rules of the accounts. */
  channel_id: number | null;
  active: boolean;
}

const fresh: Values = { name: '', email: '', note: '', channel_id: null, active: true };
const valuesOf = ({ name, email, note, channel_id, active }: EmailAddress): Values => ({
  ...{ name, email, note: note ?? '', channel_id, active },
});
const changes = ['mail', 'groups'];

export function AddressPage({ id }: { id: number }) {
  const { t } = useLingui();
  const query = useQuery({
    queryKey: keyOf('mail', 'address', id),
    queryFn: ({ signal }) => call('getEmailAddress', { params: { id }, signal }),
  });
  if (query.error) {
    return (
      <AdminPage title={t`Sending address`} up="mail">
        <Failed error={query.error} onRetry={() => void query.refetch()} />
      </AdminPage>
    );
  }
  return query.data ? <Edit key={id} address={query.data} /> : <Loading />;
}

function Edit({ address }: { address: EmailAddress }) {
  const { t } = useLingui();
  const { id, email } = address;
  const stored = useStored(address, valuesOf);
  const editor = useEditor<Values>({
    stored,
    read: async () => valuesOf(await call('getEmailAddress', { params: { id } })),
    write: (_, changed) => call('updateEmailAddress', { params: { id }, body: changed }),
    done: t`The address was saved.`,
    changes,
  });
  return (
    <AdminPage
      title={mailboxOf(address)}
      up="mail"
      action={
        <DeleteButton
          question={t`${email} will be gone for good. An address that a group uses cannot be deleted.`}
          done={t`The address was deleted.`}
          deed={() => call('deleteEmailAddress', { params: { id } })}
          back="/admin/mail"
          changes={changes}
          gone={keyOf('mail', 'address', id)}
        />
      }
    >
      <AddressForm editor={editor} />
    </AdminPage>
  );
}

export function NewAddressPage() {
  const { t } = useLingui();
  const navigate = useNavigate();
  const editor = useEditor<Values, EmailAddress>({
    stored: fresh,
    write: (values) => call('createEmailAddress', { body: values }),
    onSaved: () => void navigate({ to: '/admin/mail', replace: true }),
    done: t`The address was created.`,
    changes,
  });
  return (
    <AdminPage title={t`New address`} up="mail">
      <AddressForm editor={editor} saveLabel={t`Create the address`} />
    </AdminPage>
  );
}

function AddressForm({ editor, saveLabel }: { editor: Editor<Values>; saveLabel?: string }) {
  const { t } = useLingui();
  const { values, set } = editor;
  const { data: accounts = [] } = useQuery(accountsQuery);
  const labels: Record<Field<Values>, string> = {
    ...{ name: t`Name`, email: t`E-mail`, note: t`Note`, active: t`Active` },
    channel_id: t`Sending account`,
  };
  return (
    <EditForm editor={editor} labels={labels} {...(saveLabel !== undefined && { saveLabel })}>
      <Section title={t`Sending address`} lead={t`Groups that use it send as it is from then on.`}>
        <Stack>
          <div className={classes.columns}>
            <TextInput
              label={labels.name}
              placeholder={t`Support`}
              maxLength={250}
              value={values.name}
              onChange={(event) => set({ name: event.currentTarget.value })}
            />
            <TextInput
              label={labels.email}
              type="email"
              required
              withAsterisk={false}
              placeholder="help@example.org"
              maxLength={255}
              value={values.email}
              onChange={(event) => set({ email: event.currentTarget.value })}
            />
          </div>
          <Select
            label={labels.channel_id}
            description={t`Which account its mails leave by. Nothing chosen: by the addresses that the accounts name.`}
            data={accounts.map(({ id, name }) => ({ value: String(id), label: name }))}
            value={values.channel_id === null ? null : String(values.channel_id)}
            onChange={(value) => set({ channel_id: value === null ? null : Number(value) })}
            clearable
          />
          <Textarea
            label={labels.note}
            autosize
            maxLength={250}
            value={values.note}
            onChange={(event) => set({ note: event.currentTarget.value })}
          />
          <Switch
            label={labels.active}
            description={t`Groups with one that is not active send from the address of the installation.`}
            checked={values.active}
            onChange={(event) => set({ active: event.currentTarget.checked })}
          />
        </Stack>
      </Section>
    </EditForm>
  );
}
