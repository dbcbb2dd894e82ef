import { useLingui } from '@lingui/react/macro';
import { Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { ApiError, type CallInput, call } from '../../../app/api.ts';
import { problemText } from '../../../ui/problem.ts';
import { FormProblem } from '../../session/components/entry-page.tsx';
import { deviceOf } from '../device.ts';
import { Cancelled, proven } from '../proof.ts';

interface Props {
  onDone: (recoveryCodes: string[] | undefined) => void;
  onCancel?: () => void;
}

/** Makes a passkey with the device at hand, or with a key that is plugged in. */
export function AddPasskey({ onDone, onCancel }: Props) {
  const { t, i18n } = useLingui();
  const { browser, system } = deviceOf(navigator.userAgent);
  const [name, setName] = useState([browser, system].filter(Boolean).join(', ') || t`Passkey`);
  const add = useMutation({
    mutationFn: async () => {
      const options = await proven(() => call('passkeyOptions'));
      const { startRegistration } = await import('@simplewebauthn/browser');
      const credential = await startRegistration({ optionsJSON: options as never });
      return call('addPasskey', {
        body: { name, credential } as unknown as NonNullable<CallInput<'addPasskey'>['body']>,
      });
    },
    onSuccess: ({ recovery_codes: codes }) => onDone(codes),
  });
  const problem = () => {
    const { error } = add;
    if (!error || error instanceof Cancelled) return null;
    if (error instanceof ApiError) return problemText(i18n, error);
    if (error.name === 'InvalidStateError') return t`This device has a passkey for your account already.`;
    return t`The passkey was not made. Please try again.`;
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        add.mutate();
      }}
    >
      <FormProblem>{problem()}</FormProblem>
      <Stack>
        <Text size="sm">
          {t`A passkey is unlocked by your fingerprint, face or PIN, or is a security key that you plug in. It signs you in without the password, too.`}
        </Text>
        <TextInput
          label={t`Name`}
          description={t`By which you recognise it in your list.`}
          required
          withAsterisk={false}
          maxLength={100}
          data-autofocus
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Group justify="flex-end">
          {onCancel && (
            <Button variant="default" onClick={onCancel}>
              {t`Cancel`}
            </Button>
          )}
          <Button type="submit" loading={add.isPending}>
            {t`Add the passkey`}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
