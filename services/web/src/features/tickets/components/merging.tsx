import { msg } from '@lingui/core/macro';
import { Trans, useLingui } from '@lingui/react/macro';
import { Button, Group, Modal, Skeleton, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconArrowMerge } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useActions } from '../../../app/actions/use-actions.ts';
import { Ago } from '../../../ui/ago.tsx';
import { parseAddress } from '../article.ts';
import { articlesQuery, linksQuery, type Ticket } from '../queries.ts';
import { useMerge, useUndoMerge } from '../use-ties.ts';
import { TicketPicker } from './ticket-picker.tsx';
import classes from './ticket-ties.module.css';
import { excerptOf } from './waiting-item.tsx';

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
    <div role="note" className={classes.notice}>
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
          {target && <MergePreview from={ticket} into={target} />}
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

/** The messages of both as they will stand in the target. */
function MergePreview({ from, into }: { from: Ticket; into: Ticket }) {
  const { t } = useLingui();
  const { data: own } = useQuery(articlesQuery(from.id));
  const { data: theirs } = useQuery(articlesQuery(into.id));
  if (!own || !theirs) return <Skeleton height={90} />;
  const thread = [...own, ...theirs].sort((a, b) => a.created_at.localeCompare(b.created_at));
  return (
    <div>
      <Text size="sm" fw={600} id="merged-thread">
        {t`#${into.number} will hold:`}
      </Text>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <ol className={classes.preview} aria-labelledby="merged-thread" tabIndex={0}>
        {thread.map((article) => (
          <li key={article.id} data-moves={article.ticket_id === from.id || undefined}>
            <span className={classes.previewHead}>
              <span>#{article.ticket_id === from.id ? from.number : into.number}</span>
              <span>{parseAddress(article.from ?? '').name || article.from || article.created_by}</span>
              <Ago at={article.created_at} />
            </span>
            <span className={classes.previewText}>{excerptOf(article.body)}</span>
          </li>
        ))}
      </ol>
    </div>
  );
}
