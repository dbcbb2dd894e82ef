import { plural } from '@lingui/core/macro';
import { Trans, useLingui } from '@lingui/react/macro';
import { Button, Group, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import type { Ticket } from '../queries.ts';
import { TicketPicker } from './ticket-picker.tsx';

interface Props {
  /** The chosen tickets; of a whole list null, those that are not loaded are among them. */
  ids: ReadonlySet<number> | null;
  count: number;
  busy: boolean;
}

/** One ticket that all the others become part of, and what that means. */
export function BulkMerge({ ids, count, busy, onRun }: Props & { onRun: (targetId: number) => void }) {
  const { t } = useLingui();
  const [target, setTarget] = useState<Ticket | null>(null);
  const others = target && ids?.has(target.id) ? count - 1 : count;
  const merged = plural(others, { one: '# ticket becomes part of:', other: '# tickets become part of:' });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (target) onRun(target.id);
      }}
    >
      <Stack>
        <TicketPicker label={t`Target ticket`} except={0} onChange={setTarget} />
        {target && (
          <div role="status">
            <Text size="sm">{merged}</Text>
            <Text fw={550}>
              #{target.number} {target.title}
            </Text>
          </div>
        )}
        <Text size="sm" c="dimmed">
          {t`Their messages, tags, links and subscribers move to the target. The merge can be undone.`}
        </Text>
        <Group justify="flex-end">
          <Button type="submit" disabled={!target || others === 0} loading={busy}>
            {t`Merge`}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

/** What is lost, said before it is. White on red.9 is 5.5:1. */
export function BulkDelete({
  count,
  busy,
  onRun,
  onCancel,
}: Omit<Props, 'ids'> & Record<'onRun' | 'onCancel', () => void>) {
  const { t } = useLingui();
  const label = plural(count, { one: 'Delete # ticket', other: 'Delete # tickets' });
  return (
    <Stack>
      <Text>
        <Trans>
          Their messages, files, notes and history are gone for good, for their customers as well. This cannot be
          undone.
        </Trans>
      </Text>
      <Text size="sm" c="dimmed">
        {t`Tickets under a legal hold stay. Who deleted which ticket is in the audit log.`}
      </Text>
      <Group justify="flex-end">
        <Button variant="default" data-autofocus onClick={onCancel}>
          {t`Cancel`}
        </Button>
        <Button color="red.9" loading={busy} onClick={onRun}>
          {label}
        </Button>
      </Group>
    </Stack>
  );
}
