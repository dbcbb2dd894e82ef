import type { OutputOf } from '@helpmesh/contracts';
import { queryOptions } from '@tanstack/react-query';
import type { Endpoints } from '../../app/api.gen.ts';
import { call } from '../../app/api.ts';
import { keyOf } from './queries.ts';

export type EmailAddress = OutputOf<Endpoints['getEmailAddress']>;
export type Signature = OutputOf<Endpoints['getSignature']>;

const ALL = 1000;

export const addressesQuery = queryOptions({
  queryKey: keyOf('mail', 'addresses'),
  queryFn: ({ signal }) => call('listEmailAddresses', { query: { per_page: ALL, expand: true }, signal }),
});

export const signaturesQuery = queryOptions({
  queryKey: keyOf('mail', 'signatures'),
  queryFn: ({ signal }) => call('listSignatures', { query: { per_page: ALL, expand: true }, signal }),
});

export const filtersQuery = queryOptions({
  queryKey: keyOf('mail', 'filters'),
  queryFn: async ({ signal }) => {
    const rows = await call('listPostmasterFilters', { query: { per_page: ALL }, signal });
    // In the order in which they look at mails.
    return rows.toSorted((a, b) => (a.name.toLowerCase() < b.name.toLowerCase() ? -1 : 1));
  },
});

/** `Support <help@example.org>`, or the bare address. */
export const mailboxOf = ({ name, email }: Pick<EmailAddress, 'name' | 'email'>): string =>
  name === '' ? email : `${name} <${email}>`;

const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const place = /\{\{\s{0,20}([\w.]{1,100})\s{0,20}\}\}|#\{\s{0,20}([\w.]{1,100})\s{0,20}\}/g;

/** A signature as it would stand below a mail: its places filled in, unknown ones with nothing. */
export function filledSignature(html: string, values: Readonly<Record<string, string>>): string {
  return html.replace(place, (_, name?: string, other?: string) => {
    const value = values[name ?? other ?? ''] ?? '';
    return value.replace(/[&<>"']/g, (character) => escapes[character] as string);
  });
}
