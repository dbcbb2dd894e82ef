import { Plural, useLingui } from '@lingui/react/macro';
import { Modal, Skeleton, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Item, ItemList } from '../../ui/section.tsx';
import { Failed } from '../../ui/state-messages.tsx';
import classes from '../admin/components/admin-page.module.css';
import { type ReportAsked, reportTicketsQuery } from './queries.ts';

interface Props {
  /** Of which number; null: of none. */
  behind: { name: string; asked: ReportAsked } | null;
  onClose: () => void;
}

/** The tickets that a number counts, of those that one may read. */
export function ReportTickets({ behind, onClose }: Props) {
  const { t } = useLingui();
  return (
    <Modal
      opened={behind !== null}
      onClose={onClose}
      title={behind?.name}
      size="lg"
      closeButtonProps={{ 'aria-label': t`Close` }}
    >
      {behind && <Tickets name={behind.name} asked={behind.asked} />}
    </Modal>
  );
}

function Tickets({ name, asked }: { name: string; asked: ReportAsked }) {
  const { t } = useLingui();
  const { data, error, refetch } = useQuery(reportTicketsQuery(asked));
  if (!data && error) return <Failed error={error} onRetry={() => void refetch()} />;
  if (!data) return <Skeleton height={56} aria-label={t`Loading`} />;
  const { tickets, count } = data;
  if (count === 0) return <Text size="sm">{t`None that you may read.`}</Text>;
  return (
    <Stack gap="xs">
      <ItemList label={name}>
        {tickets.map(({ id, number, title }) => (
          <Item
            key={id}
            what={
              <Link to="/tickets/$id" params={{ id: String(id) }} className={classes.link}>
                {title}
              </Link>
            }
            facts={`#${number}`}
          />
        ))}
      </ItemList>
      {count > tickets.length && (
        <Text size="sm" c="dimmed">
          <Plural value={count - tickets.length} one="and # more" other="and # more" />
        </Text>
      )}
    </Stack>
  );
}
