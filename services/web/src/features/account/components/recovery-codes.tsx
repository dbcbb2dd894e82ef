import { useLingui } from '@lingui/react/macro';
import { Alert, Button, CopyButton, Group, Stack, Text } from '@mantine/core';
import { IconCheck, IconCopy, IconDownload, IconKey } from '@tabler/icons-react';
import classes from './account-page.module.css';

/** New recovery codes, on screen this once. */
export function RecoveryCodeList({ codes, onDone }: { codes: readonly string[]; onDone: () => void }) {
  const { t } = useLingui();
  const text = `${codes.join('\n')}\n`;
  return (
    <Stack>
      <Alert color="mesh" variant="light" icon={<IconKey aria-hidden />} role="status">
        {t`Keep these recovery codes in a safe place. Each opens your account once when you have lost your other factors. They are not shown again.`}
      </Alert>
      <ul className={classes.codes} aria-label={t`Recovery codes`}>
        {codes.map((code) => (
          <li key={code}>
            <code>{code}</code>
          </li>
        ))}
      </ul>
      <Group justify="space-between">
        <Group gap="xs">
          <CopyButton value={text}>
            {({ copied, copy }) => (
              <Button
                variant="default"
                onClick={copy}
                leftSection={copied ? <IconCheck size={16} aria-hidden /> : <IconCopy size={16} aria-hidden />}
              >
                {copied ? t`Copied` : t`Copy`}
              </Button>
            )}
          </CopyButton>
          <Button
            variant="default"
            component="a"
            href={`data:text/plain;charset=utf-8,${encodeURIComponent(text)}`}
            download="helpmesh-recovery-codes.txt"
            leftSection={<IconDownload size={16} aria-hidden />}
          >
            {t`Save as a file`}
          </Button>
        </Group>
        <Button onClick={onDone}>{t`I have kept them`}</Button>
      </Group>
      <Text size="xs" c="dimmed">
        {t`Whoever has a code and your password can sign in as you.`}
      </Text>
    </Stack>
  );
}
