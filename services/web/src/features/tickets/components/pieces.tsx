import type { Highlight } from '../queries.ts';
import classes from './pieces.module.css';

/** A text with what was found in it marked; readers of screens hear it as the text it is. */
export function Pieces({ pieces }: { pieces: Highlight['title'] }) {
  return pieces.map(({ text, hit }, place) => {
    return hit ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: pieces are known by nothing but their place
      <mark key={place} className={classes.hit}>
        {text}
      </mark>
    ) : (
      text
    );
  });
}
