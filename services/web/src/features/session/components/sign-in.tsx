import { useLingui } from '@lingui/react/macro';
import { Anchor, Button, PasswordInput, Stack, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { ApiError } from '../../../app/api.ts';
import { ownPath } from '../../../app/own-path.ts';
import { problemText } from '../../../ui/problem.ts';
import { providerProblem } from '../provider-problem.ts';
import { meQuery, signIn } from '../queries.ts';
import { EntryPage, FormProblem } from './entry-page.tsx';
import { ProviderButtons } from './provider-buttons.tsx';

export function SignInPage() {
  const { t, i18n } = useLingui();
  const { next, problem: arrived } = useSearch({ from: '/sign-in' });
  const navigate = useNavigate();
  const cache = useQueryClient();
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const attempt = useMutation({
    mutationFn: async () => {
      await signIn(email.trim(), password);
      return cache.fetchQuery({ ...meQuery, staleTime: 0 });
    },
    onSuccess: (me) => me && navigate({ href: ownPath(next) ?? '/', replace: true }),
    onError: () => setPassword(''),
  });
  const wrong = attempt.error instanceof ApiError && (attempt.error.status === 401 || attempt.error.status === 403);
  // The session was made but the next request came without it: the browser refused the cookie.
  const cookieRefused = attempt.isSuccess && attempt.data === null;
  const problem = () => {
    if (wrong) return t`E-mail address and password do not match.`;
    if (cookieRefused) return t`Your browser did not keep the session. Allow cookies for this site and try again.`;
    if (attempt.isError) return problemText(i18n, attempt.error);
    return attempt.isIdle && arrived !== undefined && i18n._(providerProblem(arrived));
  };

  return (
    <EntryPage title={t`Sign in`} lead={t`Welcome to the service desk.`}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          attempt.mutate();
        }}
      >
        <FormProblem>{problem()}</FormProblem>
        <ProviderButtons next={ownPath(next)} />
        <Stack>
          <TextInput
            label={t`E-mail address`}
            name="username"
            autoComplete="username"
            inputMode="email"
            autoCapitalize="none"
            spellCheck={false}
            required
            withAsterisk={false}
            autoFocus
            value={email}
            onChange={(event) => setEmail(event.currentTarget.value)}
          />
          <PasswordInput
            label={t`Password`}
            name="password"
            autoComplete="current-password"
            required
            withAsterisk={false}
            value={password}
            onChange={(event) => setPassword(event.currentTarget.value)}
            visibilityToggleButtonProps={{ 'aria-label': t`Show or hide what I type` }}
          />
          <Button type="submit" loading={attempt.isPending} fullWidth>
            {t`Sign in`}
          </Button>
          <Anchor component={Link} to="/forgot" size="sm" ta="center">
            {t`Forgot your password?`}
          </Anchor>
        </Stack>
      </form>
    </EntryPage>
  );
}
