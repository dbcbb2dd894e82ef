import { Group, Text } from '@mantine/core';

/** Numbers beside each other, each with what it counts. @param amounts  undefined while one is on its way */
export function Amounts({ amounts }: { amounts: readonly (readonly [what: string, amount: string | undefined])[] }) {
  return (
    <Group gap="xl">
      {amounts.map(([what, amount]) => (
        <div key={what}>
          <Text size="xl" fw={600}>
            {amount ?? '…'}
          </Text>
          <Text size="sm" c="dimmed">
            {what}
          </Text>
        </div>
      ))}
    </Group>
  );
}
