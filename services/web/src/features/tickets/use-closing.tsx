import { plural } from '@lingui/core/macro';
import { useLingui } from '@lingui/react/macro';
import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { checklistQuery, type Ticket } from './queries.ts';

/** Asks before a ticket is closed while its checklist has open items. */
export function useClosing({ id, checklist_id }: Ticket): {
  /** Does it at once, or once somebody said so. */
  close: (deed: () => void) => void;
  question: ReactNode;
} {
  const { t } = useLingui();
  const { data: list } = useQuery({ ...checklistQuery(id, checklist_id), enabled: checklist_id !== null });
  const [asked, setAsked] = useState<(() => void) | null>(null);
  const open = list?.items.filter(({ checked }) => !checked).length ?? 0;
  const cancel = () => setAsked(null);
  return {
    close: (deed) => (open > 0 ? setAsked(() => deed) : deed()),
    question: (
      <Modal
        opened={asked !== null}
        onClose={cancel}
        title={t`Close with open items?`}
        closeButtonProps={{ 'aria-label': t`Close` }}
      >
        <Stack>
          <Text>
            {plural(open, {
              one: 'The checklist of this ticket has # item that is not done.',
              other: 'The checklist of this ticket has # items that are not done.',
            })}
          </Text>
          <Group justify="flex-end">
            <Button variant="default" data-autofocus onClick={cancel}>
              {t`Keep it open`}
            </Button>
            <Button
              onClick={() => {
                cancel();
                asked?.();
              }}
            >
              {t`Close the ticket`}
            </Button>
          </Group>
        </Stack>
      </Modal>
    ),
  };
}
