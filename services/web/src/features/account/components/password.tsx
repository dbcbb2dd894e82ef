import { useLingui } from '@lingui/react/macro';
import { Button, Checkbox, Group, PasswordInput, Stack } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../../../app/api.ts';
import { notifyDone } from '../../../ui/notify.tsx';
import { problemText } from '../../../ui/problem.ts';
import { Section } from '../../../ui/section.tsx';
import { FormProblem } from '../../session/components/entry-page.tsx';

export function Password() {
  const { t, i18n } = useLingui();
  const cache = useQueryClient();
  const [old, setOld] = useState('');
  const [next, setNext] = useState('');
  const [endTokens, setEndTokens] = useState(false);
  const change = useMutation({
    mutationFn: () =>
      call('changePassword', { body: { password_old: old, password_new: next, end_tokens: endTokens } }),
    onSuccess: () => {
      setOld('');
      setNext('');
      notifyDone(t`Your new password works from now on. You are signed out everywhere else.`);
      return cache.invalidateQueries({ queryKey: ['account'] });
    },
  });
  const toggle = { 'aria-label': t`Show or hide what I type` };
  return (
    <Section
      title={t`Password`}
      lead={t`A new one signs you out everywhere else, and applications must ask you again.`}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          change.mutate();
        }}
      >
        <FormProblem>{change.isError && problemText(i18n, change.error)}</FormProblem>
        <Stack maw={360}>
          <PasswordInput
            label={t`Present password`}
            autoComplete="current-password"
            required
            withAsterisk={false}
            value={old}
            onChange={(event) => setOld(event.currentTarget.value)}
            visibilityToggleButtonProps={toggle}
          />
          <PasswordInput
            label={t`New password`}
            autoComplete="new-password"
            required
            withAsterisk={false}
            minLength={10}
            value={next}
            onChange={(event) => setNext(event.currentTarget.value)}
            visibilityToggleButtonProps={toggle}
          />
          <Checkbox
            label={t`End my API tokens as well`}
            checked={endTokens}
            onChange={(event) => setEndTokens(event.currentTarget.checked)}
          />
          <Group>
            <Button type="submit" variant="default" loading={change.isPending}>
              {t`Change the password`}
            </Button>
          </Group>
        </Stack>
      </form>
    </Section>
  );
}
