import { useLingui } from '@lingui/react/macro';
import { Button, Stack, Text, Title } from '@mantine/core';
import { IconCloudOff, type TablerIcon } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { problemText } from './problem.ts';

interface Props {
  icon: TablerIcon;
  title: string;
  /** 1 where nothing else is on the page. */
  level?: 1 | 2;
  children?: ReactNode;
}

export function Empty({ icon: Icon, title, level = 2, children }: Props) {
  return (
    <Stack align="center" gap={6} py={64} px="md" ta="center">
      <Icon size={36} stroke={1.4} color="var(--hm-muted)" aria-hidden />
      <Title order={level} mt={4}>
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
