import { useLingui } from '@lingui/react/macro';
import { Button, FileButton } from '@mantine/core';
import { IconPaperclip } from '@tabler/icons-react';

/** Chooses files for whatever is being written. */
export function AttachButton({ onFiles }: { onFiles: (files: File[]) => void }) {
  const { t } = useLingui();
  return (
    <FileButton multiple onChange={onFiles}>
      {(props) => (
        <Button
          {...props}
          variant="subtle"
          color="gray"
          size="compact-sm"
          leftSection={<IconPaperclip size={16} aria-hidden />}
        >
          {t`Attach files`}
        </Button>
      )}
    </FileButton>
  );
}
