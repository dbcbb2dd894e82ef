import { useLingui } from '@lingui/react/macro';
import { Button, Group, Modal, Select, Skeleton, Stack, Text, Textarea } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconDownload } from '@tabler/icons-react';
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../../../app/api.ts';
import { notifyDone } from '../../../ui/notify.tsx';
import { problemText } from '../../../ui/problem.ts';
import { Item, ItemList, Section } from '../../../ui/section.tsx';
import { Failed } from '../../../ui/state-messages.tsx';
import { AdminPage } from '../../admin/components/admin-page.tsx';
import { AskButton } from '../../admin/components/ask-button.tsx';
import { readAnew } from '../../admin/queries.ts';
import { FormProblem } from '../../session/components/entry-page.tsx';
import { outgoingQuery, type SetAside, setAsideQuery } from '../queries.ts';
import { SenderPolicy } from './sender-policy.tsx';

const changes = ['mail'];

/** Mails that wait for somebody: those that could not be read or were kept back, and those that do not leave. */
export function QueuesPage() {
  const { t } = useLingui();
  return (
    <AdminPage title={t`Mail queues`} up="mail">
      <Aside
        state="suspended"
        title={t`Mails whose senders are not proven`}
        lead={t`They name somebody, and nothing shows that it is them. Nothing was done with them: whoever lets one in files it as the mail of a customer.`}
      />
      <Aside
        state="quarantined"
        title={t`Mails that could not be read`}
        lead={t`Each of them opened a ticket that says so. They are kept as they came.`}
      />
      <Aside
        state="ignored"
        title={t`Ignored mails`}
        lead={t`Filters kept them from being filed. They are kept as they came.`}
      />
      <Aside
        state="discarded"
        title={t`Discarded mails`}
        lead={t`Somebody has looked after them. They are kept as long as other mails are.`}
      />
      <Outgoing />
      <SenderPolicy />
    </AdminPage>
  );
}

function Aside({ state, title, lead }: { state: SetAside; title: string; lead: string }) {
  const { t, i18n } = useLingui();
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery(
    setAsideQuery(state),
  );
  const mails = data?.pages.flat();
  const time = new Intl.DateTimeFormat(i18n.locale, { dateStyle: 'medium', timeStyle: 'short' });
  return (
    <Section title={title} lead={lead}>
      {!mails && error ? (
        <Failed error={error} onRetry={() => void refetch()} />
      ) : !mails ? (
        <Skeleton height={56} aria-label={t`Loading`} />
      ) : mails.length === 0 ? (
        <Text size="sm">{t`There are none.`}</Text>
      ) : (
        <Stack>
          <ItemList label={title}>
            {mails.map(({ id, from, to, created_at, cause, discarded_because: because }) => (
              <Item
                key={id}
                what={from ?? t`Nobody`}
                facts={[time.format(new Date(created_at)), to.join(', '), cause, because].filter(Boolean).join(' · ')}
              >
                <Group gap="xs">
                  <Button
                    component="a"
                    href={`/api/v1/mail/quarantine/${id}/raw`}
                    download
                    variant="subtle"
                    leftSection={<IconDownload size={16} aria-hidden />}
                    aria-label={t`Download mail ${id}`}
                  >
                    {t`Download`}
                  </Button>
                  {state === 'suspended' && (
                    <AskButton
                      label={t`Let in`}
                      name={t`Let mail ${id} in`}
                      variant="default"
                      question={t`It is filed as the mail of a customer, in the name that it gives. Ask that person first when the mail wants something unusual.`}
                      done={t`The mail is being filed.`}
                      deed={() => call('releaseSuspended', { params: { id } })}
                      changes={changes}
                    />
                  )}
                  <AskButton
                    label={t`Process again`}
                    name={t`Process mail ${id} again`}
                    variant="default"
                    question={t`The mail is read as if it had come just now; it meets the filters as they are now.`}
                    done={t`The mail is being processed.`}
                    deed={() => call('processQuarantined', { params: { id } })}
                    changes={changes}
                  />
                  {state !== 'discarded' && <Discard id={id} />}
                </Group>
              </Item>
            ))}
          </ItemList>
          {hasNextPage && <More busy={isFetchingNextPage} load={() => void fetchNextPage()} />}
        </Stack>
      )}
    </Section>
  );
}

function Discard({ id }: { id: number }) {
  const { t, i18n } = useLingui();
  const cache = useQueryClient();
  const [open, dialog] = useDisclosure(false);
  const [reason, setReason] = useState('');
  const discard = useMutation({
    mutationFn: () => call('discardQuarantined', { params: { id }, body: { reason } }),
    onSuccess: () => {
      dialog.close();
      notifyDone(t`The mail was discarded.`);
      return readAnew(cache, changes);
    },
  });
  return (
    <>
      <Button variant="subtle" color="red" aria-label={t`Discard mail ${id}`} onClick={dialog.open}>
        {t`Discard`}
      </Button>
      <Modal
        opened={open}
        onClose={dialog.close}
        title={t`Discard the mail`}
        closeButtonProps={{ 'aria-label': t`Close` }}
      >
        <form
          onSubmit={(event) => {
            event.preventDefault();
            discard.mutate();
          }}
        >
          <FormProblem>{discard.isError && problemText(i18n, discard.error)}</FormProblem>
          <Stack>
            <Textarea
              label={t`Reason`}
              data-autofocus
              required
              withAsterisk={false}
              autosize
              maxLength={500}
              value={reason}
              onChange={(event) => setReason(event.currentTarget.value)}
            />
            <Group justify="flex-end">
              <Button variant="default" onClick={dialog.close}>
                {t`Cancel`}
              </Button>
              <Button type="submit" loading={discard.isPending}>
                {t`Discard`}
              </Button>
            </Group>
          </Stack>
        </form>
      </Modal>
    </>
  );
}

function Outgoing() {
  const { t, i18n } = useLingui();
  const [state, setState] = useState('failed');
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery(
    outgoingQuery(state),
  );
  const mails = data?.pages.flat();
  const time = new Intl.DateTimeFormat(i18n.locale, { dateStyle: 'medium', timeStyle: 'short' });
  const states = [
    { value: 'failed', label: t`Failed` },
    { value: 'deferred', label: t`Put off` },
    { value: 'queued', label: t`Waiting` },
    { value: 'suppressed', label: t`Held back by a loop guard` },
    { value: 'sent', label: t`Sent` },
  ];
  return (
    <Section
      title={t`Outgoing mails`}
      lead={t`Mails that are put off are tried again by themselves, for two days.`}
      action={
        <Select
          aria-label={t`State`}
          allowDeselect={false}
          data={states}
          value={state}
          onChange={(next) => next && setState(next)}
        />
      }
    >
      {!mails && error ? (
        <Failed error={error} onRetry={() => void refetch()} />
      ) : !mails ? (
        <Skeleton height={56} aria-label={t`Loading`} />
      ) : mails.length === 0 ? (
        <Text size="sm">{t`There are none.`}</Text>
      ) : (
        <Stack>
          <ItemList label={t`Outgoing mails`}>
            {mails.map(({ id, subject, to, created_at, attempts, next_attempt_at: next, last_error }) => (
              <Item
                key={id}
                what={subject}
                facts={[
                  time.format(new Date(created_at)),
                  to.join(', '),
                  t`Tries: ${attempts}`,
                  next && t`Next try: ${time.format(new Date(next))}`,
                  last_error,
                ]
                  .filter(Boolean)
                  .join(' · ')}
              >
                {(state === 'failed' || state === 'deferred') && (
                  <AskButton
                    label={t`Send again`}
                    name={t`Send again: ${subject}`}
                    variant="default"
                    done={t`The mail is on its way.`}
                    deed={() => call('retryOutboundMail', { params: { id } })}
                    changes={changes}
                  />
                )}
              </Item>
            ))}
          </ItemList>
          {hasNextPage && <More busy={isFetchingNextPage} load={() => void fetchNextPage()} />}
        </Stack>
      )}
    </Section>
  );
}

function More({ busy, load }: { busy: boolean; load: () => void }) {
  const { t } = useLingui();
  return (
    <Group justify="center">
      <Button variant="default" loading={busy} onClick={load}>
        {t`Show more`}
      </Button>
    </Group>
  );
}
