import { useLingui } from '@lingui/react/macro';
import { Button } from '@mantine/core';
import { useState } from 'react';
import type { Article } from '../queries.ts';
import classes from './article-card.module.css';

/** In place of a message whose display failed: the rest of the thread stays, and the words can still be read. */
export function BrokenArticle({ article }: { article: Article }) {
  const { t } = useLingui();
  const [open, setOpen] = useState(false);
  return (
    <article className={classes.card} id={`article-${article.id}`} tabIndex={-1}>
      <div className={classes.body} role="alert">
        <p>{t`This message cannot be shown.`}</p>
        <Button size="compact-sm" variant="default" aria-expanded={open} onClick={() => setOpen(!open)}>
          {open ? t`Hide its raw text` : t`Show its raw text`}
        </Button>
        {open && <pre className={classes.raw}>{article.body}</pre>}
      </div>
    </article>
  );
}
