import { useLingui } from '@lingui/react/macro';
import { Alert, Anchor, Button, Stack, Text, TextInput } from '@mantine/core';
import { IconMailCheck } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { call } from '../../../app/api.ts';
import { problemText } from '../../../ui/problem.ts';
import { EntryPage, FormProblem } from './entry-page.tsx';
import { PublicLinks } from './public-links.tsx';

/** Asks for an account. The answer is the same whether the address has one or not. */
export function SignUpPage() {
  const { t, i18n } = useLingui();
  const [values, setValues] = useState({ firstname: '', lastname: '', email: '' });
  const email = values.email.trim();
  const ask = useMutation({
    mutationFn: () => call('signUp', { body: { ...values, email, locale: i18n.locale } }),
  });
  const field = (name: keyof typeof values) => ({
    name,
    value: values[name],
    onChange: (event: { currentTarget: { value: string } }) => {
      const { value } = event.currentTarget;
      setValues((before) => ({ ...before, [name]: value }));
    },
  });
  const back = (
    <Anchor component={Link} to="/sign-in" size="sm" ta="center">
      {t`Back to sign in`}
    </Anchor>
  );
  if (ask.isSuccess) {
    return (
      <EntryPage title={t`Check your mail`}>
        <Stack>
          <Alert color="mesh" variant="light" icon={<IconMailCheck aria-hidden />} role="status">
            {t`We sent a mail to ${email}. Follow the link in it to choose a password.`}
          </Alert>
          <Text c="dimmed" size="sm">
            {t`The link works for one day. Look into the spam folder if nothing arrives within a few minutes.`}
          </Text>
          {back}
        </Stack>
      </EntryPage>
    );
  }
  return (
    <EntryPage title={t`Create an account`} lead={t`We send you a link to confirm your address.`}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          ask.mutate();
        }}
      >
        <FormProblem>{ask.isError && problemText(i18n, ask.error)}</FormProblem>
        <Stack>
          <TextInput
            label={t`First name`}
            autoComplete="given-name"
            autoFocus
            maxLength={100}
            {...field('firstname')}
          />
          <TextInput label={t`Last name`} autoComplete="family-name" maxLength={100} {...field('lastname')} />
          <TextInput
            label={t`E-mail address`}
            autoComplete="email"
            type="email"
            required
            withAsterisk={false}
            maxLength={255}
            {...field('email')}
          />
          <Button type="submit" loading={ask.isPending} fullWidth>
            {t`Send the link`}
          </Button>
          {back}
        </Stack>
      </form>
      <PublicLinks screen="signup" />
    </EntryPage>
  );
}
