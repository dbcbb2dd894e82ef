import { linkify } from '../linkify.ts';
import classes from './message-text.module.css';

/** A plain text body. React escapes it; only web and mail addresses become links. */
export function MessageText({ text }: { text: string }) {
  return (
    <div className={classes.text}>
      {linkify(text.trimEnd()).map((part, index) =>
        part.href ? (
          // biome-ignore lint/suspicious/noArrayIndexKey: parts have no identity and never move
          <a key={index} href={part.href} target="_blank" rel="noopener noreferrer">
            {part.text}
          </a>
        ) : (
          part.text
        ),
      )}
    </div>
  );
}
