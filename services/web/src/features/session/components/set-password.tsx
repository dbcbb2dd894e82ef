import { useLingui } from '@lingui/react/macro';
import { Alert, Anchor, Button, Checkbox, Loader, PasswordInput, Stack, Text } from '@mantine/core';
import { IconCircleCheck, IconLinkOff } from '@tabler/icons-react';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Link, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { ApiError, call } from '../../../app/api.ts';
import { problemText } from '../../../ui/problem.ts';
import { EntryPage, FormProblem } from './entry-page.tsx';

type Kind = 'reset' | 'invite' | 'welcome';

/** What the server demands as well; said before the first try instead of after it. */
const minimumLength = 10;

/** The mails of reset, invitation and sign-up lead to the same task: a one-time link and a new password. */
export function SetPasswordPage({ kind }: { kind: Kind }) {
  const { t } = useLingui();
  const { token = '' } = useSearch({ from: `/${kind}` });
  const [saved, setSaved] = useState(false);
  // Looking at the link first spares people to think up a password for a link that is used up.
  const link = useQuery({
    queryKey: ['password-link', token],
    queryFn: () => call('setPasswordByToken', { body: { token } }),
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const title = kind === 'reset' ? t`Set a new password` : t`Welcome to Helpmesh`;
  const refused = link.error instanceof ApiError && link.error.status >= 400 && link.error.status < 500;

  if (saved) return <Saved />;
  if (refused) return <DeadLink kind={kind} />;
  if (link.isPending) {
    return (
      <EntryPage title={title}>
        <Loader aria-label={t`Checking the link`} mx="auto" />
      </EntryPage>
    );
  }
  return (
    <EntryPage
      title={title}
      lead={kind !== 'reset' ? t`Choose a password to finish your account.` : t`Choose one that you use nowhere else.`}
    >
      <PasswordForm token={token} asksForTokens={kind === 'reset'} onSaved={() => setSaved(true)} />
    </EntryPage>
  );
}

/** @param asksForTokens  the account was in use before */
function PasswordForm({
  token,
  asksForTokens,
  onSaved,
}: {
  token: string;
  asksForTokens: boolean;
  onSaved: () => void;
}) {
  const { t, i18n } = useLingui();
  const [password, setPassword] = useState('');
  const [endTokens, setEndTokens] = useState(false);
  const [tried, setTried] = useState(false);
  const save = useMutation({
    mutationFn: () => call('setPasswordByToken', { body: { token, password, end_tokens: endTokens } }),
    onSuccess: onSaved,
  });
  const tooShort = password.length < minimumLength;
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        setTried(true);
        if (!tooShort) save.mutate();
      }}
    >
      <FormProblem>{save.isError && problemText(i18n, save.error)}</FormProblem>
      <Stack>
        <PasswordInput
          label={t`New password`}
          description={t`At least ${minimumLength} characters.`}
          name="new-password"
          autoComplete="new-password"
          required
          withAsterisk={false}
          autoFocus
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
          error={tried && tooShort && t`Too short: use at least ${minimumLength} characters.`}
          visibilityToggleButtonProps={{ 'aria-label': t`Show or hide what I type` }}
        />
        {asksForTokens && (
          <Checkbox
            label={t`End my API tokens as well`}
            checked={endTokens}
            onChange={(event) => setEndTokens(event.currentTarget.checked)}
          />
        )}
        <Button type="submit" loading={save.isPending} fullWidth>
          {t`Save the password`}
        </Button>
      </Stack>
    </form>
  );
}

function Saved() {
  const { t } = useLingui();
  return (
    <EntryPage title={t`Password saved`}>
      <Stack>
        <Alert color="green" variant="light" icon={<IconCircleCheck aria-hidden />} role="status">
          {t`Your new password works from now on.`}
        </Alert>
        <Button component={Link} to="/sign-in" fullWidth>
          {t`Go to sign in`}
        </Button>
      </Stack>
    </EntryPage>
  );
}

function DeadLink({ kind }: { kind: Kind }) {
  const { t } = useLingui();
  return (
    <EntryPage title={t`This link does not work any more`}>
      <Stack>
        <Alert color="red" variant="light" icon={<IconLinkOff aria-hidden />} role="alert">
          {t`Links work once and for a limited time.`}
        </Alert>
        {kind !== 'invite' && (
          <Button component={Link} to={kind === 'reset' ? '/forgot' : '/sign-up'} fullWidth>
            {t`Ask for a new link`}
          </Button>
        )}
        {kind === 'invite' && <Text>{t`Ask the person who invited you for a new invitation.`}</Text>}
        <Anchor component={Link} to="/sign-in" size="sm" ta="center">
          {t`Back to sign in`}
        </Anchor>
      </Stack>
    </EntryPage>
  );
}
