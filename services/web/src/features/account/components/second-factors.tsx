import { Trans, useLingui } from '@lingui/react/macro';
import { Alert, Badge, Button, Group, Modal, Skeleton } from '@mantine/core';
import { IconShieldOff } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../../../app/api.ts';
import { Ago } from '../../../ui/ago.tsx';
import { notifyDone, notifyProblem } from '../../../ui/notify.tsx';
import { Item, ItemList, Section } from '../../../ui/section.tsx';
import { Cancelled, proven } from '../proof.ts';
import { type SecondFactors as Factors, type Passkey, secondFactorsQuery } from '../queries.ts';
import { AddPasskey } from './add-passkey.tsx';
import { SetUpAuthenticatorApp } from './authenticator-app.tsx';
import { RecoveryCodeList } from './recovery-codes.tsx';

type Dialog = { kind: 'app' } | { kind: 'passkey' } | { kind: 'codes'; codes: readonly string[] };

/** Authenticator app, passkeys and recovery codes. */
export function SecondFactors() {
  const { t, i18n } = useLingui();
  const cache = useQueryClient();
  const { data: factors } = useQuery(secondFactorsQuery);
  const [dialog, setDialog] = useState<Dialog | null>(null);
  const again = () => cache.invalidateQueries({ queryKey: secondFactorsQuery.queryKey });
  const change = useMutation({
    mutationFn: (deed: () => Promise<unknown>) => proven(deed),
    onError: (error) => {
      if (!(error instanceof Cancelled)) notifyProblem(i18n, t`Nothing was changed`, error);
    },
    onSettled: again,
  });
  const added = (message: string) => (codes: string[] | undefined) => {
    notifyDone(message);
    setDialog(codes ? { kind: 'codes', codes } : null);
    void again();
  };
  const renew = () =>
    change.mutate(async () => setDialog({ kind: 'codes', codes: await call('generateRecoveryCodes') }));
  const titles = { app: t`Set up an authenticator app`, passkey: t`Add a passkey`, codes: t`Recovery codes` };
  return (
    <Section
      title={t`Second factor`}
      lead={t`Besides your password, something you have: then a stolen password alone opens nothing.`}
    >
      {factors ? (
        <List
          factors={factors}
          busy={change.isPending}
          onSetUp={(kind) => setDialog({ kind })}
          onChange={change.mutate}
          onRenew={renew}
        />
      ) : (
        <Skeleton height={190} />
      )}
      <Modal
        opened={dialog !== null}
        onClose={() => setDialog(null)}
        title={dialog && titles[dialog.kind]}
        size="lg"
        // Codes on screen this once must not be lost by a click beside them.
        closeOnClickOutside={dialog?.kind !== 'codes'}
        closeButtonProps={{ 'aria-label': t`Close` }}
      >
        {dialog?.kind === 'app' && (
          <SetUpAuthenticatorApp onDone={added(t`The authenticator app is set up.`)} onCancel={() => setDialog(null)} />
        )}
        {dialog?.kind === 'passkey' && (
          <AddPasskey onDone={added(t`The passkey was added.`)} onCancel={() => setDialog(null)} />
        )}
        {dialog?.kind === 'codes' && <RecoveryCodeList codes={dialog.codes} onDone={() => setDialog(null)} />}
      </Modal>
    </Section>
  );
}

interface ListProps {
  factors: Factors;
  busy: boolean;
  onSetUp: (kind: 'app' | 'passkey') => void;
  onChange: (deed: () => Promise<unknown>) => void;
  onRenew: () => void;
}

function List({ factors, busy, onSetUp, onChange, onRenew }: ListProps) {
  const { t } = useLingui();
  const methods = factors.enabled_authentication_methods;
  const app = methods.find(({ method }) => method === 'authenticator_app');
  const left = factors.recovery_codes_left;
  const removeApp = () => call('removeTwoFactor', { query: { method: 'authenticator_app' } });
  return (
    <>
      {methods.length === 0 && (
        <Alert color="yellow" variant="light" icon={<IconShieldOff aria-hidden />} my="xs">
          {t`You have no second factor yet.`}
        </Alert>
      )}
      <ItemList label={t`Second factors`}>
        <Item
          what={t`Authenticator app`}
          facts={
            app ? (
              <>
                <Trans>set up</Trans> <Ago at={app.created_at} />
              </>
            ) : (
              t`Shows a new code every 30 seconds.`
            )
          }
        >
          {app ? (
            <Button
              variant="default"
              size="compact-sm"
              disabled={busy}
              aria-label={t`Remove the authenticator app`}
              onClick={() => onChange(removeApp)}
            >
              {t`Remove`}
            </Button>
          ) : (
            <Button
              variant="default"
              size="compact-sm"
              aria-label={t`Set up an authenticator app`}
              onClick={() => onSetUp('app')}
            >
              {t`Set up`}
            </Button>
          )}
        </Item>
        {factors.passkeys.map((passkey) => (
          <PasskeyItem key={passkey.id} passkey={passkey} busy={busy} onChange={onChange} />
        ))}
        {methods.length > 0 && (
          <Item what={t`Recovery codes`} facts={<Trans>{left} of 10 are left</Trans>}>
            <Button variant="default" size="compact-sm" disabled={busy} onClick={onRenew}>
              {t`Make new ones`}
            </Button>
          </Item>
        )}
      </ItemList>
      {'PublicKeyCredential' in globalThis && (
        <Group mt="sm">
          <Button variant="default" onClick={() => onSetUp('passkey')}>
            {t`Add a passkey`}
          </Button>
        </Group>
      )}
    </>
  );
}

function PasskeyItem({ passkey, busy, onChange }: { passkey: Passkey } & Pick<ListProps, 'busy' | 'onChange'>) {
  const { t } = useLingui();
  const { id, name } = passkey;
  return (
    <Item
      what={
        <>
          {name}{' '}
          <Badge size="sm" variant="light">
            {t`Passkey`}
          </Badge>
        </>
      }
      facts={
        <>
          <Trans>added</Trans> <Ago at={passkey.created_at} /> ·{' '}
          {passkey.last_used_at ? (
            <>
              <Trans>last used</Trans> <Ago at={passkey.last_used_at} />
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
        disabled={busy}
        aria-label={t`Remove the passkey ${name}`}
        onClick={() => onChange(() => call('deletePasskey', { params: { id } }))}
      >
        {t`Remove`}
      </Button>
    </Item>
  );
}
