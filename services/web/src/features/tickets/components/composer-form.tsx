import { msg, plural } from '@lingui/core/macro';
import { useLingui } from '@lingui/react/macro';
import { ActionIcon, Button, Group, Skeleton, TagsInput, Text, Tooltip } from '@mantine/core';
import {
  IconArrowBackUp,
  IconArrowBackUpDouble,
  IconClockShare,
  IconLock,
  IconSend2,
  IconTrash,
  IconUsersGroup,
  IconX,
} from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type DragEvent, lazy, Suspense, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useActions } from '../../../app/actions/use-actions.ts';
import { call } from '../../../app/api.ts';
import { notifyDone, notifyProblem } from '../../../ui/notify.tsx';
import { problemText } from '../../../ui/problem.ts';
import { absoluteTime } from '../../../ui/time.ts';
import { nameOf, type User } from '../../people/queries.ts';
import { useWriting } from '../../presence/present.ts';
import { useMe } from '../../session/use-me.ts';
import { arrivedSince, isAddress, parseAddress, replyRecipient, splitAddresses } from '../article.ts';
import { type Draft, isBlank, loadDraft, newFormId } from '../draft.ts';
import { type HeldArticle, recall, undoSeconds } from '../held.ts';
import { type Article, articlesQuery, statesQuery, type Ticket, ticketKeys } from '../queries.ts';
import { readersOf, withOthers } from '../recipients.ts';
import { park } from '../shared-draft.ts';
import { useAfterClose } from '../use-after-close.ts';
import { useClosing } from '../use-closing.tsx';
import { useKeptDraft } from '../use-kept-draft.ts';
import { useSharesDrafts } from '../use-shares-drafts.ts';
import { useUploads } from '../use-uploads.ts';
import { AttachButton } from './attach-button.tsx';
import { ChooseTime } from './choose-time.tsx';
import classes from './composer.module.css';
import { SealingChoice, useSealing } from './sealing.tsx';
import { StaleNotice } from './stale-notice.tsx';
import { noTime, spentOf, TimeSpent } from './time-spent.tsx';
import { UploadList } from './upload-list.tsx';

const RichEditor = lazy(() => import('./rich-editor.tsx').then(({ RichEditor: Editor }) => ({ default: Editor })));

interface Props {
  kind: 'reply' | 'note';
  ticket: Ticket;
  articles: Article[];
  customer: User | undefined;
  autoFocus: boolean;
  /** Who else had the last mail. */
  others: string[];
  /** It answers all of them. */
  toAll: boolean;
  /** Null when there is only one kind to write. */
  onSwitch: ((kind: 'reply' | 'note') => void) | null;
  onClose: () => void;
}

interface Sending {
  evenIfStale: boolean;
  close: boolean;
  /** ISO-8601 UTC; null: now, but for the time to take it back. */
  sendAt: string | null;
}

export function ComposerForm({ kind, ticket, articles, customer, autoFocus, others, toAll, onSwitch, onClose }: Props) {
  const { t, i18n } = useLingui();
  const cache = useQueryClient();
  const { me, agent } = useMe();
  const isNote = kind === 'note';
  const { data: states = [] } = useQuery(statesQuery);
  const [draft, setDraft] = useState<Draft>(() => {
    const begun = loadDraft(kind, ticket.id) ?? {
      html: '',
      to: isNote || !agent ? '' : replyRecipient(articles, customer?.email ?? ''),
      cc: '',
      bcc: '',
      subject: '',
      formId: newFormId(),
      files: [],
    };
    return toAll ? withOthers(begun, others) : begun;
  });
  /** Whom it goes to is still ours to say: nobody chose, here or in a draft. */
  const [toIsOpen, setToIsOpen] = useState(
    () => !isNote && agent && draft.to === '' && loadDraft(kind, ticket.id) === null,
  );
  useEffect(() => {
    // Whoever is quick begins before it is known who the customer is.
    if (!toIsOpen || !customer) return;
    setToIsOpen(false);
    const to = replyRecipient(articles, customer.email ?? '');
    if (to !== '') setDraft((known) => ({ ...known, to }));
  }, [toIsOpen, customer, articles]);
  const [shown, setShown] = useState({ cc: false, bcc: false });
  const [tried, setTried] = useState(false);
  const [spent, setSpent] = useState(noTime);
  const [dragging, setDragging] = useState(false);
  const sharing = useSharesDrafts(ticket);
  const uploads = useUploads(draft.formId, draft.files);
  const closing = useClosing(ticket);
  const afterClose = useAfterClose();
  /** The newest article this text was written in view of. */
  const seenId = useRef(Math.max(0, ...articles.map(({ id }) => id)));
  const [arrived, setArrived] = useState<Article[]>([]);
  const [later, setLater] = useState(false);

  const { files } = uploads;
  const whole = useMemo(() => ({ ...draft, files }), [draft, files]);
  const over = useKeptDraft(kind, ticket.id, whole);

  const to = splitAddresses(draft.to);
  const cc = splitAddresses(draft.cc);
  const bcc = splitAddresses(draft.bcc);
  const wrong = [...to, ...cc, ...bcc].find((address) => !isAddress(address));
  const byMail = !isNote && agent && to.length > 0;
  const recipients = [...to, ...cc].filter(isAddress).map((line) => parseAddress(line).address);
  const readers = readersOf(draft);
  const missing = withOthers(draft, others) !== draft;
  const sealing = useSealing(ticket.group_id, recipients, byMail);
  const customerName = customer ? nameOf(customer) : t`the customer`;
  const blank = isBlank(draft.html);
  const problem = () => {
    if (blank) return t`Write a text first.`;
    if (wrong) return t`“${wrong}” is not an e-mail address.`;
    if (byMail && bcc.length > 0 && sealing.wishes.encrypt)
      return t`An encrypted mail cannot have hidden recipients: it would show whose keys open it.`;
    return null;
  };

  const send = useMutation({
    mutationFn: async ({ evenIfStale, close, sendAt }: Sending) => {
      if (!isNote && !evenIfStale) {
        const thread = await cache.fetchQuery({ ...articlesQuery(ticket.id), staleTime: 0 });
        const news = arrivedSince(thread, seenId.current, me.id);
        if (news.length > 0) return { news };
      }
      const article = {
        type: isNote ? 'note' : byMail ? 'email' : agent ? 'note' : 'web',
        internal: isNote,
        body: draft.html,
        content_type: 'text/html' as const,
        ...(byMail ? { to: to.join(', '), cc: cc.join(', '), bcc: bcc.join(', '), subject: ticket.title } : {}),
        ...(byMail && sealing.preferences && { preferences: sealing.preferences }),
        ...(files.length > 0 ? { form_id: draft.formId } : {}),
        ...spentOf(spent),
      };
      const closed = states.find((state) => state.name === 'closed');
      const seconds = isNote || !agent ? 0 : await undoSeconds(cache);
      if (sendAt !== null || seconds > 0) {
        const held = await call('holdArticle', {
          params: { id: ticket.id },
          body: {
            article,
            ...(close && closed && { ticket: { state_id: closed.id } }),
            ...(sendAt !== null && { send_at: sendAt }),
          },
        });
        return { held, seconds };
      }
      if (close && closed) {
        await call('updateTicket', { params: { id: ticket.id }, body: { state_id: closed.id, article } });
        return { article: null };
      }
      return { article: await call('createArticle', { body: { ...article, ticket_id: ticket.id } }) };
    },
    onSuccess: (result, { close, sendAt }) => {
      if (result.news) {
        setArrived(result.news);
        return;
      }
      over();
      const { article, held } = result;
      if (article) {
        cache.setQueryData<Article[]>(ticketKeys.articles(ticket.id), (thread) =>
          !thread || thread.some(({ id }) => id === article.id) ? thread : [...thread, article],
        );
      }
      for (const key of [
        ticketKeys.articles(ticket.id),
        ticketKeys.one(ticket.id),
        ticketKeys.history(ticket.id),
        ticketKeys.held(ticket.id),
        ticketKeys.lists,
        ticketKeys.counts,
      ]) {
        void cache.invalidateQueries({ queryKey: key });
      }
      if (held) tellOfHeld(held, result.seconds);
      else
        notifyDone(isNote ? t`Internal note saved` : byMail ? t`On its way to ${to.join(', ')}` : t`Reply published`);
      onClose();
      if (close && sendAt === null) afterClose();
    },
  });
  const tellOfHeld = (held: HeldArticle, seconds: number) => {
    if (held.scheduled) {
      const time = absoluteTime(i18n.locale, Date.parse(held.send_at));
      notifyDone(t`Will be sent at ${time}`);
      return;
    }
    const back = () => {
      recall(cache, held.id).then(
        () => notifyDone(t`It is a draft again`),
        (error: unknown) => notifyProblem(i18n, t`It could not be taken back`, error),
      );
    };
    const done = byMail ? t`On its way to ${to.join(', ')}` : t`Reply published`;
    notifyDone(done, { label: t`Take back`, run: back, ms: seconds * 1000 });
  };
  const parking = useMutation({
    mutationFn: () => park(ticket.id, { ...draft, files }, { type: byMail ? 'email' : 'note' }),
    onSuccess: () => {
      over();
      void cache.invalidateQueries({ queryKey: ticketKeys.sharedDraft(ticket.id) });
      notifyDone(t`Your colleagues can go on with it`);
      onClose();
    },
    onError: (error) => notifyProblem(i18n, t`The change was not saved`, error),
  });
  const submit = (options: Partial<Sending> = {}) => {
    setTried(true);
    if (problem() || uploads.busy || send.isPending) return;
    send.mutate({ evenIfStale: false, close: false, sendAt: null, ...options });
  };
  const submitNow = useRef(submit);
  submitNow.current = submit;
  const onSubmit = useCallback(() => submitNow.current(), []);
  const setWriting = useWriting((state) => state.set);
  useEffect(() => () => setWriting(null), [setWriting]);
  const onChange = useCallback(
    (html: string) => {
      setDraft((known) => ({ ...known, html }));
      setWriting({ ticketId: ticket.id, kind });
    },
    [setWriting, ticket.id, kind],
  );
  const close = () => onClose();
  const discard = () => {
    for (const each of uploads.list) uploads.remove(each.key);
    over();
    onClose();
  };
  useActions([
    { id: 'composer.send', label: msg`Send`, section: 'composer', key: '$mod+Enter', run: () => submit() },
    {
      id: 'composer.later',
      label: msg`Send later`,
      section: 'composer',
      can: () => !isNote && agent,
      run: () => setLater(true),
    },
    { id: 'composer.discard', label: msg`Discard the draft`, section: 'composer', run: discard },
  ]);

  const first = to[0] ?? '';
  const sendLabel = isNote
    ? t`Save internal note`
    : !byMail
      ? agent
        ? t`Publish for ${customerName}`
        : t`Send reply`
      : readers > 1
        ? plural(readers, { one: 'Send to # person outside', other: 'Send to # people outside' })
        : t`Send to ${first}`;
  const onDrop = (event: DragEvent) => {
    setDragging(false);
    if (event.dataTransfer.files.length === 0) return;
    event.preventDefault();
    uploads.add(event.dataTransfer.files);
  };

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping has a button beside it that does the same
    <div
      className={classes.form}
      data-kind={kind}
      data-dragging={dragging || undefined}
      onDragOver={(event) => {
        if (!event.dataTransfer.types.includes('Files')) return;
        event.preventDefault();
        setDragging(true);
      }}
      onDragLeave={() => setDragging(false)}
      onDrop={onDrop}
      onKeyDown={(event) => {
        if (event.key === 'Escape' && !event.defaultPrevented) close();
      }}
    >
      <div className={classes.bar}>
        <span className={classes.kind}>
          {isNote ? <IconLock size={15} aria-hidden /> : <IconArrowBackUp size={16} aria-hidden />}
          {isNote ? t`Internal note` : t`Reply`}
        </span>
        <Text size="xs" c="inherit" className={classes.audience}>
          {isNote
            ? t`Only agents see this. Nothing is sent.`
            : byMail
              ? t`The customer gets this as an e-mail.`
              : agent
                ? t`No e-mail address is known: the customer sees this on the ticket page only.`
                : t`The service desk gets your message.`}
        </Text>
        <Group gap={2} wrap="nowrap" ml="auto">
          {onSwitch && (
            <Button size="compact-xs" variant="subtle" color="gray" onClick={() => onSwitch(isNote ? 'reply' : 'note')}>
              {isNote ? t`Write a reply instead` : t`Write a note instead`}
            </Button>
          )}
          <Tooltip label={t`Close; the draft is kept`}>
            <ActionIcon size={26} aria-label={t`Close; the draft is kept`} onClick={close}>
              <IconX size={16} aria-hidden />
            </ActionIcon>
          </Tooltip>
        </Group>
      </div>
      {!isNote && agent && (
        <div className={classes.recipients}>
          <TagsInput
            aria-label={t`To`}
            leftSection={<span className={classes.fieldName}>{t`To`}</span>}
            variant="unstyled"
            size="sm"
            value={to}
            onChange={(value) => {
              setToIsOpen(false);
              setDraft({ ...draft, to: value.join(', ') });
            }}
            acceptValueOnBlur
            splitChars={[',', ';', ' ']}
            className={classes.addresses}
          />
          {(
            [
              ['cc', t`Cc`, t`Add Cc`, cc],
              ['bcc', t`Bcc`, t`Add Bcc`, bcc],
            ] as const
          ).map(([field, label, add, value]) =>
            shown[field] || value.length > 0 ? (
              <TagsInput
                key={field}
                aria-label={label}
                leftSection={<span className={classes.fieldName}>{label}</span>}
                leftSectionWidth={38}
                variant="unstyled"
                size="sm"
                value={value}
                onChange={(next) => setDraft({ ...draft, [field]: next.join(', ') })}
                acceptValueOnBlur
                splitChars={[',', ';', ' ']}
                className={classes.addresses}
              />
            ) : (
              <Button
                key={field}
                size="compact-xs"
                variant="subtle"
                color="gray"
                onClick={() => setShown({ ...shown, [field]: true })}
              >
                {add}
              </Button>
            ),
          )}
          {missing && (
            <Button
              size="compact-xs"
              variant="subtle"
              leftSection={<IconArrowBackUpDouble size={15} aria-hidden />}
              onClick={() => setDraft(withOthers(draft, others))}
              mr="xs"
            >
              {t`Reply all`}
            </Button>
          )}
        </div>
      )}
      <Suspense fallback={<Skeleton height={150} m="sm" />}>
        <RichEditor
          label={isNote ? t`Text of the internal note` : t`Text of the reply`}
          html={draft.html}
          {...(agent && { modulesFor: ticket.id })}
          autoFocus={autoFocus}
          invalid={tried && blank}
          onChange={onChange}
          onFiles={uploads.add}
          onSubmit={onSubmit}
        />
      </Suspense>
      {byMail && <SealingChoice sealing={sealing} />}
      <UploadList uploads={uploads} />
      {agent && <TimeSpent spent={spent} onChange={setSpent} />}
      {arrived.length > 0 && (
        <StaleNotice
          articles={arrived}
          onSendAnyway={() => submit({ ...send.variables, evenIfStale: true })}
          onLook={() => {
            seenId.current = Math.max(...arrived.map(({ id }) => id));
            setArrived([]);
            document.getElementById(`article-${arrived[0]?.id}`)?.focus();
          }}
        />
      )}
      <div className={classes.foot}>
        <div role="alert" className={classes.problem}>
          {tried && (problem() ?? (uploads.busy ? t`Files are still being uploaded.` : null))}
          {send.isError && problemText(i18n, send.error)}
        </div>
        <div className={classes.buttons}>
          <AttachButton onFiles={uploads.add} />
          <Tooltip label={t`Discard the draft`}>
            <ActionIcon aria-label={t`Discard the draft`} onClick={discard}>
              <IconTrash size={16} aria-hidden />
            </ActionIcon>
          </Tooltip>
          {!isNote && sharing && (
            <Tooltip label={t`Park for colleagues`}>
              <ActionIcon
                aria-label={t`Park for colleagues`}
                disabled={blank || uploads.busy}
                loading={parking.isPending}
                onClick={() => parking.mutate()}
              >
                <IconUsersGroup size={16} aria-hidden />
              </ActionIcon>
            </Tooltip>
          )}
          <span className={classes.spacer} />
          {!isNote && agent && (
            <Button
              variant="default"
              disabled={send.isPending}
              onClick={() => closing.close(() => submit({ close: true }))}
            >
              {t`Send and close`}
            </Button>
          )}
          {!isNote && agent && (
            <Tooltip label={t`Send later`}>
              <ActionIcon
                size={36}
                variant="default"
                aria-label={t`Send later`}
                disabled={send.isPending}
                onClick={() => setLater(true)}
              >
                <IconClockShare size={18} aria-hidden />
              </ActionIcon>
            </Tooltip>
          )}
          <Button
            className={isNote ? classes.saveNote : undefined}
            leftSection={isNote ? <IconLock size={16} aria-hidden /> : <IconSend2 size={16} aria-hidden />}
            loading={send.isPending}
            onClick={() => submit()}
          >
            <span className={classes.sendLabel}>{sendLabel}</span>
          </Button>
        </div>
      </div>
      {closing.question}
      <ChooseTime
        opened={later}
        title={t`Send later`}
        action={t`Send then`}
        onClose={() => setLater(false)}
        onChosen={(sendAt) => {
          setLater(false);
          submit({ sendAt });
        }}
      />
    </div>
  );
}
