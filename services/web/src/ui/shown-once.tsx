import { useLingui } from '@lingui/react/macro';
import { Alert, Button, Code, CopyButton, Group, Stack, Text } from '@mantine/core';
import { IconCheck, IconCopy, IconKey } from '@tabler/icons-react';

/** Something to be copied to elsewhere, with a button that does. */
export function Copyable({ label, value }: { label?: string; value: string }) {
  const { t } = useLingui();
  return (
    <div>
      {label && (
        <Text size="sm" fw={600}>
          {label}
        </Text>
      )}
      <Group gap="xs" align="stretch">
        <Code block flex="1 1 200px" miw={0} style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
          {value}
        </Code>
        <CopyButton value={value}>
          {({ copied, copy }) => (
            <Button
              variant="default"
              aria-label={label ? t`Copy: ${label}` : undefined}
              onClick={copy}
              leftSection={copied ? <IconCheck size={16} aria-hidden /> : <IconCopy size={16} aria-hidden />}
            >
              {copied ? t`Copied` : t`Copy`}
            </Button>
          )}
        </CopyButton>
      </Group>
    </div>
  );
}

interface Props {
  /** What is to be done now. */
  note: string;
  values: readonly { label?: string; value: string }[];
  onClose: () => void;
}

/** A secret that nobody can read again, with what belongs to it. */
export function ShownOnce({ note, values, onClose }: Props) {
  const { t } = useLingui();
  return (
    <Stack>
      <Alert color="mesh" variant="light" icon={<IconKey aria-hidden />} role="status">
        {note}
      </Alert>
      {values.map(({ label, value }) => (
        <Copyable key={value} value={value} {...(label !== undefined && { label })} />
      ))}
      <Group justify="flex-end">
        <Button autoFocus onClick={onClose}>{t`Done`}</Button>
      </Group>
    </Stack>
  );
}
