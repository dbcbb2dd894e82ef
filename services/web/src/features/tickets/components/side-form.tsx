import { useLingui } from '@lingui/react/macro';
import { ActionIcon, Button, Group, Skeleton, TagsInput, Text, Tooltip } from '@mantine/core';
import { IconArrowForwardUp, IconSend2, IconX } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { lazy, Suspense, useCallback, useMemo, useRef, useState } from 'react';
import { call } from '../../../app/api.ts';
import { notifyDone, notifyProblem } from '../../../ui/notify.tsx';
import { problemText } from '../../../ui/problem.ts';
import { Failed } from '../../../ui/state-messages.tsx';
import { absoluteTime } from '../../../ui/time.ts';
import { isAddress, splitAddresses } from '../article.ts';
import { type Draft, type DraftFile, isBlank, loadDraft, newFormId } from '../draft.ts';
import { recall, undoSeconds } from '../held.ts';
import { type Article, type Ticket, ticketKeys } from '../queries.ts';
import { forwarded, partnersOf, type SideStart, sideThreadOf } from '../side-thread.ts';
import { asHtml, splitQuery } from '../split.ts';
import { useKeptDraft } from '../use-kept-draft.ts';
import { useUploads } from '../use-uploads.ts';
import { AttachButton } from './attach-button.tsx';
import classes from './composer.module.css';
import { UploadList } from './upload-list.tsx';

const RichEditor = lazy(() => import('./rich-editor.tsx').then(({ RichEditor: Editor }) => ({ default: Editor })));

interface Props {
  ticket: Ticket;
  articles: Article[];
  start: SideStart;
  onClose: () => void;
}

/** Words to somebody beside the ticket: a message passed on with its files, or the answer in such a conversation. */
export function SideForm(props: Props) {
  const { start, ticket } = props;
  const [kept] = useState(() => draftOf(ticket.id, start));
  if (kept) {
    return <Form {...props} kept={kept} html={kept.html} files={kept.files} formId={() => kept.formId} />;
  }
  return start.how === 'forward' ? <Forward {...props} /> : <Form {...props} html="" files={[]} formId={newFormId} />;
}

/** What was written already in this very conversation. */
function draftOf(ticketId: number, { how, article }: SideStart): Draft | null {
  const held = loadDraft('side', ticketId);
  return held?.side?.how === how && held.side.articleId === article.id ? held : null;
}

function Forward(props: Props) {
  const { t, i18n } = useLingui();
  const { article } = props.start;
  const [formId] = useState(newFormId);
  // Its files are put beside the new text, where those that are not to go can be taken away.
  const query = useQuery(splitQuery({ ticketId: article.ticket_id, articleId: article.id }, formId));
  if (query.error) return <Failed error={query.error} onRetry={() => void query.refetch()} />;
  if (!query.data) return <Skeleton height={150} m="sm" />;
  const html = forwarded(asHtml(article), [
    [t`From`, article.from],
    [t`To`, article.to],
    [t`Date`, absoluteTime(i18n.locale, Date.parse(article.created_at))],
    [t`Subject`, article.subject],
  ]);
  return <Form {...props} html={html} files={query.data.files} formId={() => formId} />;
}

function Form({
  ticket,
  articles,
  start: { how, article },
  onClose,
  kept,
  ...begin
}: Props & { kept?: Draft; html: string; files: DraftFile[]; formId: () => string }) {
  const { t, i18n } = useLingui();
  const cache = useQueryClient();
  const side = how === 'answer' ? sideThreadOf(article) : null;
  const [first] = useState(() => (side === null ? [] : partnersOf(articles, side)));
  const [to, setTo] = useState<string[]>(() => (kept ? splitAddresses(kept.to) : first));
  const [cc, setCc] = useState<string[]>(() => splitAddresses(kept?.cc));
  const [html, setHtml] = useState(begin.html);
  const [formId] = useState(begin.formId);
  const [tried, setTried] = useState(false);
  const uploads = useUploads(formId, begin.files);
  const { files } = uploads;
  const whole = useMemo((): Draft | null => {
    const begun =
      to.join() !== first.join() || cc.length > 0 || html !== begin.html || files.length !== begin.files.length;
    const draft = { html, to: to.join(', '), cc: cc.join(', '), bcc: '', subject: '', formId, files };
    // A message that is only laid ready to be passed on is no draft yet.
    return begun || kept ? { ...draft, side: { how, articleId: article.id } } : null;
  }, [html, to, cc, files, formId, first, begin.html, begin.files, kept, how, article.id]);
  const over = useKeptDraft('side', ticket.id, whole);
  const wrong = [...to, ...cc].find((address) => !isAddress(address));
  const blank = isBlank(html);
  const problem = () => {
    if (to.length === 0) return t`Say first whom this goes to.`;
    if (wrong) return t`“${wrong}” is not an e-mail address.`;
    if (blank) return t`Write a text first.`;
    return uploads.busy ? t`Files are still being uploaded.` : null;
  };
  const names = to.join(', ');
  const reader = to[0];
  const send = useMutation({
    mutationFn: async () => {
      const words = {
        ...{ type: 'email', side_thread: side ?? ('new' as const), to: names, cc: cc.join(', ') },
        ...{ subject: ticket.title, body: html, content_type: 'text/html' as const },
        ...(uploads.files.length > 0 && { form_id: formId }),
      };
      const seconds = await undoSeconds(cache);
      if (seconds === 0) {
        await call('createArticle', { body: { ...words, ticket_id: ticket.id } });
        return { held: null, seconds };
      }
      return { held: await call('holdArticle', { params: { id: ticket.id }, body: { article: words } }), seconds };
    },
    onSuccess: ({ held, seconds }) => {
      over();
      for (const key of [ticketKeys.articles(ticket.id), ticketKeys.history(ticket.id), ticketKeys.held(ticket.id)]) {
        void cache.invalidateQueries({ queryKey: key });
      }
      const back = () => {
        if (!held) return;
        recall(cache, held.id).then(
          () => notifyDone(t`It was not sent; its text is an internal note that you can go on with`),
          (error: unknown) => notifyProblem(i18n, t`It could not be taken back`, error),
        );
      };
      const done = t`On its way to ${to.join(', ')}`;
      if (held) notifyDone(done, { label: t`Take back`, run: back, ms: seconds * 1000 });
      else notifyDone(done);
      onClose();
    },
  });
  const submit = () => {
    setTried(true);
    if (!problem() && !send.isPending) send.mutate();
  };
  const submitNow = useRef(submit);
  submitNow.current = submit;
  const onSubmit = useCallback(() => submitNow.current(), []);
  const discard = () => {
    over();
    for (const each of uploads.list) uploads.remove(each.key);
    onClose();
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the button beside it does the same
    <div
      className={classes.form}
      data-kind="note"
      onKeyDown={(event) => {
        if (event.key === 'Escape' && !event.defaultPrevented && isBlank(html)) discard();
      }}
    >
      <div className={classes.bar}>
        <span className={classes.kind}>
          <IconArrowForwardUp size={16} aria-hidden />
          {how === 'forward' ? t`Forward` : t`Side conversation`}
        </span>
        <Text size="xs" c="inherit" className={classes.audience}>
          {t`The customer learns nothing of this, nor of the answers.`}
        </Text>
        <Group gap={2} wrap="nowrap" ml="auto">
          <Tooltip label={t`Discard and close`}>
            <ActionIcon size={26} aria-label={t`Discard and close`} onClick={discard}>
              <IconX size={16} aria-hidden />
            </ActionIcon>
          </Tooltip>
        </Group>
      </div>
      <div className={classes.recipients}>
        {(
          [
            [t`To`, to, setTo],
            [t`Cc`, cc, setCc],
          ] as const
        ).map(([label, value, onChange]) => (
          <TagsInput
            key={label}
            aria-label={label}
            leftSection={<span className={classes.fieldName}>{label}</span>}
            variant="unstyled"
            size="sm"
            value={value}
            onChange={onChange}
            acceptValueOnBlur
            splitChars={[',', ';', ' ']}
            className={classes.addresses}
          />
        ))}
      </div>
      <Suspense fallback={<Skeleton height={150} m="sm" />}>
        <RichEditor
          label={t`Text to somebody beside the ticket`}
          html={html}
          modulesFor={ticket.id}
          autoFocus
          invalid={tried && blank}
          onChange={setHtml}
          onFiles={uploads.add}
          onSubmit={onSubmit}
        />
      </Suspense>
      <UploadList uploads={uploads} />
      <div className={classes.foot}>
        <div role="alert" className={classes.problem}>
          {tried && problem()}
          {send.isError && problemText(i18n, send.error)}
        </div>
        <div className={classes.buttons}>
          <AttachButton onFiles={uploads.add} />
          <span className={classes.spacer} />
          <Button leftSection={<IconSend2 size={16} aria-hidden />} loading={send.isPending} onClick={submit}>
            <span className={classes.sendLabel}>{reader ? t`Send to ${reader}` : t`Send`}</span>
          </Button>
        </div>
      </div>
    </div>
  );
}
