import { useLingui } from '@lingui/react/macro';
import { Button, FileButton, Skeleton } from '@mantine/core';
import { IconPaperclip } from '@tabler/icons-react';
import { lazy, type ReactNode, Suspense } from 'react';
import type { useUploads } from '../use-uploads.ts';
import classes from './new-ticket-page.module.css';
import { UploadList } from './upload-list.tsx';

const RichEditor = lazy(() => import('./rich-editor.tsx').then(({ RichEditor: Editor }) => ({ default: Editor })));

interface Props {
  uploads: ReturnType<typeof useUploads>;
  error: ReactNode;
  /** Must stay the same function: the editor is made once. */
  onChange: (html: string) => void;
  /** Likewise. */
  onSubmit: () => void;
}

/** The first message of a new ticket, with its attachments. */
export function TicketText({ uploads, error, onChange, onSubmit }: Props) {
  const { t } = useLingui();
  return (
    <div>
      <div className={classes.bodyLabel} aria-hidden>
        {t`Text`}
      </div>
      <div className={classes.editor} data-invalid={error ? true : undefined}>
        <Suspense fallback={<Skeleton height={170} />}>
          <RichEditor
            label={t`Text`}
            html=""
            autoFocus={false}
            invalid={Boolean(error)}
            onChange={onChange}
            onFiles={uploads.add}
            onSubmit={onSubmit}
          />
        </Suspense>
        <UploadList uploads={uploads} />
        <div className={classes.attach}>
          <FileButton multiple onChange={(chosen) => uploads.add(chosen)}>
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
        </div>
      </div>
      {error && <div className={classes.error}>{error}</div>}
    </div>
  );
}

/** The keyboard goes to the first field that needs a hand. */
export function focusFirst(errors: Record<string, unknown>): void {
  const order = ['customer', 'title', 'group', 'pendingTime', 'body'];
  const field = order.find((name) => errors[name]);
  const selector = field === 'body' ? '.ProseMirror' : `[data-field="${field}"]`;
  const element = document.querySelector<HTMLElement>(selector);
  const target = element?.matches('input, .ProseMirror') ? element : element?.querySelector<HTMLElement>('input');
  target?.focus();
}
