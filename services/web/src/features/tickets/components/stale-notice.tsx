import { useLingui } from '@lingui/react/macro';
import { Button } from '@mantine/core';
import { IconMessageExclamation } from '@tabler/icons-react';
import { parseAddress } from '../article.ts';
import type { Article } from '../queries.ts';
import classes from './stale-notice.module.css';

interface Props {
  articles: Article[];
  onSendAnyway: () => void;
  onLook: () => void;
}

const excerptLength = 160;

/** Stops a reply once when somebody else wrote in the meantime. */
export function StaleNotice({ articles, onSendAnyway, onLook }: Props) {
  const { t } = useLingui();
  const last = articles.at(-1);
  const from = parseAddress(last?.from ?? '');
  const who = from.name || from.address || last?.created_by;
  const excerpt = (last?.body ?? '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, excerptLength);
  return (
    <div role="alert" className={classes.notice}>
      <IconMessageExclamation size={20} aria-hidden />
      <div>
        <strong>{t`${who} wrote while you were writing`}</strong>
        <p className={classes.excerpt}>{excerpt}</p>
        <div className={classes.buttons}>
          <Button size="compact-sm" onClick={onLook}>
            {t`Look at it first`}
          </Button>
          <Button size="compact-sm" variant="default" onClick={onSendAnyway}>
            {t`Send anyway`}
          </Button>
        </div>
      </div>
    </div>
  );
}
