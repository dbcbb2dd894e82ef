import { useLingui } from '@lingui/react/macro';
import { NumberInput, Select, Switch, TextInput } from '@mantine/core';
import type { MailboxValues } from '../account-values.ts';

interface Props {
  values: MailboxValues;
  set: (part: Partial<MailboxValues>) => void;
}

/** What a mailbox is called, and its address. */
export function MailboxNames({ values, set }: Props) {
  const { t } = useLingui();
  return (
    <>
      <TextInput
        label={t`Name`}
        required
        withAsterisk={false}
        maxLength={100}
        value={values.name}
        onChange={(event) => set({ name: event.currentTarget.value })}
      />
      <TextInput
        label={t`E-mail`}
        type="email"
        maxLength={254}
        placeholder="help@example.org"
        value={values.email}
        onChange={(event) => set({ email: event.currentTarget.value })}
      />
    </>
  );
}

/** Where its mails lie, what becomes of those that were fetched, and how often it is looked into. */
export function FetchingFields({ values, set }: Props) {
  const { t } = useLingui();
  const imap = values.adapter === 'imap';
  return (
    <>
      {imap && (
        <TextInput
          label={t`Folder`}
          maxLength={250}
          value={values.folder}
          onChange={(event) => set({ folder: event.currentTarget.value })}
        />
      )}
      <Select
        label={t`Fetched mails`}
        allowDeselect={false}
        data={[
          { value: 'keep', label: imap ? t`are marked as read` : t`stay there` },
          { value: 'delete', label: t`are deleted` },
          ...(imap ? [{ value: 'move', label: t`are moved` }] : []),
        ]}
        value={values.afterwards}
        onChange={(afterwards) => afterwards && set({ afterwards: afterwards as MailboxValues['afterwards'] })}
      />
      {values.afterwards === 'move' && (
        <TextInput
          label={t`Into the folder`}
          required
          withAsterisk={false}
          maxLength={250}
          value={values.move_to}
          onChange={(event) => set({ move_to: event.currentTarget.value })}
        />
      )}
      <NumberInput
        label={t`Seconds between two looks`}
        min={5}
        max={86_400}
        allowDecimal={false}
        value={values.poll_seconds}
        onChange={(seconds) => set({ poll_seconds: Number(seconds) || 60 })}
      />
    </>
  );
}

export function MailboxSwitch({ values, set }: Props) {
  const { t } = useLingui();
  return (
    <Switch
      label={t`Active`}
      description={t`Switched off, it rests; mails wait in it.`}
      checked={values.active}
      onChange={(event) => set({ active: event.currentTarget.checked })}
    />
  );
}
