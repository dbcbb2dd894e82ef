import { useLingui } from '@lingui/react/macro';
import { Button, Group, Stack, Text } from '@mantine/core';
import { otherEnd } from './call.ts';
import type { Call } from './queries.ts';

interface Props {
  call: Call;
  /** @param customerId  who calls, as far as that is known */
  onNewTicket: (customerId: number | undefined) => void;
  onAll: () => void;
}

/** Who rings, and what an agent begins with. Stands outside of the pages, so it leads nowhere by itself. */
export function RingingCall({ call, onNewTicket, onAll }: Props) {
  const { t } = useLingui();
  const { people, number } = otherEnd(call);
  const [only] = people.length === 1 ? people : [];
  return (
    <Stack gap="xs">
      <Text size="sm">
        {people.length > 0 ? number : t`This number is nobody's that is known here.`}
        {call.queue && ` · ${call.queue}`}
      </Text>
      <Group gap="xs">
        <Button size="compact-sm" onClick={() => onNewTicket(only?.id)}>
          {t`New ticket`}
        </Button>
        <Button size="compact-sm" variant="default" onClick={onAll}>
          {t`All calls`}
        </Button>
      </Group>
    </Stack>
  );
}
