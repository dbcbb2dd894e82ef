import { askedFirst, sessionKey } from './ahead.ts';
import { asksPreview, keptLooks } from './shell/list-looks.ts';

/**
 * Runs before the scripts of the page are there, from a file of its own (vite.config.ts): what they will ask first is
 * answered by then. A stranger is asked nothing that would be refused.
 */
const { pathname, search } = window.location;
const headers = { Accept: 'application/json' };
if (localStorage.getItem(sessionKey) !== null) {
  const preview = asksPreview(keptLooks((key) => localStorage.getItem(key)));
  window.helpmeshAhead = new Map(
    askedFirst(pathname, search, preview).map((url) => {
      const answer = fetch(url, { headers, credentials: 'same-origin' });
      // Whoever takes it hears what went wrong; nobody may.
      answer.catch(() => undefined);
      return [url, answer];
    }),
  );
}
