import { useLingui } from '@lingui/react/macro';
import { Button, Group, Skeleton, Stack, Switch, Text, Textarea } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../../../app/api.ts';
import { notifyDone, notifyProblem } from '../../../ui/notify.tsx';
import { Section } from '../../../ui/section.tsx';
import { Failed } from '../../../ui/state-messages.tsx';
import { signUpQuery } from '../../session/queries.ts';
import { keyOf, settingsQuery } from '../queries.ts';
import { AdminPage } from './admin-page.tsx';
import { AskButton } from './ask-button.tsx';

/** The desk is closed for a while, and people are told why. */
export function MaintenancePage() {
  const { t, i18n } = useLingui();
  const cache = useQueryClient();
  const { data, error, refetch } = useQuery(settingsQuery);
  const [draft, setDraft] = useState<string>();
  const update = useMutation({
    mutationFn: ({ id, value }: { id: number; value: unknown }) =>
      call('updateSetting', { params: { id }, body: { state_current: { value } } }),
    onSuccess: () => notifyDone(t`The setting was saved.`),
    onError: (problem) => notifyProblem(i18n, t`Nothing was changed`, problem),
    onSettled: () =>
      Promise.all([
        cache.invalidateQueries({ queryKey: keyOf('sign-in', 'settings') }),
        cache.invalidateQueries({ queryKey: signUpQuery.queryKey }),
      ]),
  });
  const named = (wanted: string) => data?.find(({ name }) => name === wanted);
  const [mode, told, message] = [
    named('maintenance_mode'),
    named('maintenance_login'),
    named('maintenance_login_message'),
  ];
  const reload = named('maintenance_reload_at');
  const kept = String(message?.state_current.value ?? '');
  const text = draft ?? kept;
  if (error) return <Failed error={error} onRetry={() => void refetch()} />;
  return (
    <AdminPage title={t`Maintenance`}>
      {mode && told && message ? (
        <>
          <Section
            title={t`Closing the desk`}
            lead={t`While it is closed only those who may maintain it can sign in or go on working. Mail is taken in and becomes tickets all the same, and nothing is lost.`}
          >
            <Switch
              label={t`The desk is closed for maintenance`}
              checked={mode.state_current.value === true}
              disabled={update.isPending}
              onChange={(event) => update.mutate({ id: mode.id, value: event.currentTarget.checked })}
            />
          </Section>
          {reload && (
            <Section
              title={t`Open pages`}
              lead={t`Everybody who has the desk open is asked to load the page anew, after an update for example.`}
            >
              <AskButton
                label={t`Ask all to load anew`}
                question={t`A bar above the page asks everybody who works now, and you as well. When they do it is up to them.`}
                done={t`All open pages ask for it.`}
                deed={() =>
                  call('updateSetting', {
                    params: { id: reload.id },
                    body: { state_current: { value: new Date().toISOString() } },
                  })
                }
                changes={['sign-in']}
              />
            </Section>
          )}
          <Section title={t`Message`} lead={t`Whoever wants to sign in reads it, in these very words.`}>
            <Stack>
              <Textarea
                label={t`Text`}
                placeholder={t`We are moving to new machines and are back on Monday at eight.`}
                autosize
                minRows={2}
                maxLength={1_000}
                value={text}
                onChange={(event) => setDraft(event.currentTarget.value)}
              />
              <Group>
                <Button
                  disabled={text === kept}
                  loading={update.isPending}
                  onClick={() =>
                    update.mutate({ id: message.id, value: text.trim() }, { onSuccess: () => setDraft(undefined) })
                  }
                >
                  {t`Save`}
                </Button>
                {text !== kept && (
                  <Button variant="default" onClick={() => setDraft(undefined)}>
                    {t`Discard`}
                  </Button>
                )}
              </Group>
              <Switch
                label={t`Show it while the desk is open as well`}
                description={t`To announce what is coming.`}
                checked={told.state_current.value === true}
                disabled={update.isPending}
                onChange={(event) => update.mutate({ id: told.id, value: event.currentTarget.checked })}
              />
            </Stack>
          </Section>
        </>
      ) : data ? (
        <Text>{t`You are not allowed to do that.`}</Text>
      ) : (
        <Skeleton height={160} />
      )}
    </AdminPage>
  );
}
