import { useLingui } from '@lingui/react/macro';
import { Button, Group, Text, Title } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { notifyDone, notifyProblem } from '../../../ui/notify.tsx';
import { type HeldTicket, heldTicketsQuery, recallTicket, useTakenBack } from '../held-ticket.ts';
import { ticketKeys } from '../queries.ts';
import { HeldTickets } from './held-tickets.tsx';
import classes from './new-ticket-page.module.css';

/** A new ticket that was sent and may be taken back: the page waits for it, or has it again. */
export function useWaiting() {
  const { t, i18n } = useLingui();
  const cache = useQueryClient();
  const navigate = useNavigate();
  const taken = useTakenBack(({ last }) => last);
  const [id, setId] = useState<number | null>(null);
  useEffect(() => {
    if (taken) setId(null);
  }, [taken]);
  const begin = (held: HeldTicket, seconds: number) => {
    const to = held.ticket.article?.to ?? '';
    const back = () => {
      recallTicket(cache, held.id).then(
        () => {
          notifyDone(t`It is a draft again`);
          return navigate({ to: '/tickets/new' });
        },
        (error: unknown) => notifyProblem(i18n, t`It could not be taken back`, error),
      );
    };
    notifyDone(t`On its way to ${to}`, { label: t`Take back`, run: back, ms: seconds * 1000 });
    useTakenBack.getState().set(null);
    setId(held.id);
  };
  return { id, taken, begin, end: () => setId(null) };
}

/** In place of the form: what waits, until it is a ticket to go to. */
export function OnItsWay({ id, onAnother }: { id: number; onAnother: () => void }) {
  const { t } = useLingui();
  const cache = useQueryClient();
  const navigate = useNavigate();
  const { data } = useQuery(heldTicketsQuery);
  const opened = data?.find((one) => one.id === id)?.ticket_id ?? null;
  useEffect(() => {
    if (opened === null) return;
    void cache.invalidateQueries({ queryKey: ticketKeys.lists });
    void cache.invalidateQueries({ queryKey: ticketKeys.counts });
    void navigate({ to: '/tickets/$id', params: { id: String(opened) }, replace: true });
  }, [opened, cache, navigate]);
  return (
    <div className={classes.page}>
      <title>{t`New ticket · Helpmesh`}</title>
      <Title order={1} mb="sm">{t`New ticket`}</Title>
      <HeldTickets />
      <Group justify="space-between">
        <Text size="sm" c="dimmed">{t`The ticket is opened when its e-mail goes out.`}</Text>
        <Button variant="default" onClick={onAnother}>
          {t`Another new ticket`}
        </Button>
      </Group>
    </div>
  );
}
