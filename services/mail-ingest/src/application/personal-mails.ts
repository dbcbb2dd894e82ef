import type { OutputOf, ParsedInputOf, personalData } from '@helpmesh/contracts';
import type { PersonalDataStore } from '../persistence/personal-data.store.ts';

type Page = OutputOf<(typeof personalData)['mail-ingest']>;

/** Rows looked through by one statement. */
const WINDOW = 5_000;
const MAILS = 100;

/** The mails from a person as they came, for the archive of what is kept about them. */
export class PersonalMails {
  constructor(private readonly store: PersonalDataStore) {}

  async page({ emails, after = '0' }: ParsedInputOf<(typeof personalData)['mail-ingest']>): Promise<Page> {
    const from = Number(after);
    const end = await this.store.endOfWindow(from, WINDOW);
    if (end === undefined) return { parts: [], next: null };
    const mails = await this.store.mailsFrom(emails, from, end, MAILS);
    const last = mails.at(-1);
    return {
      parts: mails.map(({ id, data, raw }) => ({
        path: `received/${id}.json`,
        data,
        files: raw ? [{ ...raw, filename: 'mail.eml', contentType: 'message/rfc822' }] : [],
      })),
      next: String(last && mails.length === MAILS ? last.id : end),
    };
  }
}
