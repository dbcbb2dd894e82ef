import { useLingui } from '@lingui/react/macro';
import { Anchor, Stack } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { EntryPage } from '../../session/components/entry-page.tsx';
import { meQuery, signOut } from '../../session/queries.ts';
import { AddPasskey } from './add-passkey.tsx';
import { SetUpAuthenticatorApp } from './authenticator-app.tsx';
import { ConfirmPassword } from './confirm-password.tsx';
import { RecoveryCodeList } from './recovery-codes.tsx';

/** In place of the app for somebody whose role demands a second factor that is not there yet. */
export function EnrolPage() {
  const { t } = useLingui();
  const cache = useQueryClient();
  const [kind, setKind] = useState<'app' | 'passkey'>('app');
  const [codes, setCodes] = useState<string[] | null>(null);
  const enter = () => cache.fetchQuery({ ...meQuery, staleTime: 0 });
  const onDone = (made: string[] | undefined) => (made ? setCodes(made) : void enter());
  if (codes) {
    return (
      <EntryPage title={t`Recovery codes`}>
        <RecoveryCodeList codes={codes} onDone={enter} />
      </EntryPage>
    );
  }
  return (
    <EntryPage title={t`Set up a second factor`} lead={t`Your role demands one before you can go on.`}>
      <Stack>
        {kind === 'app' ? <SetUpAuthenticatorApp onDone={onDone} /> : <AddPasskey onDone={onDone} />}
        {'PublicKeyCredential' in globalThis && (
          <Anchor
            component="button"
            type="button"
            size="sm"
            ta="center"
            onClick={() => setKind(kind === 'app' ? 'passkey' : 'app')}
          >
            {kind === 'app' ? t`Use a passkey instead` : t`Use an authenticator app instead`}
          </Anchor>
        )}
        <Anchor
          component="button"
          type="button"
          size="sm"
          ta="center"
          onClick={() => signOut().finally(() => cache.resetQueries({ queryKey: meQuery.queryKey }))}
        >
          {t`Sign out`}
        </Anchor>
      </Stack>
      <ConfirmPassword />
    </EntryPage>
  );
}
