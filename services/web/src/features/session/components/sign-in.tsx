import { useLingui } from '@lingui/react/macro';
import { Anchor, Button, PasswordInput, Stack, TextInput } from '@mantine/core';
import { IconFingerprint } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { ApiError } from '../../../app/api.ts';
import { ownPath } from '../../../app/own-path.ts';
import { problemText } from '../../../ui/problem.ts';
import { providerProblem } from '../provider-problem.ts';
import { meQuery, type SecondStep, signIn, signInByPasskey, signUpQuery } from '../queries.ts';
import { EntryPage, FormProblem } from './entry-page.tsx';
import { MaintenanceNote } from './maintenance-note.tsx';
import { ProviderButtons } from './provider-buttons.tsx';
import { PublicLinks } from './public-links.tsx';
import { SecondStepPage } from './second-step.tsx';

/** Pages without https, but for localhost, have none. */
const browserSupportsPasskeys = 'PublicKeyCredential' in globalThis;

export function SignInPage() {
  const { t, i18n } = useLingui();
  const { next, problem: arrived } = useSearch({ from: '/sign-in' });
  const navigate = useNavigate();
  const cache = useQueryClient();
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [step, setStep] = useState<SecondStep | null>(null);
  const enter = async () => {
    const me = await cache.fetchQuery({ ...meQuery, staleTime: 0 });
    if (me) await navigate({ href: ownPath(next) ?? '/', replace: true });
    return me;
  };
  const attempt = useMutation({
    mutationFn: async () => {
      const second = await signIn(email.trim(), password);
      setStep(second);
      return second ?? enter();
    },
    onSuccess: () => setPassword(''),
    onError: () => setPassword(''),
  });
  const byPasskey = useMutation({ mutationFn: () => signInByPasskey().then(enter) });
  const { data: ways } = useQuery(signUpQuery);
  const { error } = attempt;
  const wrong = error instanceof ApiError && [401, 403].includes(error.status) && error.code !== 'identity.maintenance';
  // The session was made but the next request came without it: the browser refused the cookie.
  const cookieRefused = attempt.isSuccess && attempt.data === null;
  const problem = () => {
    if (byPasskey.isError) return passkeyProblem(byPasskey.error);
    if (wrong) return t`E-mail address and password do not match.`;
    if (cookieRefused) return t`Your browser did not keep the session. Allow cookies for this site and try again.`;
    if (attempt.isError) return problemText(i18n, attempt.error);
    return attempt.isIdle && arrived !== undefined && i18n._(providerProblem(arrived));
  };

  const passkeyProblem = (error: Error) => {
    if (!(error instanceof ApiError)) return t`The passkey did not answer. Please try again.`;
    return error.status === 401 ? t`This passkey does not open any account here.` : problemText(i18n, error);
  };

  if (step) return <SecondStepPage step={step} onDone={enter} onAgain={() => setStep(null)} />;
  return (
    <EntryPage title={t`Sign in`} lead={t`Welcome to the service desk.`}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          byPasskey.reset();
          attempt.mutate();
        }}
      >
        {ways && <MaintenanceNote {...ways} />}
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
          {browserSupportsPasskeys && (
            <Button
              variant="default"
              fullWidth
              leftSection={<IconFingerprint size={18} aria-hidden />}
              loading={byPasskey.isPending}
              onClick={() => byPasskey.mutate()}
            >
              {t`Sign in with a passkey`}
            </Button>
          )}
          <Anchor component={Link} to="/forgot" size="sm" ta="center">
            {t`Forgot your password?`}
          </Anchor>
          {ways?.user_sign_in_by_link && (
            <Anchor component={Link} to="/link" size="sm" ta="center">
              {t`Sign in by a link in a mail`}
            </Anchor>
          )}
          {ways?.user_create_account && (
            <Anchor component={Link} to="/sign-up" size="sm" ta="center">
              {t`Create an account`}
            </Anchor>
          )}
        </Stack>
      </form>
      <PublicLinks screen="login" />
    </EntryPage>
  );
}
