import { msg } from '@lingui/core/macro';
import { useLingui } from '@lingui/react/macro';
import { ActionIcon, Button, Group, Modal, Select, Stack } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconArrowMerge, IconLink, IconX } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { registry } from '../../../app/actions/registry.ts';
import { useActions } from '../../../app/actions/use-actions.ts';
import { type LinkType, linksQuery, statesQuery, type Ticket } from '../queries.ts';
import { stateTypeOf } from '../state-type.ts';
import { useLinking } from '../use-ties.ts';
import { StateBadge } from './badges.tsx';
import panel from './side-panel.module.css';
import { TicketPicker } from './ticket-picker.tsx';
import classes from './ticket-ties.module.css';

/** Tickets that this one is linked with, and a way to link it. */
export function TicketLinks({ ticket }: { ticket: Ticket }) {
  const { t } = useLingui();
  const { data: links = [] } = useQuery(linksQuery(ticket.id));
  const { data: states } = useQuery(statesQuery);
  const merged = stateTypeOf(states?.find(({ id }) => id === ticket.state_id)) === 'merged';
  const { add, remove } = useLinking(ticket.id);
  const [adding, dialog] = useDisclosure(false);
  useActions([{ id: 'ticket.link', label: msg`Link a ticket`, section: 'ticket', key: 'l', run: dialog.open }]);
  const typeNames = useTypeNames();
  return (
    <>
      {links.length > 0 && (
        <ul className={panel.tickets}>
          {links.map(({ type, ticket: other }) => {
            const state = states?.find(({ id }) => id === other.state_id);
            return (
              <li key={`${type} ${other.id}`} className={classes.link}>
                <Link to="/tickets/$id" params={{ id: String(other.id) }} className={panel.ticket}>
                  {type !== 'normal' && <span className={classes.linkType}>{typeNames[type]}</span>}
                  <span className={panel.ticketTitle}>{other.title}</span>
                  {state && <StateBadge state={state.name} type={stateTypeOf(state)} />}
                </Link>
                <ActionIcon
                  size={24}
                  aria-label={t`Remove the link with #${other.number}`}
                  onClick={() => remove({ type, other })}
                >
                  <IconX size={14} aria-hidden />
                </ActionIcon>
              </li>
            );
          })}
        </ul>
      )}
      <Group gap={4}>
        <Button
          size="compact-xs"
          variant="subtle"
          color="gray"
          leftSection={<IconLink size={14} aria-hidden />}
          onClick={() => registry.run('ticket.link')}
        >
          {t`Link a ticket`}
        </Button>
        {!merged && (
          <Button
            size="compact-xs"
            variant="subtle"
            color="gray"
            leftSection={<IconArrowMerge size={14} aria-hidden />}
            onClick={() => registry.run('ticket.merge')}
          >
            {t`Merge into…`}
          </Button>
        )}
      </Group>
      <AddLink
        ticket={ticket}
        opened={adding}
        onClose={dialog.close}
        onAdd={(type, other) => {
          add({ type, other });
          dialog.close();
        }}
      />
    </>
  );
}

interface AddLinkProps {
  ticket: Ticket;
  opened: boolean;
  onClose: () => void;
  onAdd: (type: LinkType, other: Ticket) => void;
}

function AddLink({ ticket, opened, onClose, onAdd }: AddLinkProps) {
  const { t } = useLingui();
  const typeNames = useTypeNames();
  const [type, setType] = useState<LinkType>('normal');
  const [other, setOther] = useState<Ticket | null>(null);
  return (
    <Modal opened={opened} onClose={onClose} title={t`Link a ticket`} closeButtonProps={{ 'aria-label': t`Close` }}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (other) onAdd(type, other);
        }}
      >
        <Stack>
          <TicketPicker label={t`Other ticket`} except={ticket.id} onChange={setOther} />
          <Select
            label={t`To this ticket it is`}
            data={(['normal', 'parent', 'child'] as const).map((value) => ({ value, label: typeNames[value] }))}
            value={type}
            onChange={(value) => value && setType(value as LinkType)}
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {t`Cancel`}
            </Button>
            <Button type="submit" disabled={!other}>
              {t`Link the tickets`}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

function useTypeNames(): Record<LinkType, string> {
  const { t } = useLingui();
  return { normal: t`Related`, parent: t`Parent`, child: t`Child` };
}
