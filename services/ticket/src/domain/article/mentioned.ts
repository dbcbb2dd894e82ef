/** Most people whom one article calls. */
const MAX_MENTIONS = 20;

/**
 * The people whom an article calls by `@@`: by id in a marked link, as editors write it
 * (`<a data-mention-user-id="4">`), or by login in the words.
 * @param body  as it was sent: cleaning takes the marks away
 */
export function mentionedIn(body: string): (number | string)[] {
  const ids = [...body.matchAll(/\sdata-mention-user-id="(\d{1,9})"/g)].map(([, id]) => Number(id));
  const logins = [...body.matchAll(/(?<![^\s>;(])@@([^\s<>&,;:!?()"']{1,250})/gu)].map(([, login]) =>
    (login as string).replace(/[.]+$/, '').toLowerCase(),
  );
  return [...new Set<number | string>([...ids, ...logins])].slice(0, MAX_MENTIONS);
}
