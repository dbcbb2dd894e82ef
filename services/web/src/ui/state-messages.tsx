import { useLingui } from '@lingui/react/macro';
import { Button, Stack, Text, Title } from '@mantine/core';
import { IconCloudOff, type TablerIcon } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { problemText } from './problem.ts';

export function Empty({ icon: Icon, title, children }: { icon: TablerIcon; title: string; children?: ReactNode }) {
  return (
    <Stack align="center" gap={6} py={64} px="md" ta="center">
      <Icon size={36} stroke={1.4} color="var(--hm-muted)" aria-hidden />
      <Title order={2} mt={4}>
        {title}
      </Title>
      {children && (
        <Text c="dimmed" maw={420} component="div">
          {children}
        </Text>
      )}
    </Stack>
  );
}

export function Failed({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  const { t, i18n } = useLingui();
  return (
    <div role="alert">
      <Empty icon={IconCloudOff} title={t`This could not be loaded`}>
        {problemText(i18n, error)}
        <div>
          <Button variant="default" mt="md" onClick={onRetry}>
            {t`Try again`}
          </Button>
        </div>
      </Empty>
    </div>
  );
}
