import { useLingui } from '@lingui/react/macro';
import { Button } from '@mantine/core';
import { IconDots } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import { attachmentUrl, contentIdOf, provenSenderOf } from '../article.ts';
import type { Article } from '../queries.ts';
import { foldHtml, foldText } from '../quote.ts';
import { MessageFrame } from './message-frame.tsx';
import { MessageText } from './message-text.tsx';

/** The body of one article, its trailing quotation and signature folded away. */
export function MessageBody({ article, author }: { article: Article; author: string }) {
  const { t } = useLingui();
  const [open, setOpen] = useState(false);
  const html = article.content_type.startsWith('text/html');
  const { visible, folded, quotes } = useMemo(
    () => (html ? foldHtml(article.body) : foldText(article.body)),
    [article.body, html],
  );
  const cids = useMemo(
    () =>
      new Map(
        article.attachments.flatMap((attachment) => {
          const cid = contentIdOf(attachment);
          return cid ? [[cid, `${attachmentUrl(article, attachment)}?view=inline`] as const] : [];
        }),
      ),
    [article],
  );
  const shown = open ? article.body : visible;
  const said = open ? t`Hide quoted text` : t`Show quoted text`;
  const signed = open ? t`Hide signature` : t`Show signature`;
  return (
    <>
      {html ? (
        <MessageFrame html={shown} title={t`Message from ${author}`} cids={cids} sender={provenSenderOf(article)} />
      ) : (
        <MessageText text={shown} />
      )}
      {folded !== '' && (
        <Button
          size="compact-xs"
          variant="default"
          mt={8}
          leftSection={<IconDots size={14} aria-hidden />}
          aria-expanded={open}
          onClick={() => setOpen(!open)}
        >
          {quotes ? said : signed}
        </Button>
      )}
    </>
  );
}
