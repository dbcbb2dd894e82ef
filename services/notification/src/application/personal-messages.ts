import type { OutputOf, ParsedInputOf, personalData } from '@helpmesh/contracts';
import type { DataSource } from 'typeorm';
import type { PersonalDataStore } from '../persistence/personal-data.store.ts';

type Page = OutputOf<typeof personalData.notification>;

/** Rows looked through by one statement. */
const WINDOW = 2_000;
const MAILS = 20;
const NOTICES = 1_000;
/** Of a page of notices: what comes before the mails. */
const NOTICE = 'notice:';
/** Characters of one answer: the broker takes 8 MB. */
const MOST = 1_000_000;
const FIRST = '00000000-0000-0000-0000-000000000000';

/** What a person was told on the page, and the mails to them, for the archive of what is kept about them. */
export class PersonalMessages {
  constructor(
    private readonly db: DataSource,
    private readonly store: PersonalDataStore,
  ) {}

  /** First the notices, then the mails; `after` says behind which. */
  async page({
    userId,
    emails,
    internal,
    after = `${NOTICE}0`,
  }: ParsedInputOf<typeof personalData.notification>): Promise<Page> {
    return after.startsWith(NOTICE)
      ? this.notices(userId, Number(after.slice(NOTICE.length)))
      : this.mails(emails, internal, after);
  }

  private async notices(userId: number, after: number): Promise<Page> {
    const rows = await this.store.notices(this.db, userId, after, NOTICES);
    const last = rows.at(-1);
    if (!last) return { parts: [], next: FIRST };
    const part = { path: `notices/${rows[0]?.id}.json`, data: rows, files: [] };
    return { parts: [part], next: rows.length < NOTICES ? FIRST : `${NOTICE}${last.id}` };
  }

  private async mails(emails: string[], internal: boolean, after: string): Promise<Page> {
    const end = await this.store.endOfWindow(this.db, after, WINDOW);
    if (end === undefined) return { parts: [], next: null };
    const mails = await this.store.mailsTo(this.db, emails, internal, { after, end }, MAILS);
    let size = 0;
    const parts: Page['parts'] = [];
    for (const { id, data } of mails) {
      size += JSON.stringify(data).length;
      // One that is too large for itself goes alone.
      if (parts.length > 0 && size > MOST) break;
      parts.push({ path: `mails/${id}.json`, data, files: [] });
    }
    const last = mails[parts.length - 1];
    const through = parts.length === mails.length && mails.length < MAILS;
    return { parts, next: through || !last ? end : last.id };
  }
}
