import { useLingui } from '@lingui/react/macro';
import { IconFile, IconFileTypePdf, IconPhoto } from '@tabler/icons-react';
import { fileSize } from '../../../ui/time.ts';
import { attachmentUrl, contentIdOf } from '../article.ts';
import type { Article, Attachment } from '../queries.ts';
import classes from './attachment-list.module.css';

const typeOf = (attachment: Attachment): string =>
  String(attachment.preferences['Content-Type'] ?? attachment.preferences['Mime-Type'] ?? '');

/** Files of an article. Images that the body shows itself are left out. */
export function AttachmentList({ article }: { article: Article }) {
  const { t, i18n } = useLingui();
  const files = article.attachments.filter((attachment) => {
    const cid = contentIdOf(attachment);
    return !cid || !article.body.includes(cid);
  });
  if (files.length === 0) return null;
  return (
    <ul className={classes.list} aria-label={t`Attachments`}>
      {files.map((file) => {
        const type = typeOf(file);
        const Icon = type.startsWith('image/') ? IconPhoto : type.includes('pdf') ? IconFileTypePdf : IconFile;
        return (
          <li key={file.id}>
            <a href={attachmentUrl(article, file)} download={file.filename} className={classes.file}>
              <Icon size={18} stroke={1.6} aria-hidden />
              <span className={classes.name}>{file.filename}</span>
              <span className={classes.size}>{fileSize(i18n.locale, Number(file.size))}</span>
            </a>
          </li>
        );
      })}
    </ul>
  );
}
