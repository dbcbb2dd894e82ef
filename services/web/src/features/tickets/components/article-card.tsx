import { useLingui } from '@lingui/react/macro';
import {
  IconArrowForwardUp,
  IconChevronDown,
  IconHeadset,
  IconLock,
  IconMessageCircle,
  IconSettings,
  type TablerIcon,
} from '@tabler/icons-react';
import { useState } from 'react';
import { Ago } from '../../../ui/ago.tsx';
import { PersonAvatar } from '../../../ui/person-avatar.tsx';
import { useMe } from '../../session/use-me.ts';
import { type ArticleKind, deliveryOf, kindOf, originOf, parseAddress, securityOf, senderProofOf } from '../article.ts';
import { articleTypeLabel } from '../labels.ts';
import type { Article } from '../queries.ts';
import { sideThreadOf } from '../side-thread.ts';
import { ArticleActions } from './article-actions.tsx';
import classes from './article-card.module.css';
import { AttachmentList } from './attachment-list.tsx';
import { DeliveryMark } from './delivery-mark.tsx';
import { MessageBody } from './message-body.tsx';
import { SecurityMark } from './security-mark.tsx';
import { SenderMark } from './sender-mark.tsx';

const icons: Record<ArticleKind, TablerIcon> = {
  customer: IconMessageCircle,
  agent: IconHeadset,
  system: IconSettings,
  note: IconLock,
};

/** One message. Who speaks is said by word, icon and colour. */
export function ArticleCard({ article, fresh }: { article: Article; fresh: boolean }) {
  const { t, i18n } = useLingui();
  const kind = kindOf(article);
  const { agent } = useMe();
  const delivery = agent ? deliveryOf(article) : null;
  const proof = agent ? senderProofOf(article) : null;
  const security = agent ? securityOf(article) : null;
  const origin = agent ? originOf(article) : null;
  const troubled = delivery !== null && delivery.state !== 'queued' && delivery.state !== 'sent';
  // Automatic mail is there to be found, not to be read; one that failed must be seen.
  const [open, setOpen] = useState(kind !== 'system' || troubled);
  const kinds: Record<ArticleKind, string> = {
    customer: t`Customer`,
    agent: t`Agent`,
    system: t`System`,
    note: t`Internal note`,
  };
  const from = parseAddress(article.from ?? '');
  const author = from.name || from.address || article.created_by || kinds[kind];
  const side = sideThreadOf(article);
  const Icon = side === null ? icons[kind] : IconArrowForwardUp;
  const kindName = side === null ? kinds[kind] : t`Side conversation`;
  const head = (
    <>
      {kind !== 'system' && <PersonAvatar name={author} size={30} />}
      <span className={classes.who}>
        <span className={classes.author}>
          {kind === 'system' ? (article.subject ?? articleTypeLabel(i18n, article.type)) : author}
        </span>
        <span className={classes.kind}>
          <Icon size={13} stroke={2.2} aria-hidden />
          {kindName}
        </span>
      </span>
      <span className={classes.when}>
        <span className={classes.type}>{articleTypeLabel(i18n, article.type)} · </span>
        <Ago at={article.created_at} />
        {kind === 'system' && <IconChevronDown size={15} aria-hidden data-open={open || undefined} />}
      </span>
    </>
  );
  return (
    <article
      className={classes.card}
      data-kind={kind}
      data-beside={side ?? undefined}
      data-fresh={fresh || undefined}
      aria-label={`${kindName}: ${author}`}
      id={`article-${article.id}`}
      tabIndex={-1}
    >
      {kind === 'system' ? (
        <button type="button" className={classes.head} aria-expanded={open} onClick={() => setOpen(!open)}>
          {head}
        </button>
      ) : (
        <header className={classes.head}>
          {head}
          {agent && <ArticleActions article={article} />}
        </header>
      )}
      {open && (
        <div className={classes.body}>
          {article.type === 'email' && (article.to || article.cc || article.bcc) && (
            <div className={classes.recipients}>
              {article.to && (
                <span>
                  <span className={classes.field}>{t`To`}</span> {article.to}
                </span>
              )}
              {article.cc && (
                <span>
                  <span className={classes.field}>{t`Cc`}</span> {article.cc}
                </span>
              )}
              {article.bcc && (
                <span>
                  <span className={classes.field}>{t`Bcc`}</span> {article.bcc}
                </span>
              )}
            </div>
          )}
          {origin && (
            <div className={classes.recipients}>
              <span>{t`Sent from ${origin}, which names the sender in Reply-To. Nothing proves that they wrote it.`}</span>
            </div>
          )}
          {proof && <SenderMark proof={proof} />}
          {security && <SecurityMark article={article} security={security} />}
          <MessageBody article={article} author={author} />
          <AttachmentList article={article} />
          {delivery && <DeliveryMark delivery={delivery} />}
        </div>
      )}
    </article>
  );
}
