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

/** Asks for a reset mail. The answer is the same for known and unknown addresses. */
export function ForgotPage() {
  const { t, i18n } = useLingui();
  const [typed, setTyped] = useState('');
  const email = typed.trim();
  const ask = useMutation({ mutationFn: () => call('requestPasswordReset', { body: { username: email } }) });
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
            {t`If ${email} belongs to an account, a mail with a link to set a new password is on its way.`}
          </Alert>
          <Text c="dimmed" size="sm">
            {t`The link works once. Look into the spam folder if nothing arrives within a few minutes.`}
          </Text>
          {back}
        </Stack>
      </EntryPage>
    );
  }
  return (
    <EntryPage title={t`Forgot your password?`} lead={t`We send you a link to set a new one.`}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          ask.mutate();
        }}
      >
        <FormProblem>{ask.isError && problemText(i18n, ask.error)}</FormProblem>
        <Stack>
          <TextInput
            label={t`E-mail address`}
            name="username"
            autoComplete="username"
            inputMode="email"
            required
            withAsterisk={false}
            autoFocus
            value={typed}
            onChange={(event) => setTyped(event.currentTarget.value)}
          />
          <Button type="submit" loading={ask.isPending} fullWidth>
            {t`Send the link`}
          </Button>
          {back}
        </Stack>
      </form>
      <PublicLinks screen="password_reset" />
    </EntryPage>
  );
}
