import { Plural, useLingui } from '@lingui/react/macro';
import { Button, Group, Modal, Skeleton, Stack, Text } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { fileFor } from '../../app/api.ts';
import { notifyProblem } from '../../ui/notify.tsx';
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

const formats = [
  { format: 'csv', label: 'CSV' },
  { format: 'xlsx', label: 'Excel' },
];

function Tickets({ name, asked }: { name: string; asked: ReportAsked }) {
  const { t, i18n } = useLingui();
  const { data, error, refetch } = useQuery(reportTicketsQuery(asked));
  const save = useMutation({
    mutationFn: async (format: string) => {
      const file = await fileFor('/api/v1/reports/sets', { ...asked, sheet: true, format });
      const href = URL.createObjectURL(file);
      Object.assign(document.createElement('a'), { href, download: `report.${format}` }).click();
      // The browser holds it by then.
      setTimeout(() => URL.revokeObjectURL(href), 60_000);
    },
    onError: (problem) => notifyProblem(i18n, t`The file could not be fetched`, problem),
  });
  if (!data && error) return <Failed error={error} onRetry={() => void refetch()} />;
  if (!data) return <Skeleton height={56} aria-label={t`Loading`} />;
  const { tickets, count } = data;
  if (count === 0) return <Text size="sm">{t`None that you may read.`}</Text>;
  return (
    <Stack gap="xs">
      <Group justify="flex-end" gap="xs">
        {formats.map(({ format, label }) => (
          <Button
            key={format}
            variant="default"
            size="compact-sm"
            leftSection={<IconDownload size={16} aria-hidden />}
            loading={save.isPending && save.variables === format}
            onClick={() => save.mutate(format)}
          >
            {label}
          </Button>
        ))}
      </Group>
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
