import { useLingui } from '@lingui/react/macro';
import { Button, Group, Modal, PasswordInput, Stack, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../../../app/api.ts';
import { problemText } from '../../../ui/problem.ts';
import { FormProblem } from '../../session/components/entry-page.tsx';
import { useProof } from '../proof.ts';

/** Asks for the password when the server wants a recent proof (`proven`). */
export function ConfirmPassword() {
  const { t } = useLingui();
  const { asking, cancel } = useProof();
  return (
    <Modal
      opened={asking !== null}
      onClose={cancel}
      title={t`Confirm that it is you`}
      closeButtonProps={{ 'aria-label': t`Close` }}
    >
      {asking && <Form />}
    </Modal>
  );
}

function Form() {
  const { t, i18n } = useLingui();
  const { done, cancel } = useProof();
  const [password, setPassword] = useState('');
  const check = useMutation({
    mutationFn: () => call('checkPassword', { body: { password } }),
    onSuccess: ({ success }) => (success ? done() : setPassword('')),
  });
  const wrong = check.data?.success === false && t`This is not your password.`;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        event.stopPropagation();
        check.mutate();
      }}
    >
      <FormProblem>{wrong || (check.isError && problemText(i18n, check.error))}</FormProblem>
      <Stack>
        <Text size="sm">{t`You are about to change how you sign in. If you have no password, sign out and in again instead.`}</Text>
        <PasswordInput
          label={t`Password`}
          autoComplete="current-password"
          required
          withAsterisk={false}
          data-autofocus
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
          visibilityToggleButtonProps={{ 'aria-label': t`Show or hide what I type` }}
        />
        <Group justify="flex-end">
          <Button variant="default" onClick={cancel}>
            {t`Cancel`}
          </Button>
          <Button type="submit" loading={check.isPending}>
            {t`Confirm`}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
