import { msg, plural } from '@lingui/core/macro';
import { useLingui } from '@lingui/react/macro';
import { Button } from '@mantine/core';
import { IconArrowBackUp, IconArrowBackUpDouble, IconLock } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useEffect, useRef, useState } from 'react';
import { registry } from '../../../app/actions/registry.ts';
import { useActions } from '../../../app/actions/use-actions.ts';
import { notifyDone } from '../../../ui/notify.tsx';
import type { User } from '../../people/queries.ts';
import { useMe } from '../../session/use-me.ts';
import { replyRecipient } from '../article.ts';
import { adoptDrafts, loadDraft } from '../draft.ts';
import { useRecalled } from '../held.ts';
import { type Article, deskSettingsQuery, draftsQuery, type Ticket } from '../queries.ts';
import { everybodyElse } from '../recipients.ts';
import { useSide } from '../side-thread.ts';
import classes from './composer.module.css';
import { ComposerForm } from './composer-form.tsx';

const SideForm = lazy(() => import('./side-form.tsx').then((file) => ({ default: file.SideForm })));

interface Props {
  ticket: Ticket;
  articles: Article[];
  customer: User | undefined;
}

/** Two ways to write, chosen before the first letter: nothing that looks like an answer is ever an internal note. */
export function Composer({ ticket, articles, customer }: Props) {
  const { t, i18n } = useLingui();
  const { me, agent } = useMe();
  const [kind, setKind] = useState<'reply' | 'note' | null>(() => {
    if (loadDraft('reply', ticket.id)) return 'reply';
    return agent && loadDraft('note', ticket.id) ? 'note' : null;
  });
  // A draft that is opened again by itself must not take the focus away from the thread.
  const [asked, setAsked] = useState(false);
  const [toAll, setToAll] = useState(false);
  const others = useOthers(articles, customer, me.email);
  const { start: side, set: setSide } = useSide();
  const beside = side?.article.ticket_id === ticket.id ? side : null;
  const dock = useRef<HTMLElement>(null);
  const last = articles.findLast(({ sender, internal }) => sender !== 'System' && !internal) ?? articles.at(-1);
  const write = (next: 'reply' | 'note', all = false) => {
    setSide(null);
    setAsked(true);
    setToAll(all);
    setKind(next);
    // What is open already takes the keyboard.
    if (kind === next) dock.current?.querySelector<HTMLElement>('[role="textbox"]')?.focus();
  };
  const reply = useRef<HTMLButtonElement>(null);
  const closed = useRef(false);
  const close = () => {
    closed.current = true;
    setToAll(false);
    setKind(null);
  };
  // The keyboard does not fall out of the page with the form.
  useEffect(() => {
    if (kind !== null || !closed.current) return;
    closed.current = false;
    if (document.activeElement === document.body) reply.current?.focus();
  }, [kind]);
  const { data: kept } = useQuery(draftsQuery(ticket.id));
  const adopted = useRef(false);
  const goOn = useRef(true);
  const [round, setRound] = useState(0);
  useEffect(() => {
    // Who has begun to write is not interrupted.
    if (!kept || adopted.current || asked) return;
    adopted.current = true;
    const changed = adoptDrafts(ticket.id, kept.drafts);
    if (changed.length === 0) return;
    if (changed.includes('side')) goOn.current = true;
    setRound((known) => known + 1);
    setKind(loadDraft('reply', ticket.id) ? 'reply' : agent && loadDraft('note', ticket.id) ? 'note' : null);
  }, [kept, asked, ticket.id, agent]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: drafts of elsewhere come with a new round
  useEffect(() => {
    // Words to somebody beside the ticket are gone on with, as a reply is; others of that kind come after them.
    const draft = loadDraft('side', ticket.id);
    const article = articles.find(({ id }) => id === draft?.side?.articleId);
    if (!draft?.side || !article) return;
    const other = beside !== null && (beside.article.id !== article.id || beside.how !== draft.side.how);
    if (other) notifyDone(t`You have a draft of another message. Send or discard it first.`);
    if (other || (beside === null && goOn.current)) setSide({ how: draft.side.how, article });
    goOn.current = false;
  }, [beside, articles, round, ticket.id, setSide, t]);
  const { last: recalled, set: setRecalled } = useRecalled();
  useEffect(() => {
    if (recalled?.ticketId !== ticket.id || recalled.kind === 'new-ticket' || recalled.kind === 'side') return;
    setRecalled(null);
    setAsked(true);
    setToAll(false);
    setKind(recalled.kind);
    setRound((known) => known + 1);
  }, [recalled, setRecalled, ticket.id]);
  const writers = [...new Set(kept?.others.map(({ name }) => name) ?? [])];
  const names = new Intl.ListFormat(i18n.locale).format(writers);
  useActions([
    { id: 'ticket.reply', label: msg`Reply`, section: 'composer', key: 'r', run: () => write('reply') },
    {
      id: 'ticket.reply-all',
      label: msg`Reply all`,
      section: 'composer',
      key: 'Shift+R',
      can: () => others.length > 0 && kind !== 'reply',
      run: () => write('reply', true),
    },
    {
      id: 'ticket.note',
      label: msg`Internal note`,
      section: 'composer',
      key: 'n',
      can: () => agent,
      run: () => write('note'),
    },
    {
      id: 'ticket.forward',
      label: msg`Forward the last message to somebody else`,
      section: 'composer',
      key: 'f',
      can: () => agent && last !== undefined,
      run: () => last && setSide({ how: 'forward', article: last }),
    },
  ]);
  return (
    <section ref={dock} className={classes.dock} aria-label={t`Write a message`}>
      {writers.length > 0 && (
        <div className={classes.others} role="note">
          {plural(writers.length, { one: `${names} has a draft`, other: `${names} have drafts` })}
        </div>
      )}
      {beside ? (
        <Suspense fallback={null}>
          <SideForm
            key={`${beside.how} ${beside.article.id}`}
            ticket={ticket}
            articles={articles}
            start={beside}
            onClose={() => setSide(null)}
          />
        </Suspense>
      ) : kind === null ? (
        <div className={classes.choice}>
          <Button
            ref={reply}
            leftSection={<IconArrowBackUp size={17} aria-hidden />}
            onClick={() => registry.run('ticket.reply')}
          >
            {t`Reply`}
          </Button>
          {others.length > 0 && (
            <Button
              variant="light"
              leftSection={<IconArrowBackUpDouble size={17} aria-hidden />}
              onClick={() => registry.run('ticket.reply-all')}
            >
              {t`Reply all`}
            </Button>
          )}
          {agent && (
            <Button
              variant="default"
              className={classes.noteButton}
              leftSection={<IconLock size={16} aria-hidden />}
              onClick={() => registry.run('ticket.note')}
            >
              {t`Internal note`}
            </Button>
          )}
        </div>
      ) : (
        <ComposerForm
          key={`${kind} ${round}`}
          kind={kind}
          ticket={ticket}
          articles={articles}
          customer={customer}
          autoFocus={asked}
          others={others}
          toAll={toAll}
          onSwitch={agent ? (next) => write(next) : null}
          onClose={close}
        />
      )}
    </section>
  );
}

/** Whom an answer to everybody goes to besides the customer; nobody until it is known which addresses are the desk's own. */
function useOthers(articles: Article[], customer: User | undefined, ownEmail: unknown): string[] {
  const { agent } = useMe();
  const { data: desk } = useQuery({ ...deskSettingsQuery, enabled: agent });
  if (!desk) return [];
  const ours = [...desk.own_addresses, ...(typeof ownEmail === 'string' ? [ownEmail] : [])];
  return everybodyElse(articles, replyRecipient(articles, customer?.email ?? ''), ours);
}
