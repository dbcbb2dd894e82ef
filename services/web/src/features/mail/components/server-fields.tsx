import { useLingui } from '@lingui/react/macro';
import { PasswordInput, Select, Stack, Switch, Text, TextInput } from '@mantine/core';
import classes from '../../admin/components/admin-page.module.css';
import { type ServerValues, usualPorts, type Way } from '../account-values.ts';

interface Props {
  values: ServerValues;
  set: (part: Partial<ServerValues>) => void;
  protocol: keyof typeof usualPorts;
}

/** What the fields of a server are called, also where somebody else changed one. */
export function useServerLabels(): Record<keyof ServerValues, string> {
  const { t } = useLingui();
  return {
    ...{ host: t`Server`, port: t`Port`, ssl: t`Encryption`, ssl_verify: t`Its certificate must be valid` },
    ...{ user: t`User name`, way: t`Sign-in`, password: t`Password`, tenant: t`Directory (tenant)` },
    ...{ client_id: t`Client id`, client_secret: t`Client secret`, refresh_token: t`Refresh token` },
    ...{ authorize_url: t`Authorization address`, token_url: t`Token address`, scope: t`Scope` },
  };
}

/** Where a mail server is, and how one is let in. */
export function ServerFields({ values, set, protocol }: Props) {
  const { t } = useLingui();
  const labels = useServerLabels();
  type TextName = 'host' | 'user' | 'tenant' | 'client_id' | 'authorize_url' | 'token_url' | 'scope';
  const text = (name: TextName) => ({
    label: labels[name],
    value: values[name],
    autoComplete: 'off',
    onChange: (event: React.ChangeEvent<HTMLInputElement>) => set({ [name]: event.currentTarget.value }),
  });
  const secret = (name: 'password' | 'client_secret' | 'refresh_token') => ({
    label: labels[name],
    value: values[name],
    autoComplete: 'new-password',
    visibilityToggleButtonProps: { 'aria-label': t`Show what is typed` },
    onChange: (event: React.ChangeEvent<HTMLInputElement>) => set({ [name]: event.currentTarget.value }),
  });
  const required = { required: true, withAsterisk: false } as const;
  const ways: { value: Way; label: string }[] = [
    ...(protocol === 'smtp' ? [{ value: 'none' as const, label: t`None` }] : []),
    { value: 'password', label: t`Password` },
    { value: 'microsoft', label: t`Microsoft 365 (OAuth 2)` },
    { value: 'google', label: t`Google (OAuth 2)` },
    { value: 'other', label: t`Another provider (OAuth 2)` },
  ];
  const { way } = values;
  return (
    <Stack>
      <div className={classes.columns}>
        <TextInput {...text('host')} {...required} maxLength={253} placeholder="mail.example.org" />
        <Select
          label={labels.ssl}
          allowDeselect={false}
          data={[
            { value: 'ssl', label: t`TLS from the start` },
            { value: 'starttls', label: t`STARTTLS` },
            { value: 'off', label: t`None` },
          ]}
          value={values.ssl}
          onChange={(ssl) => ssl && set({ ssl: ssl as ServerValues['ssl'], port: '' })}
        />
        <TextInput
          label={labels.port}
          inputMode="numeric"
          pattern="[0-9]*"
          maxLength={5}
          placeholder={String(usualPorts[protocol][values.ssl])}
          value={values.port}
          onChange={(event) => set({ port: event.currentTarget.value })}
        />
      </div>
      {values.ssl !== 'off' && (
        <Switch
          label={labels.ssl_verify}
          checked={values.ssl_verify}
          onChange={(event) => set({ ssl_verify: event.currentTarget.checked })}
        />
      )}
      <div className={classes.columns}>
        <Select
          label={labels.way}
          allowDeselect={false}
          data={ways}
          value={way}
          onChange={(next) => next && set({ way: next as Way })}
        />
        {way !== 'none' && <TextInput {...text('user')} {...required} maxLength={320} />}
      </div>
      {way === 'password' && <PasswordInput {...secret('password')} />}
      {way !== 'password' && way !== 'none' && (
        <>
          <Text c="dimmed" size="sm">
            {t`The application is registered with the provider; what it is given goes here. Stars stand for a secret that is stored.`}
          </Text>
          <div className={classes.columns}>
            <TextInput {...text('client_id')} {...required} maxLength={500} />
            <PasswordInput {...secret('client_secret')} />
          </div>
          {way === 'microsoft' && <TextInput {...text('tenant')} maxLength={100} placeholder="example.org" />}
          {way === 'other' && (
            <>
              <TextInput {...text('authorize_url')} {...required} type="url" maxLength={2000} />
              <TextInput {...text('token_url')} {...required} type="url" maxLength={2000} />
              <TextInput {...text('scope')} {...required} maxLength={2000} />
            </>
          )}
          <PasswordInput
            {...secret('refresh_token')}
            description={t`Only when you have one already; else sign in with the provider once this is saved.`}
          />
        </>
      )}
    </Stack>
  );
}
