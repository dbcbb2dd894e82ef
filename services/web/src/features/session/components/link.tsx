import { useLingui } from '@lingui/react/macro';
import { Alert, Anchor, Button, Stack, Text, TextInput } from '@mantine/core';
import { IconMailCheck } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { ApiError, call } from '../../../app/api.ts';
import { problemText } from '../../../ui/problem.ts';
import { meQuery, signInByLink } from '../queries.ts';
import { EntryPage, FormProblem } from './entry-page.tsx';

/** Signs in by a link in a mail: asks for one, or uses the one that was followed. */
export function LinkPage() {
  const { token } = useSearch({ from: '/link' });
  return token === undefined ? <AskForLink /> : <UseLink token={token} />;
}

/** The answer is the same for known and unknown addresses. */
function AskForLink() {
  const { t, i18n } = useLingui();
  const [typed, setTyped] = useState('');
  const email = typed.trim();
  const ask = useMutation({
    mutationFn: () => call('requestSignInLink', { body: { username: email, locale: i18n.locale } }),
  });
  if (ask.isSuccess) {
    return (
      <EntryPage title={t`Check your mail`}>
        <Stack>
          <Alert color="mesh" variant="light" icon={<IconMailCheck aria-hidden />} role="status">
            {t`If ${email} belongs to a customer, a mail with a link to sign in is on its way.`}
          </Alert>
          <Text c="dimmed" size="sm">
            {t`The link works once, for a quarter of an hour. People of the service desk sign in with their password.`}
          </Text>
          <Back />
        </Stack>
      </EntryPage>
    );
  }
  return (
    <EntryPage title={t`Sign in by a link`} lead={t`We send you a link that signs you in, without a password.`}>
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
          <Back />
        </Stack>
      </form>
    </EntryPage>
  );
}

/** Only the button uses the link up: programs that look at mails follow links and press nothing. */
function UseLink({ token }: { token: string }) {
  const { t, i18n } = useLingui();
  const cache = useQueryClient();
  const navigate = useNavigate();
  const enter = useMutation({
    mutationFn: async () => {
      await signInByLink(token);
      await cache.fetchQuery({ ...meQuery, staleTime: 0 });
      await navigate({ to: '/', replace: true });
    },
  });
  const over = enter.error instanceof ApiError && enter.error.status === 401;
  return (
    <EntryPage title={t`Sign in`} lead={t`Welcome to the service desk.`}>
      <FormProblem>
        {over ? t`This link was used before, or its time is over.` : enter.isError && problemText(i18n, enter.error)}
      </FormProblem>
      <Stack>
        {over ? (
          <Button component={Link} to="/link" fullWidth>
            {t`Send a new link`}
          </Button>
        ) : (
          <Button autoFocus fullWidth loading={enter.isPending || enter.isSuccess} onClick={() => enter.mutate()}>
            {t`Sign in`}
          </Button>
        )}
        <Back />
      </Stack>
    </EntryPage>
  );
}

function Back() {
  const { t } = useLingui();
  return (
    <Anchor component={Link} to="/sign-in" size="sm" ta="center">
      {t`Back to sign in`}
    </Anchor>
  );
}
