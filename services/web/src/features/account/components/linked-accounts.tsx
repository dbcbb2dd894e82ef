import { Trans, useLingui } from '@lingui/react/macro';
import { Button, Group, Modal, Skeleton, Stack, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { ApiError, call, request } from '../../../app/api.ts';
import { Ago } from '../../../ui/ago.tsx';
import { notifyDone, notifyProblem } from '../../../ui/notify.tsx';
import { Item, ItemList, Section } from '../../../ui/section.tsx';
import { FormProblem } from '../../session/components/entry-page.tsx';
import { providerProblem } from '../../session/provider-problem.ts';
import { providersQuery } from '../../session/queries.ts';
import { Cancelled, proven } from '../proof.ts';
import { type LinkedAccount, linkedAccountsQuery } from '../queries.ts';

/** Accounts elsewhere by which one signs in here. Linking leads away and comes back to this page. */
export function LinkedAccounts() {
  const { t, i18n } = useLingui();
  const cache = useQueryClient();
  const { data: accounts } = useQuery(linkedAccountsQuery);
  const { data: providers = [] } = useQuery(providersQuery);
  const [leaving, setLeaving] = useState<LinkedAccount | null>(null);
  const problem = useOutcome();
  const link = useMutation({
    mutationFn: async (provider: string) => {
      const begun = proven(() => request('POST', '/api/v1/users/linked_accounts', { provider }));
      window.location.assign(((await begun) as { url: string }).url);
    },
    onError: (error) => {
      if (error instanceof Cancelled) return;
      if (error instanceof ApiError && error.code.startsWith('openid.')) {
        notifyProblem(i18n, t`The account was not linked`, new ApiError(422, i18n._(providerProblem(error.code))));
      } else notifyProblem(i18n, t`The account was not linked`, error);
    },
  });
  const unlink = useMutation({
    mutationFn: (id: number) => proven(() => call('deleteLinkedAccount', { params: { id } })),
    onSuccess: () => notifyDone(t`The account was unlinked.`),
    onError: (error) => {
      if (error instanceof Cancelled) return;
      const last = error instanceof ApiError && error.code === 'openid.last-way-in';
      const told = last ? new ApiError(422, t`It is the only way you can sign in by. Set a password first.`) : error;
      notifyProblem(i18n, t`Nothing was changed`, told);
    },
    onSettled: () => {
      setLeaving(null);
      // The session itself may have ended, if it was opened by that account.
      return Promise.all([
        cache.invalidateQueries({ queryKey: linkedAccountsQuery.queryKey }),
        cache.invalidateQueries({ queryKey: ['account', 'sessions'] }),
      ]);
    },
  });
  if (accounts?.length === 0 && providers.length === 0) return null;
  const free = providers.filter(({ name }) => !accounts?.some(({ provider }) => provider === name));
  return (
    <Section title={t`Linked accounts`} lead={t`Accounts elsewhere, by which you sign in here without a password.`}>
      <FormProblem>{problem}</FormProblem>
      {!accounts && <Skeleton height={56} />}
      {accounts?.length === 0 && <Text size="sm">{t`You have none.`}</Text>}
      <ItemList label={t`Linked accounts`}>
        {accounts?.map((account) => {
          const name = account.title ?? account.issuer;
          return (
            <Item
              key={account.id}
              what={name}
              facts={
                <>
                  {account.subject} ·{' '}
                  {account.last_sign_in_at ? (
                    <>
                      <Trans>last used</Trans> <Ago at={account.last_sign_in_at} />
                    </>
                  ) : (
                    t`never used`
                  )}
                </>
              }
            >
              <Button
                variant="default"
                size="compact-sm"
                aria-label={t`Unlink ${name}`}
                onClick={() => setLeaving(account)}
              >
                {t`Unlink`}
              </Button>
            </Item>
          );
        })}
      </ItemList>
      {free.length > 0 && (
        <Group mt="sm" gap="xs">
          {free.map(({ name, title }) => (
            <Button
              key={name}
              variant="default"
              loading={link.isPending && link.variables === name}
              onClick={() => link.mutate(name)}
            >
              {t`Link: ${title}`}
            </Button>
          ))}
        </Group>
      )}
      <Modal
        opened={leaving !== null}
        onClose={() => setLeaving(null)}
        title={t`Unlink this account?`}
        closeButtonProps={{ 'aria-label': t`Close` }}
      >
        <Stack>
          <Text>{t`You cannot sign in by it any more. Sessions that it opened end, and so do rights that it gave.`}</Text>
          <Group justify="flex-end">
            <Button variant="default" data-autofocus onClick={() => setLeaving(null)}>
              {t`Cancel`}
            </Button>
            <Button color="red.9" loading={unlink.isPending} onClick={() => leaving && unlink.mutate(leaving.id)}>
              {t`Unlink`}
            </Button>
          </Group>
        </Stack>
      </Modal>
    </Section>
  );
}

/** What the address says about a linking that just came back; it is said once and taken out of the address. */
function useOutcome(): string | null {
  const { t, i18n } = useLingui();
  const navigate = useNavigate();
  const { linked, problem } = useSearch({ from: '/app/account' });
  const [said, setSaid] = useState<string | null>(null);
  useEffect(() => {
    if (linked === undefined && problem === undefined) return;
    if (linked !== undefined) notifyDone(t`The account was linked. You can sign in by it from now on.`);
    if (problem === 'openid.identity-exists') setSaid(t`This account at the provider belongs to somebody else here.`);
    else if (problem !== undefined) setSaid(i18n._(providerProblem(problem)));
    void navigate({ to: '/account', search: {}, replace: true });
  }, [linked, problem, navigate, t, i18n]);
  return said;
}
