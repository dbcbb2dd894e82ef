import { Trans, useLingui } from '@lingui/react/macro';
import { Alert, Button, Code, Group, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { IconCircleCheck } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { ApiError, call } from '../../../app/api.ts';
import { problemText } from '../../../ui/problem.ts';
import { meQuery, setupQuery, signIn } from '../queries.ts';
import { EntryPage, FormProblem } from './entry-page.tsx';

/** What the server demands as well; said before the first try instead of after it. */
const minimumLength = 10;

/** The first administrator of an installation that has none: whoever can read its log is one. */
export function SetupPage() {
  const { t } = useLingui();
  const { data: done } = useQuery(setupQuery);
  if (done) {
    return (
      <EntryPage title={t`Helpmesh is set up`}>
        <Stack>
          <Alert color="green" variant="light" icon={<IconCircleCheck aria-hidden />} role="status">
            {t`There is an administrator already.`}
          </Alert>
          <Button component={Link} to="/sign-in" fullWidth>
            {t`Go to sign in`}
          </Button>
        </Stack>
      </EntryPage>
    );
  }
  return (
    <EntryPage
      title={t`Set up Helpmesh`}
      lead={t`Nobody looks after this service desk yet. Make the first administrator.`}
    >
      <SetupForm />
    </EntryPage>
  );
}

function SetupForm() {
  const { t, i18n } = useLingui();
  const navigate = useNavigate();
  const cache = useQueryClient();
  const [brought] = useState(codeOfLink);
  const [values, setValues] = useState({ token: brought, firstname: '', lastname: '', email: '', password: '' });
  const [tried, setTried] = useState(false);
  const email = values.email.trim();
  const make = useMutation({
    mutationFn: async () => {
      await call('createFirstAdmin', { body: { ...values, email, locale: i18n.locale } });
      cache.setQueryData(setupQuery.queryKey, true);
      await signIn(email, values.password);
      return cache.fetchQuery({ ...meQuery, staleTime: 0 });
    },
    onSuccess: (me) => navigate({ to: me ? '/' : '/sign-in', replace: true }),
    // Somebody else was faster: the page says so.
    onError: () => cache.invalidateQueries({ queryKey: setupQuery.queryKey }),
  });
  const field = (name: keyof typeof values) => ({
    name,
    value: values[name],
    onChange: (event: { currentTarget: { value: string } }) => {
      const { value } = event.currentTarget;
      setValues((before) => ({ ...before, [name]: value }));
    },
  });
  const wrongCode = make.error instanceof ApiError && make.error.code === 'identity.setup-code-wrong';
  const tooShort = values.password.length < minimumLength;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        setTried(true);
        if (!tooShort) make.mutate();
      }}
    >
      <FormProblem>{make.isError && !wrongCode && problemText(i18n, make.error)}</FormProblem>
      <Stack>
        {(brought === '' || wrongCode) && (
          <TextInput
            label={t`Setup code`}
            description={
              <Trans>
                It is in the log of the identity service: the line with <Code>/setup#token=</Code>
              </Trans>
            }
            autoComplete="off"
            spellCheck={false}
            required
            withAsterisk={false}
            autoFocus
            maxLength={200}
            error={wrongCode && t`This is not the setup code.`}
            {...field('token')}
          />
        )}
        <Group grow align="start">
          <TextInput label={t`First name`} autoComplete="given-name" maxLength={100} {...field('firstname')} />
          <TextInput label={t`Last name`} autoComplete="family-name" maxLength={100} {...field('lastname')} />
        </Group>
        <TextInput
          label={t`E-mail address`}
          autoComplete="username"
          type="email"
          required
          withAsterisk={false}
          maxLength={255}
          {...field('email')}
        />
        <PasswordInput
          label={t`Password`}
          description={t`At least ${minimumLength} characters.`}
          autoComplete="new-password"
          required
          withAsterisk={false}
          maxLength={1000}
          error={tried && tooShort && t`Too short: use at least ${minimumLength} characters.`}
          visibilityToggleButtonProps={{ 'aria-label': t`Show or hide what I type` }}
          {...field('password')}
        />
        <Button type="submit" loading={make.isPending} fullWidth>
          {t`Make the administrator`}
        </Button>
        <Text c="dimmed" size="sm">
          {t`You are signed in right away. More people are added later.`}
        </Text>
      </Stack>
    </form>
  );
}

/** The link of the log brings the code behind the `#`; it does not stay in the address, which is shown and kept. */
function codeOfLink(): string {
  const code = new URLSearchParams(window.location.hash.slice(1)).get('token') ?? '';
  if (code !== '') window.history.replaceState(window.history.state, '', window.location.pathname);
  return code;
}
