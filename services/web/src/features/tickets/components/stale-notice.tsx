import { useLingui } from '@lingui/react/macro';
import { Alert, Button, Group } from '@mantine/core';
import { IconMessageExclamation } from '@tabler/icons-react';
import { parseAddress } from '../article.ts';
import type { Article } from '../queries.ts';

interface Props {
  articles: Article[];
  onSendAnyway: () => void;
  onLook: () => void;
}

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
    .slice(0, 160);
  return (
    <Alert
      role="alert"
      color="yellow"
      variant="light"
      m="sm"
      icon={<IconMessageExclamation aria-hidden />}
      title={t`${who} wrote while you were writing`}
    >
      {excerpt}
      <Group mt="sm" gap="xs">
        <Button size="compact-sm" onClick={onLook}>
          {t`Look at it first`}
        </Button>
        <Button size="compact-sm" variant="default" onClick={onSendAnyway}>
          {t`Send anyway`}
        </Button>
      </Group>
    </Alert>
  );
}
