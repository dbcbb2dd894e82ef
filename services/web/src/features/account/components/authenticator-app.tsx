import { useLingui } from '@lingui/react/macro';
import { Button, Code, Group, Loader, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../../../app/api.ts';
import { problemText } from '../../../ui/problem.ts';
import { FormProblem } from '../../session/components/entry-page.tsx';
import { Cancelled, proven } from '../proof.ts';
import { QrCode } from './qr-code.tsx';

interface Props {
  /** The app is a second factor now; the first factor brings recovery codes. */
  onDone: (recoveryCodes: string[] | undefined) => void;
  onCancel?: () => void;
}

/** Scan, then prove by a code that it worked. */
export function SetUpAuthenticatorApp({ onDone, onCancel }: Props) {
  const { t, i18n } = useLingui();
  const [code, setCode] = useState('');
  const begun = useQuery({
    queryKey: ['account', 'authenticator-app', 'begun'],
    queryFn: () => proven(() => call('initiateAuthenticatorApp')),
    // Each is a new secret: nothing of an earlier one may be shown again.
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    retry: false,
    refetchOnWindowFocus: false,
  });
  const confirm = useMutation({
    mutationFn: () => proven(() => call('verifyTwoFactor', { body: { method: 'authenticator_app', payload: code } })),
    onSuccess: ({ verified, recovery_codes: codes }) => (verified ? onDone(codes) : setCode('')),
  });
  const wrong = confirm.data?.verified === false && t`This code is not right. Check the clock of your device.`;
  const problem = () => {
    const failed = confirm.error ?? begun.error;
    if (failed instanceof Cancelled) return t`Nothing was changed.`;
    return failed && problemText(i18n, failed);
  };
  if (begun.isPending) return <Loader aria-label={t`Preparing`} mx="auto" />;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        confirm.mutate();
      }}
    >
      <FormProblem>{wrong || problem()}</FormProblem>
      {begun.data && (
        <Stack>
          <Text size="sm">{t`Scan this with your authenticator app, or type the key into it.`}</Text>
          <Group gap="lg" align="flex-start">
            <QrCode text={begun.data.configuration.provisioning_uri} label={t`Code to scan`} />
            <Stack gap={4} flex="1 1 180px">
              <Text size="sm" fw={600}>
                {t`Key`}
              </Text>
              <Code style={{ overflowWrap: 'anywhere' }}>
                {begun.data.configuration.secret.replaceAll(/.{4}(?=.)/g, '$& ')}
              </Code>
            </Stack>
          </Group>
          <TextInput
            label={t`Code of the app`}
            name="code"
            inputMode="numeric"
            autoComplete="one-time-code"
            required
            withAsterisk={false}
            data-autofocus
            maw={220}
            value={code}
            onChange={(event) => setCode(event.currentTarget.value)}
          />
          <Group justify="flex-end">
            {onCancel && (
              <Button variant="default" onClick={onCancel}>
                {t`Cancel`}
              </Button>
            )}
            <Button type="submit" loading={confirm.isPending}>
              {t`Confirm`}
            </Button>
          </Group>
        </Stack>
      )}
    </form>
  );
}
