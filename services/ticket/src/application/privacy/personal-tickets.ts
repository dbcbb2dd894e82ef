import type { Actor, OutputOf, ParsedInputOf, PersonalDataPart, personalData } from '@helpmesh/contracts';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { CallStore } from '../../persistence/call.store.ts';
import { ChatStore } from '../../persistence/chat.store.ts';
import { PersonalDataStore } from '../../persistence/personal-data.store.ts';
import { ReadStore } from '../../persistence/read.store.ts';
import { VisibleTickets } from '../../persistence/visible-tickets.ts';

type Page = OutputOf<typeof personalData.ticket>;

const TICKETS = 100;
const ARTICLES = 50;
/** Characters of one answer: the broker takes 8 MB. */
const MOST = 1_000_000;

/**
 * The tickets whose customer a person is, with their articles, and which tickets they looked at of late, for the archive
 * of what is kept about them.
 */
@Injectable()
export class PersonalTickets {
  constructor(
    private readonly db: DataSource,
    private readonly store: PersonalDataStore,
    private readonly read: ReadStore,
    private readonly calls: CallStore,
    private readonly chats: ChatStore,
  ) {}

  /** First the tickets, then the articles of all of them; `after` says which, and behind which id. */
  async page({ userId, internal, after = 'ticket:0' }: ParsedInputOf<typeof personalData.ticket>): Promise<Page> {
    const [what, id] = after.split(':');
    // To the person themselves nothing is shown that they would not see here as a customer.
    const visible = internal ? VisibleTickets.toTheService() : VisibleTickets.to(asCustomer(userId), 'read');
    return what === 'ticket'
      ? this.tickets(visible, userId, internal, Number(id))
      : this.articles(visible, userId, Number(id));
  }

  private async tickets(visible: VisibleTickets, userId: number, internal: boolean, after: number): Promise<Page> {
    const ids = await this.store.ticketIds(this.db, visible, userId, after, TICKETS);
    const shown = await this.read.tickets(this.db, visible, ids, 'bare-expanded', internal);
    const parts = ids.flatMap((id) => partOf(`tickets/${id}/ticket.json`, shown.get(id)));
    const rated = await this.store.ratings(this.db, [...shown.keys()]);
    parts.push(...rated.map((data) => ({ path: `tickets/${data.ticket_id}/rating.json`, data, files: [] })));
    const last = ids.at(-1);
    return { parts, next: last === undefined || ids.length < TICKETS ? 'article:0' : `ticket:${last}` };
  }

  private async articles(visible: VisibleTickets, userId: number, after: number): Promise<Page> {
    const rows = await this.store.articles(this.db, visible, userId, after, ARTICLES);
    let [count, size] = [0, 0];
    // One that is too large for itself goes alone.
    for (const { length } of rows) {
      if (count > 0 && size + length > MOST) break;
      count += 1;
      size += length;
    }
    const taken = rows.slice(0, count);
    const ids = taken.map(({ id }) => id);
    const shown = await this.read.articles(this.db, visible, ids);
    const files = await this.store.files(this.db, ids);
    const parts = taken.flatMap(({ id, ticketId }) =>
      partOf(`tickets/${ticketId}/articles/${id}.json`, shown.get(id), files.get(id)),
    );
    const last = ids.at(-1);
    const more = last !== undefined && (count < rows.length || rows.length === ARTICLES);
    if (more) return { parts, next: `article:${last}` };
    const views = await this.store.recentViews(this.db, userId);
    if (views.length > 0) parts.push({ path: 'recent-views.json', data: views, files: [] });
    const calls = await this.calls.ofPerson(this.db, userId);
    if (calls.length > 0) parts.push({ path: 'calls.json', data: calls, files: [] });
    const chats = await this.chats.ofPerson(this.db, userId);
    if (chats.length > 0) parts.push({ path: 'chats.json', data: chats, files: [] });
    return { parts, next: null };
  }
}

function partOf(path: string, text: string | undefined, files: PersonalDataPart['files'] = []): PersonalDataPart[] {
  // Deleted between the two statements.
  return text === undefined ? [] : [{ path, data: JSON.parse(text), files }];
}

function asCustomer(userId: number): Actor {
  return {
    ...{ kind: 'user', userId, login: '', permissions: ['ticket.customer'], groups: {}, organizationIds: [] },
    ...{ sharedOrganizationIds: [], locale: 'en', via: 'service' },
  };
}
