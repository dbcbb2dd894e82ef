import { useLingui } from '@lingui/react/macro';
import { Skeleton } from '@mantine/core';
import { lazy, type ReactNode, Suspense, useCallback, useRef } from 'react';
import type { useUploads } from '../use-uploads.ts';
import { AttachButton } from './attach-button.tsx';
import classes from './new-ticket-page.module.css';
import { UploadList } from './upload-list.tsx';

const RichEditor = lazy(() => import('./rich-editor.tsx').then(({ RichEditor: Editor }) => ({ default: Editor })));

interface Props {
  /** Whether text modules are offered. */
  modules?: boolean;
  uploads: ReturnType<typeof useUploads>;
  /** What the text begins as. */
  html?: string;
  error: ReactNode;
  onChange: (html: string) => void;
  onSubmit: () => void;
}

/** The first message of a new ticket, with its attachments. */
export function TicketText({ html = '', modules = false, uploads, error, onChange, onSubmit }: Props) {
  const { t } = useLingui();
  // The editor is made once and keeps the functions it was given.
  const latest = useRef({ onChange, onSubmit });
  latest.current = { onChange, onSubmit };
  const change = useCallback((html: string) => latest.current.onChange(html), []);
  const submit = useCallback(() => latest.current.onSubmit(), []);
  return (
    <div>
      <div className={classes.bodyLabel} aria-hidden>
        {t`Text`}
      </div>
      <div className={classes.editor} data-invalid={error ? true : undefined}>
        <Suspense fallback={<Skeleton height={170} />}>
          <RichEditor
            label={t`Text`}
            html={html}
            {...(modules && { modulesFor: null })}
            autoFocus={false}
            invalid={Boolean(error)}
            onChange={change}
            onFiles={uploads.add}
            onSubmit={submit}
          />
        </Suspense>
        <UploadList uploads={uploads} />
        <div className={classes.attach}>
          <AttachButton onFiles={uploads.add} />
        </div>
      </div>
      {error && <div className={classes.error}>{error}</div>}
    </div>
  );
}
