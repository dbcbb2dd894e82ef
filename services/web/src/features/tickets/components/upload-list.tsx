import { useLingui } from '@lingui/react/macro';
import { ActionIcon, Progress } from '@mantine/core';
import { IconPaperclip, IconX } from '@tabler/icons-react';
import { problemText } from '../../../ui/problem.ts';
import { fileSize } from '../../../ui/time.ts';
import type { Uploads } from '../use-uploads.ts';
import classes from './upload-list.module.css';

export function UploadList({ uploads }: { uploads: Uploads }) {
  const { t, i18n } = useLingui();
  if (uploads.list.length === 0) return null;
  return (
    <ul className={classes.list} aria-label={t`Files to send`}>
      {uploads.list.map((each) => {
        const { filename } = each;
        return (
          <li key={each.key} className={classes.item} data-failed={each.error !== null || undefined}>
            <IconPaperclip size={15} aria-hidden />
            <span className={classes.name}>{filename}</span>
            <span className={classes.size}>
              {each.error ? problemText(i18n, each.error) : fileSize(i18n.locale, each.size)}
            </span>
            <ActionIcon size={24} aria-label={t`Remove ${filename}`} onClick={() => uploads.remove(each.key)}>
              <IconX size={14} aria-hidden />
            </ActionIcon>
            {!each.file && !each.error && (
              <Progress
                value={each.progress * 100}
                size={3}
                className={classes.progress}
                aria-label={t`Uploading ${filename}`}
              />
            )}
          </li>
        );
      })}
    </ul>
  );
}
