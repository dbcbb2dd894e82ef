import { Plural } from '@lingui/react/macro';
import { Progress, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useMe } from '../../session/use-me.ts';
import { slaProgressQuery } from '../queries.ts';

/** How many open tickets still have due times of before a change; nothing when all follow the rules as they are. */
export function SlaProgress() {
  const { may } = useMe();
  const { data } = useQuery({ ...slaProgressQuery, enabled: may('admin.sla') });
  const { remaining = 0, total = 0 } = data ?? {};
  return (
    <div role="status">
      {remaining > 0 && (
        <Stack gap={6} mb="md">
          <Text size="sm">
            <Plural
              value={remaining}
              one="# open ticket still has to get its due times anew."
              other="# open tickets still have to get their due times anew."
            />
          </Text>
          <Progress value={(100 * (total - remaining)) / total} aria-hidden />
        </Stack>
      )}
    </div>
  );
}
