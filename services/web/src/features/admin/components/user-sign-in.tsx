import { Trans, useLingui } from '@lingui/react/macro';
import { Button, Group, Modal, Select, Skeleton, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { call } from '../../../app/api.ts';
import { Ago } from '../../../ui/ago.tsx';
import { notifyDone } from '../../../ui/notify.tsx';
import { problemText } from '../../../ui/problem.ts';
import { Item, ItemList, Section } from '../../../ui/section.tsx';
import { deviceOf } from '../../account/device.ts';
import { FormProblem } from '../../session/components/entry-page.tsx';
import { useMe } from '../../session/use-me.ts';
import {
  identitiesQuery,
  keyOf,
  providersQuery,
  type User,
  userAuthorizationsQuery,
  userFactorsQuery,
  userSessionsQuery,
  userTokensQuery,
} from '../queries.ts';
import { AskButton } from './ask-button.tsx';

/** How somebody signs in, and what of it an administrator can take away. */
export function UserSignIn({ user }: { user: User }) {
  const { may } = useMe();
  return (
    <>
      <Passwords user={user} />
      <Factors user={user} />
      {may('admin.session') && <UserSessions user={user} />}
      <Tokens user={user} />
      <Authorizations user={user} />
      {may('admin.security') && <Identities user={user} />}
    </>
  );
}

function Passwords({ user }: { user: User }) {
  const { t } = useLingui();
  const { id, login, email } = user;
  return (
    <Section
      title={t`Password`}
      lead={email ? t`Links go to ${email}.` : t`Without an e-mail address no link can be sent.`}
    >
      {email !== '' && user.active && (
        <Group gap="xs">
          <AskButton
            label={t`Send a link for a new password`}
            done={t`The link is on its way.`}
            deed={() => call('requestPasswordReset', { body: { username: login } })}
            changes={[]}
          />
          <AskButton
            label={t`Send an invitation`}
            done={t`The invitation is on its way.`}
            deed={() => call('updateUser', { params: { id }, body: { invite: true } })}
            changes={[]}
          />
        </Group>
      )}
    </Section>
  );
}

function Rows({
  query,
  none,
  children,
}: {
  query: { data: readonly unknown[] | undefined; error: unknown };
  none: string;
  children: ReactNode;
}) {
  const { i18n } = useLingui();
  if (query.error) return <Text size="sm">{problemText(i18n, query.error)}</Text>;
  if (!query.data) return <Skeleton height={48} />;
  return query.data.length === 0 ? <Text size="sm">{none}</Text> : children;
}

function Factors({ user: { id } }: { user: User }) {
  const { t } = useLingui();
  const factors = useQuery(userFactorsQuery(id));
  const names = { authenticator_app: t`Authenticator app`, security_keys: t`Passkeys` };
  return (
    <Section
      title={t`Second factors`}
      action={
        factors.data &&
        factors.data.length > 0 && (
          <AskButton
            label={t`Remove all`}
            name={t`Remove all second factors`}
            question={t`For somebody who lost theirs. They sign in with the password alone until they set up new ones; their sessions end.`}
            done={t`The second factors were removed.`}
            deed={() => call('removeUserTwoFactor', { params: { id } })}
            changes={['credentials']}
          />
        )
      }
    >
      <Rows query={factors} none={t`None is set up.`}>
        <ItemList label={t`Second factors`}>
          {factors.data?.map(({ method, created_at }) => (
            <Item
              key={method}
              what={names[method]}
              facts={
                <>
                  <Trans>set up</Trans> <Ago at={created_at} />
                </>
              }
            />
          ))}
        </ItemList>
      </Rows>
    </Section>
  );
}

function UserSessions({ user: { id } }: { user: User }) {
  const { t } = useLingui();
  const sessions = useQuery(userSessionsQuery(id));
  return (
    <Section
      title={t`Sessions`}
      action={
        sessions.data?.some(({ current }) => !current) && (
          <AskButton
            label={t`End all`}
            name={t`End all sessions`}
            question={t`They have to sign in again, everywhere.`}
            done={t`The sessions have ended.`}
            deed={() => call('deleteSessions', { query: { user_id: id } })}
            changes={['credentials']}
          />
        )
      }
    >
      <Rows query={sessions} none={t`Signed in nowhere.`}>
        <ItemList label={t`Sessions`}>
          {sessions.data?.map((session) => {
            const { browser, system } = deviceOf(session.user_agent);
            const device = [browser, system].filter(Boolean).join(', ') || t`Unknown device`;
            const ip = session.ip ?? t`unknown address`;
            return (
              <Item
                key={session.id}
                what={device}
                facts={
                  <>
                    {ip} · <Trans>last used</Trans> <Ago at={session.last_seen_at} />
                  </>
                }
              >
                {!session.current && (
                  <AskButton
                    size="compact-sm"
                    label={t`End`}
                    name={t`End the session of ${device}, ${ip}`}
                    done={t`The session has ended.`}
                    deed={() => call('deleteSession', { params: { id: session.id } })}
                    changes={['credentials']}
                  />
                )}
              </Item>
            );
          })}
        </ItemList>
      </Rows>
    </Section>
  );
}

function Tokens({ user: { id } }: { user: User }) {
  const { t } = useLingui();
  const tokens = useQuery(userTokensQuery(id));
  return (
    <Section title={t`API tokens`}>
      <Rows query={tokens} none={t`There are none.`}>
        <ItemList label={t`API tokens`}>
          {tokens.data?.map(({ id: tokenId, name, preferences: { permission }, last_used_at }) => (
            <Item
              key={tokenId}
              what={name}
              facts={
                <>
                  {permission.join(', ')} ·{' '}
                  {last_used_at ? (
                    <>
                      <Trans>last used</Trans> <Ago at={last_used_at} />
                    </>
                  ) : (
                    t`never used`
                  )}
                </>
              }
            >
              <AskButton
                size="compact-sm"
                label={t`Revoke`}
                name={t`Revoke the token ${name}`}
                question={t`What uses it stops working at once.`}
                done={t`The token does not work any more.`}
                deed={() => call('deleteUserToken', { params: { id, token_id: tokenId } })}
                changes={['credentials']}
              />
            </Item>
          ))}
        </ItemList>
      </Rows>
    </Section>
  );
}

function Authorizations({ user: { id } }: { user: User }) {
  const { t } = useLingui();
  const authorizations = useQuery(userAuthorizationsQuery(id));
  return (
    <Section title={t`Applications`} lead={t`Programs that may act for this person.`}>
      <Rows query={authorizations} none={t`There are none.`}>
        <ItemList label={t`Applications`}>
          {authorizations.data?.map(({ id: applicationId, name, scopes, created_at, last_used_at }) => (
            <Item
              key={applicationId}
              what={name}
              facts={
                <>
                  {scopes.join(', ')} · <Trans>granted</Trans> <Ago at={created_at} />
                  {' · '}
                  {last_used_at ? (
                    <>
                      <Trans>last used</Trans> <Ago at={last_used_at} />
                    </>
                  ) : (
                    t`never used`
                  )}
                </>
              }
            >
              <AskButton
                size="compact-sm"
                label={t`Revoke`}
                name={t`Take back what ${name} may do`}
                question={t`The application cannot act for this person any more. They are told by mail.`}
                done={t`The application cannot act for this person any more.`}
                deed={() => call('revokeUserAuthorization', { params: { id, application_id: applicationId } })}
                changes={['credentials']}
              />
            </Item>
          ))}
        </ItemList>
      </Rows>
    </Section>
  );
}

function Identities({ user }: { user: User }) {
  const { t } = useLingui();
  const identities = useQuery(identitiesQuery(user.id));
  const { data: providers = [] } = useQuery(providersQuery);
  const [adding, setAdding] = useState(false);
  const titleOf = (issuer: string) => providers.find((provider) => provider.issuer === issuer)?.title ?? issuer;
  return (
    <Section
      title={t`Linked providers`}
      lead={t`By which accounts elsewhere this person signs in.`}
      action={
        providers.length > 0 && (
          <Button variant="default" onClick={() => setAdding(true)}>
            {t`Link`}
          </Button>
        )
      }
    >
      <Rows query={identities} none={t`There are none.`}>
        <ItemList label={t`Linked providers`}>
          {identities.data?.map(({ id, issuer, subject, last_sign_in_at }) => (
            <Item
              key={id}
              what={titleOf(issuer)}
              facts={
                <>
                  {subject}
                  {last_sign_in_at && (
                    <>
                      {' · '}
                      <Trans>last used</Trans> <Ago at={last_sign_in_at} />
                    </>
                  )}
                </>
              }
            >
              <AskButton
                size="compact-sm"
                label={t`Unlink`}
                name={t`Unlink ${titleOf(issuer)}`}
                question={t`They cannot sign in by it any more. The sessions and the rights that it gave end.`}
                done={t`The account was unlinked.`}
                deed={() => call('deleteOpenIdIdentity', { params: { id } })}
                changes={['sign-in', 'credentials', 'users']}
              />
            </Item>
          ))}
        </ItemList>
      </Rows>
      <Modal
        opened={adding}
        onClose={() => setAdding(false)}
        title={t`Link an account at a provider`}
        closeButtonProps={{ 'aria-label': t`Close` }}
      >
        {adding && <AddIdentity user={user} onDone={() => setAdding(false)} />}
      </Modal>
    </Section>
  );
}

function AddIdentity({ user, onDone }: { user: User; onDone: () => void }) {
  const { t, i18n } = useLingui();
  const cache = useQueryClient();
  const { data: providers = [] } = useQuery(providersQuery);
  const [providerId, setProviderId] = useState<string | null>(String(providers[0]?.id ?? ''));
  const [subject, setSubject] = useState('');
  const link = useMutation({
    mutationFn: () =>
      call('createOpenIdIdentity', {
        body: { user_id: user.id, provider_id: Number(providerId), subject: subject.trim() },
      }),
    onSuccess: () => {
      notifyDone(t`The account was linked.`);
      onDone();
      return cache.invalidateQueries({ queryKey: keyOf('sign-in', 'identities') });
    },
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        link.mutate();
      }}
    >
      <FormProblem>{link.isError && problemText(i18n, link.error)}</FormProblem>
      <Stack>
        <Select
          label={t`Provider`}
          data={providers.map(({ id, title }) => ({ value: String(id), label: title }))}
          value={providerId}
          onChange={setProviderId}
        />
        <TextInput
          label={t`Subject`}
          description={t`The claim “sub” of the account there, to the letter.`}
          required
          withAsterisk={false}
          maxLength={255}
          data-autofocus
          value={subject}
          onChange={(event) => setSubject(event.currentTarget.value)}
        />
        <Group justify="flex-end">
          <Button variant="default" onClick={onDone}>
            {t`Cancel`}
          </Button>
          <Button type="submit" loading={link.isPending}>
            {t`Link`}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
