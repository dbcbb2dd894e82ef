import { useLingui } from '@lingui/react/macro';
import { Button } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { Navigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { call } from '../../../app/api.ts';
import { notifyDone, notifyProblem } from '../../../ui/notify.tsx';
import { problemText } from '../../../ui/problem.ts';
import { Section } from '../../../ui/section.tsx';
import { AdminPage } from '../../admin/components/admin-page.tsx';
import { Loading } from '../../admin/components/loading.tsx';
import { FormProblem } from '../../session/components/entry-page.tsx';

interface Props {
  /** Whether somebody agreed already. */
  agreed: boolean;
  /** What stands in the form is not what is stored. */
  dirty: boolean;
  ask: () => Promise<{ url: string }>;
}

/** Leads to the provider, where the owner of the account agrees that the desk uses it. */
export function Consent({ agreed, dirty, ask }: Props) {
  const { t, i18n } = useLingui();
  const go = useMutation({
    mutationFn: ask,
    onSuccess: ({ url }) => window.location.assign(url),
    onError: (error) => notifyProblem(i18n, t`Nothing was changed`, error),
  });
  return (
    <Section
      title={t`Permission`}
      lead={
        agreed
          ? t`Somebody has agreed that the desk uses this account. Do it again when the provider does not let it in any more.`
          : t`Whoever owns the account agrees on the page of the provider. An application that signs in as itself needs no permission.`
      }
      action={
        <Button variant="default" loading={go.isPending} disabled={dirty} onClick={() => go.mutate()}>
          {t`Sign in with the provider`}
        </Button>
      }
    >
      {null}
    </Section>
  );
}

/** Where the provider leads back to. */
export function AuthorizedPage() {
  const { t, i18n } = useLingui();
  // As it came: nothing of it may be read as a number.
  const [given] = useState(() => new URLSearchParams(window.location.search));
  const state = given.get('state') ?? '';
  const outgoing = state.startsWith('mail_account.');
  const refused = given.get('error');
  const finish = useMutation({
    mutationFn: async () => {
      const body = { state, code: given.get('code') ?? '' };
      return outgoing
        ? call('finishMailAccountAuthorization', { body })
        : call('finishMailChannelAuthorization', { body });
    },
    onSuccess: () => notifyDone(t`The permission was kept.`),
  });
  const { mutate, isIdle } = finish;
  useEffect(() => {
    if (refused === null && isIdle) mutate();
  }, [refused, isIdle, mutate]);
  if (finish.data) {
    const kind = outgoing ? ('accounts' as const) : ('mailboxes' as const);
    return <Navigate to={`/admin/mail/${kind}/$id`} params={{ id: String(finish.data.id) }} replace />;
  }
  if (refused === null && !finish.isError) return <Loading />;
  return (
    <AdminPage title={t`Permission`} up="mail">
      <FormProblem>
        {finish.isError
          ? problemText(i18n, finish.error)
          : t`The provider says: ${given.get('error_description') ?? refused}`}
      </FormProblem>
    </AdminPage>
  );
}
