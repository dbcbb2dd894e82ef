import { msg } from '@lingui/core/macro';
import { Trans, useLingui } from '@lingui/react/macro';
import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconArrowMerge } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useActions } from '../../../app/actions/use-actions.ts';
import { linksQuery, type Ticket } from '../queries.ts';
import { useMerge, useUndoMerge } from '../use-ties.ts';
import { TicketPicker } from './ticket-picker.tsx';
import classes from './ticket-ties.module.css';

/** Merging this ticket into another one; of a merged ticket where it went, and the way back. */
export function Merging({ ticket, merged }: { ticket: Ticket; merged: boolean }) {
  const [opened, dialog] = useDisclosure(false);
  useActions([
    {
      id: 'ticket.merge',
      label: msg`Merge into another ticket`,
      section: 'ticket',
      key: 'Shift+M',
      can: () => !merged,
      run: dialog.open,
    },
  ]);
  return (
    <>
      {merged && <MergedNotice ticket={ticket} />}
      <MergeDialog key={ticket.id} ticket={ticket} opened={opened} onClose={dialog.close} />
    </>
  );
}

function MergedNotice({ ticket }: { ticket: Ticket }) {
  const { t } = useLingui();
  const { data: links = [] } = useQuery(linksQuery(ticket.id));
  const { undo, busy } = useUndoMerge();
  const parent = links.find(({ type }) => type === 'parent')?.ticket;
  return (
    <div role="note" className={classes.merged}>
      <IconArrowMerge size={18} aria-hidden />
      <span>
        {parent ? (
          <Trans>
            This ticket was merged into{' '}
            <Link to="/tickets/$id" params={{ id: String(parent.id) }}>
              #{parent.number} {parent.title}
            </Link>
            .
          </Trans>
        ) : (
          <Trans>This ticket was merged into another one.</Trans>
        )}
      </span>
      <Button size="compact-sm" variant="default" loading={busy} onClick={() => undo(ticket)}>
        {t`Undo the merge`}
      </Button>
    </div>
  );
}

function MergeDialog({ ticket, opened, onClose }: { ticket: Ticket; opened: boolean; onClose: () => void }) {
  const { t } = useLingui();
  const { merge, busy } = useMerge(ticket);
  const [target, setTarget] = useState<Ticket | null>(null);
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t`Merge #${ticket.number} into…`}
      closeButtonProps={{ 'aria-label': t`Close` }}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (target) merge(target);
        }}
      >
        <Stack>
          <TicketPicker label={t`Target ticket`} except={ticket.id} onChange={setTarget} />
          <Text size="sm" c="dimmed">
            {t`Its messages, tags, links and subscribers move to the target. The merge can be undone.`}
          </Text>
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {t`Cancel`}
            </Button>
            <Button type="submit" disabled={!target} loading={busy}>
              {t`Merge`}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
