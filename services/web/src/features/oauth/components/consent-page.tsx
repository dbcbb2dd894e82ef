import { Trans, useLingui } from '@lingui/react/macro';
import { Alert, Anchor, Button, Group, List, Loader, Stack, Text } from '@mantine/core';
import { IconAlertCircle } from '@tabler/icons-react';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { ApiError, call } from '../../../app/api.ts';
import { problemText } from '../../../ui/problem.ts';
import { ConfirmPassword } from '../../account/components/confirm-password.tsx';
import { Cancelled, proven } from '../../account/proof.ts';
import { EntryPage, FormProblem } from '../../session/components/entry-page.tsx';
import { meQuery } from '../../session/queries.ts';
import { scopeText } from '../scope-text.ts';

/** May this program act for me? What it asks for stands in the address, as it sent the browser here. */
export function ConsentPage() {
  const { t, i18n } = useLingui();
  // As it came: what is in it twice, or written oddly, is for the server to judge.
  const [request] = useState(() => window.location.search.slice(1));
  const asked = useQuery({
    queryKey: ['oauth-request', request],
    queryFn: () => call('previewAuthorization', { body: { request } }),
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const elsewhere = asked.data && 'redirect_to' in asked.data ? asked.data.redirect_to : undefined;
  useEffect(() => {
    if (elsewhere !== undefined) window.location.replace(elsewhere);
  }, [elsewhere]);

  if (asked.isError) {
    return (
      <EntryPage title={t`This request cannot be granted`}>
        <Stack>
          <Alert color="red" variant="light" icon={<IconAlertCircle aria-hidden />} role="alert">
            {sentenceOf(asked.error)}
          </Alert>
          <Anchor href="/" size="sm" ta="center">
            {t`Go to the service desk`}
          </Anchor>
        </Stack>
      </EntryPage>
    );
  }
  if (!asked.data || 'redirect_to' in asked.data) {
    return (
      <EntryPage title={t`Grant access`}>
        <Loader aria-label={t`Looking at the request`} mx="auto" />
      </EntryPage>
    );
  }
  const { application, scopes } = asked.data;
  return <Question request={request} name={application.name} host={application.redirect_host} scopes={scopes} />;

  function sentenceOf(error: Error): string {
    const code = error instanceof ApiError ? error.code : '';
    if (code === 'oauth.application-unknown') return t`No application is registered under this name.`;
    if (code === 'oauth.redirect-uri-unknown') {
      return t`The application wants to be answered at an address that it is not registered with. Tell the people who run it.`;
    }
    return problemText(i18n, error);
  }
}

interface QuestionProps {
  request: string;
  name: string;
  /** Where the browser goes on to. */
  host: string;
  scopes: readonly string[];
}

function Question({ request, name, host, scopes }: QuestionProps) {
  const { t, i18n } = useLingui();
  const { data: me } = useQuery(meQuery);
  const decide = useMutation({
    mutationFn: (allow: boolean) =>
      proven(() => call('decideAuthorization', { body: { request, allow, scopes: [...scopes] } })),
    onSuccess: ({ redirect_to }) => window.location.assign(redirect_to),
  });
  const failed = decide.isError && !(decide.error instanceof Cancelled);
  // The browser is on its way out: a second answer would be one too many.
  const busy = decide.isPending || decide.isSuccess;
  const email = String(me?.email);
  return (
    <EntryPage
      title={t`Grant access`}
      lead={
        <Trans>
          <strong>{name}</strong> wants to act for you in this service desk.
        </Trans>
      }
    >
      <div>
        <FormProblem>{failed && problemText(i18n, decide.error)}</FormProblem>
        <Stack>
          <div>
            <Text fw={600} id="scopes">
              {t`It could:`}
            </Text>
            <List size="sm" mt={4} aria-labelledby="scopes">
              {scopes.map((scope) => (
                <List.Item key={scope}>{i18n._({ ...scopeText(scope), values: { scope } })}</List.Item>
              ))}
            </List>
          </div>
          <Text size="sm" c="dimmed">
            <Trans>
              You are signed in as {email}. The answer goes to <strong>{host}</strong>. You can take it back at any time
              in your account.
            </Trans>
          </Text>
          <Group grow>
            <Button variant="default" disabled={busy} onClick={() => decide.mutate(false)}>
              {t`Deny`}
            </Button>
            <Button loading={busy && decide.variables === true} disabled={busy} onClick={() => decide.mutate(true)}>
              {t`Allow`}
            </Button>
          </Group>
        </Stack>
      </div>
      <ConfirmPassword />
    </EntryPage>
  );
}
