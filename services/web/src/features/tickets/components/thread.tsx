import { useLingui } from '@lingui/react/macro';
import { Skeleton, Stack } from '@mantine/core';
import { CatchBoundary } from '@tanstack/react-router';
import { Fragment, useEffect, useLayoutEffect, useRef } from 'react';
import { useMe } from '../../session/use-me.ts';
import { firstUnread } from '../article.ts';
import type { Article } from '../queries.ts';
import { ArticleCard } from './article-card.tsx';
import { BrokenArticle } from './broken-article.tsx';
import classes from './thread.module.css';

/** How near to the end counts as reading the end, px. */
const nearEnd = 120;

interface Props {
  articles: Article[] | undefined;
  /** When the reader was here last; undefined where that is not known. */
  since: string | undefined;
}

/** All messages, the newest at the bottom. New ones are announced and keep a reader of the end at the end. */
export function Thread({ articles, since }: Props) {
  const { t } = useLingui();
  const { me } = useMe();
  const unread = firstUnread(articles ?? [], since, me.id);
  const scroller = useRef<HTMLDivElement>(null);
  const known = useRef<Set<number> | null>(null);
  const atEnd = useRef(true);
  const lastTop = useRef(0);
  const last = articles?.at(-1);

  // Frames grow after they load; whoever is at the end stays there.
  useLayoutEffect(() => {
    const element = scroller.current;
    const content = element?.firstElementChild;
    if (!element || !content) return;
    const observer = new ResizeObserver(() => {
      if (atEnd.current) element.scrollTop = element.scrollHeight;
    });
    observer.observe(content);
    // The composer opening below takes room away.
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  const fresh = (article: Article) => known.current !== null && !known.current.has(article.id);
  useEffect(() => {
    if (articles) known.current = new Set([...(known.current ?? []), ...articles.map(({ id }) => id)]);
  }, [articles]);

  return (
    <section
      ref={scroller}
      className={classes.scroller}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
      tabIndex={0}
      aria-label={t`Messages`}
      onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
        // Frames that grow below also fire scroll events; only going up means "I am reading further above".
        const near = scrollHeight - scrollTop - clientHeight < nearEnd;
        if (near || scrollTop < lastTop.current) atEnd.current = near;
        lastTop.current = scrollTop;
      }}
    >
      <Stack gap={10} className={classes.list}>
        {articles ? (
          articles.map((article) => (
            <Fragment key={article.id}>
              {article.id === unread && <div className={classes.unread}>{t`New since you were here`}</div>}
              <CatchBoundary
                getResetKey={() => article.body}
                errorComponent={() => <BrokenArticle article={article} />}
              >
                <ArticleCard article={article} fresh={fresh(article)} />
              </CatchBoundary>
            </Fragment>
          ))
        ) : (
          <Skeleton height={140} />
        )}
      </Stack>
      <div role="status" className={classes.announcement}>
        {last && fresh(last) && t`New message from ${last.from ?? last.created_by}`}
      </div>
    </section>
  );
}
