import { msg } from '@lingui/core/macro';
import { useLingui } from '@lingui/react/macro';
import { Button, Modal } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconTrash } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { registry } from '../../../app/actions/registry.ts';
import { useActions } from '../../../app/actions/use-actions.ts';
import { useShell } from '../../../app/shell/store.ts';
import type { Ticket } from '../queries.ts';
import { useOrderJob } from '../use-order-job.ts';
import { BulkDelete } from './bulk-deeds.tsx';

/** Deletes this ticket for good, once somebody has said so; what became of it is told where jobs are watched. */
export function TicketDeletion({ ticket: { id, number } }: { ticket: Ticket }) {
  const { t } = useLingui();
  const navigate = useNavigate();
  const [opened, dialog] = useDisclosure(false);
  const order = useOrderJob(() => {
    dialog.close();
    void navigate({ to: '/tickets', search: useShell.getState().lastList });
  }, t`The ticket was not deleted`);
  useActions([{ id: 'ticket.delete', label: msg`Delete the ticket`, section: 'ticket', run: dialog.open }]);
  return (
    <>
      <Button
        size="compact-xs"
        variant="subtle"
        color="red"
        leftSection={<IconTrash size={14} aria-hidden />}
        onClick={() => registry.run('ticket.delete')}
      >
        {t`Delete the ticket`}
      </Button>
      <Modal
        opened={opened}
        onClose={dialog.close}
        title={t`Delete #${number}`}
        closeButtonProps={{ 'aria-label': t`Close` }}
      >
        <BulkDelete
          count={1}
          busy={order.isPending}
          onRun={() => order.mutate({ ticket_ids: [id], perform: { 'ticket.action': { value: 'delete' } } })}
          onCancel={dialog.close}
        />
      </Modal>
    </>
  );
}
