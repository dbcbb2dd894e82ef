import { useLingui } from '@lingui/react/macro';
import { Button, Code, CopyButton, Text } from '@mantine/core';

/** Something to be put elsewhere, with what it is and a button that copies it. */
export function Copied({ what, text }: { what: string; text: string }) {
  const { t } = useLingui();
  return (
    <div>
      <Text size="sm" mb={4}>
        {what}
      </Text>
      <Code block style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
        {text}
      </Code>
      <CopyButton value={text}>
        {({ copied, copy }) => (
          <Button variant="default" size="compact-sm" mt="xs" onClick={copy}>
            {copied ? t`Copied` : t`Copy`}
          </Button>
        )}
      </CopyButton>
    </div>
  );
}
