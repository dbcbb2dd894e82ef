import { useLingui } from '@lingui/react/macro';
import { Badge, Button, Skeleton, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Item, ItemList, Section } from '../../../ui/section.tsx';
import { Failed } from '../../../ui/state-messages.tsx';
import { fileSize } from '../../../ui/time.ts';
import { rawMailRetentionQuery, retentionRulesQuery } from '../queries.ts';
import { actionLabels } from '../retention-labels.ts';
import classes from './admin-page.module.css';

/** How long tickets are kept. */
export function RetentionRules() {
  const { t, i18n } = useLingui();
  const { data, error, refetch } = useQuery(retentionRulesQuery);
  return (
    <Section
      title={t`Retention rules`}
      lead={t`What becomes of closed tickets in which nothing happened for a long time.`}
      action={
        <Button component={Link} to="/admin/data-protection/retention/new" variant="default">
          {t`New rule`}
        </Button>
      }
    >
      {error ? (
        <Failed error={error} onRetry={() => void refetch()} />
      ) : !data ? (
        <Skeleton height={56} aria-label={t`Loading`} />
      ) : data.length === 0 ? (
        <Text size="sm">{t`There are none: tickets are kept for ever.`}</Text>
      ) : (
        <ItemList label={t`Retention rules`}>
          {data.map(({ id, name, active, action, older_than_days: days }) => (
            <Item
              key={id}
              what={
                <Link to="/admin/data-protection/retention/$id" params={{ id: String(id) }} className={classes.link}>
                  {name}
                </Link>
              }
              facts={`${i18n._(actionLabels[action])} · ${t`after ${days} days`}`}
            >
              <Badge size="sm" variant={active ? 'light' : 'default'} color="mesh">
                {active ? t`Active` : t`Off`}
              </Badge>
            </Item>
          ))}
        </ItemList>
      )}
    </Section>
  );
}

/** How long mails are kept as they came. */
export function RawMails() {
  const { t, i18n } = useLingui();
  const { data, error, refetch } = useQuery(rawMailRetentionQuery);
  return (
    <Section title={t`Mails as they came`} lead={t`The operator sets how long they are kept: RAW_MAIL_KEEP_DAYS.`}>
      {error ? (
        <Failed error={error} onRetry={() => void refetch()} />
      ) : !data ? (
        <Skeleton height={56} aria-label={t`Loading`} />
      ) : data.keep_days === 0 ? (
        <Text size="sm">{t`They are kept for ever.`}</Text>
      ) : (
        <ItemList label={t`Mails as they came`}>
          <Item
            what={t`Kept for ${data.keep_days} days`}
            facts={t`Older ones: ${data.due} (${fileSize(i18n.locale, data.due_bytes)}). Of these stay for an open or held ticket: ${data.needed}. Unreadable ones wait for you in any case: ${data.quarantined}.`}
          />
        </ItemList>
      )}
    </Section>
  );
}
