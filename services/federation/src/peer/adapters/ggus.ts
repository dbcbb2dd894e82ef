import { AppError } from '@helpmesh/kernel';
import { z } from 'zod';
import type {
  AdapterAddress,
  NewEntry,
  NewTicket,
  PeerAdapter,
  PeerCall,
  PeerChanges,
  PeerEntry,
  PeerTicket,
} from '../../application/foreign/ports.ts';
import type { PeerTables, PeerWords, WritableWord } from '../../domain/foreign/words.ts';
import { readAs } from './json-wire.ts';
import { markIn } from './marks.ts';
import { changedSince } from './newest-first.ts';
import type { Fetcher } from './paced-fetch.ts';
import { nameOf, requesterOf } from './people.ts';
import { SoapWire } from './soap-wire.ts';
import { tablesOf } from './tables.ts';

/** `2026-01-02 03:04:05`, UTC. */
const Time = z
  .string()
  .regex(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/)
  .transform((said) => Date.parse(`${said.replace(' ', 'T')}Z`));
const RequestId = z.string().regex(/^[A-Za-z0-9-]{1,30}$/);
const Ticket = z.object({
  GHD_Request_ID: RequestId,
  GHD_Short_Description: z.string().default(''),
  GHD_Description: z.string().default(''),
  GHD_Public_Diary: z.string().default(''),
  GHD_Status: z.string(),
  GHD_Priority: z.string(),
  GHD_Responsible_Unit: z.string(),
  GHD_Loginname: z.string().default(''),
  GHD_Name: z.string().default(''),
  GHD_EMail: z.string().default(''),
  GHD_Origin_ID: z.string().default(''),
  GHD_Origin_SG: z.string().default(''),
  GHD_Date_Time_Of_Problem: z.string().default(''),
  GHD_Created: Time,
});
const Listed = z.object({ GHD_Request_ID: RequestId, GHD_Last_Update: Time });

const DESCRIPTION = 'description';
const PAGE = 100;
/** Longest subject, and longest text of one call: what is more is cut, with the address of the whole. */
const MOST_SUBJECT = 250;
const MOST_TEXT = 4_000;

/**
 * GGUS as it was until 2025, by its SOAP service: a model of what is published of it, for helpdesks that kept the
 * interface (docs/how-to/connect-a-foreign-helpdesk.md says what was taken for granted). Its diaries are one text; our
 * entries are known by the account that wrote them.
 */
export class GgusAdapter implements PeerAdapter {
  readonly capabilities = { writes: ['subject', 'state', 'priority'], notes: true, html: false } as const;
  readonly tables: PeerTables;
  private readonly wire: SoapWire;

  constructor(
    safe: Fetcher,
    private readonly to: AdapterAddress,
  ) {
    const { node, account, secret } = to;
    this.wire = new SoapWire(safe, node, 'urn:GHD_Web_Service', { userName: account, password: secret });
    this.tables = tablesOf('ggus', to);
  }

  async check(call: PeerCall) {
    await this.list(1, null, 1, call);
    return { product: 'GGUS', version: '', account: this.to.account };
  }

  async listChanged(cursor: string | null, call: PeerCall): Promise<PeerChanges> {
    return changedSince(cursor, async (page, since) => {
      const { tickets, now } = await this.list(page, since, PAGE, call);
      return {
        items: tickets.map(({ GHD_Request_ID: id, GHD_Last_Update: at }) => ({ id, at })),
        ...{ more: tickets.length === PAGE, now },
      };
    });
  }

  async getTicket(id: string, call: PeerCall): Promise<PeerTicket> {
    const ticket = await this.ticket(id, call);
    const { queue, node } = this.to;
    if (ticket.GHD_Responsible_Unit !== queue) {
      throw new AppError('not-found', 'peer.unshared', `${id} is not with the unit ${queue} any more.`);
    }
    return {
      ...{ id, number: id, createdAt: instant(ticket.GHD_Created) },
      url: `${new URL(node).origin}/?mode=ticket_info&ticket_id=${id}`,
      words: {
        ...{ subject: ticket.GHD_Short_Description, state: ticket.GHD_Status, priority: ticket.GHD_Priority },
        ...{ owner: null, tags: [] },
      },
      requester: requesterOf(ticket.GHD_Loginname, ticket.GHD_Name, ticket.GHD_EMail),
    };
  }

  async correlationOf(id: string, call: PeerCall): Promise<string | null> {
    return markIn((await this.ticket(id, call)).GHD_Origin_ID);
  }

  async findByCorrelation(mark: string, call: PeerCall): Promise<string | null> {
    const { items } = await this.wire.call('OpGetList', { GHD_Origin_ID: mark, Start: '1', Limit: '1' }, call);
    const [found] = items.map((item) => readAs(Listed.pick({ GHD_Request_ID: true }), item));
    return found?.GHD_Request_ID ?? null;
  }

  async createTicket({ words, mark, first }: NewTicket, call: PeerCall): Promise<string> {
    const { subject, state, priority } = words;
    const { fields } = await this.wire.call(
      'OpCreate',
      {
        ...{ GHD_Short_Description: cut(subject, MOST_SUBJECT, ''), GHD_Description: cut(first.body, MOST_TEXT, mark) },
        ...{ GHD_Status: state, GHD_Priority: priority, GHD_Responsible_Unit: this.to.queue },
        ...{ GHD_Origin_ID: mark, GHD_Origin_SG: 'Helpmesh', GHD_Last_Login: this.to.account },
      },
      call,
    );
    return readAs(z.object({ GHD_Request_ID: RequestId }), fields).GHD_Request_ID;
  }

  async updateTicket(id: string, words: Partial<Pick<PeerWords, WritableWord>>, call: PeerCall): Promise<void> {
    const { subject, state, priority } = words;
    await this.modify(
      id,
      {
        ...(subject !== undefined && { GHD_Short_Description: cut(subject, MOST_SUBJECT, '') }),
        ...(state !== undefined && { GHD_Status: state }),
        ...(priority !== undefined && { GHD_Priority: priority }),
      },
      call,
    );
  }

  async listEntries(id: string, isKnown: (entryId: string) => boolean, call: PeerCall): Promise<PeerEntry[]> {
    const ticket = await this.ticket(id, call);
    const { GHD_Description: text, GHD_Loginname: login, GHD_Name: name, GHD_Origin_ID: origin } = ticket;
    const entries: PeerEntry[] = [];
    if (!isKnown(DESCRIPTION) && text.trim() !== '') {
      entries.push({
        ...{ id: DESCRIPTION, author: nameOf(name, login), role: 'requester', own: markIn(origin) !== null },
        ...{ createdAt: instant(ticket.GHD_Created), format: 'text/plain', body: text, files: [] },
      });
    }
    for (const [i, { at, who, said }] of diaryOf(ticket.GHD_Public_Diary).entries()) {
      if (isKnown(`diary ${i + 1}`)) continue;
      entries.push({
        ...{ id: `diary ${i + 1}`, author: who, role: who === login ? 'requester' : 'agent', createdAt: instant(at) },
        own: who.toLowerCase() === this.to.account.toLowerCase(),
        ...{ format: 'text/plain', body: said, files: [] },
      });
    }
    return entries;
  }

  /** An entry has no number, and none is answered: it is the last of ours. */
  async addEntry(id: string, { body }: NewEntry, call: PeerCall): Promise<string> {
    await this.modify(id, { GHD_Public_Diary: cut(body, MOST_TEXT, '') }, call);
    const said = diaryOf((await this.ticket(id, call)).GHD_Public_Diary);
    const at = said.findLastIndex(({ who }) => who.toLowerCase() === this.to.account.toLowerCase());
    if (at < 0) throw new AppError('conflict', 'peer.refused', `${this.to.node} has not kept an entry of ${id}.`);
    return `diary ${at + 1}`;
  }

  async addNote(id: string, text: string, call: PeerCall): Promise<void> {
    await this.modify(id, { GHD_Internal_Diary: cut(text, MOST_TEXT, '') }, call);
  }

  private async modify(id: string, change: Record<string, string>, call: PeerCall): Promise<void> {
    await this.wire.call('OpModify', { GHD_Request_ID: id, ...change, GHD_Last_Login: this.to.account }, call);
  }

  private async ticket(id: string, call: PeerCall): Promise<z.output<typeof Ticket>> {
    return readAs(Ticket, (await this.wire.call('OpGet', { GHD_Request_ID: id }, call)).fields);
  }

  private async list(page: number, since: number | null, limit: number, call: PeerCall) {
    const { items, now } = await this.wire.call(
      'OpGetList',
      {
        ...{ GHD_Responsible_Unit: this.to.queue, Start: String((page - 1) * limit + 1), Limit: String(limit) },
        ...(since !== null && { GHD_Last_Update: spoken(since) }),
      },
      call,
    );
    return { tickets: items.map((item) => readAs(Listed, item)), now };
  }
}

/** `[2026-01-02 03:04:05] login:`, the words below, the oldest first. */
function diaryOf(diary: string): { at: number; who: string; said: string }[] {
  const heads = [...diary.matchAll(/^\[(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)\] (.+):[ \t]*$/gm)];
  return heads.map((head, i) => ({
    at: Date.parse(`${head[1]?.replace(' ', 'T')}Z`),
    who: head[2] ?? '',
    said: diary.slice(head.index + head[0].length, heads[i + 1]?.index).trim(),
  }));
}

function cut(text: string, most: number, where: string): string {
  if (text.length <= most) return text;
  const end = where === '' ? '…' : `…\n${where}`;
  return `${text.slice(0, most - end.length)}${end}`;
}

function spoken(time: number): string {
  return new Date(Math.max(0, time)).toISOString().slice(0, 19).replace('T', ' ');
}

function instant(time: number): string {
  return new Date(time).toISOString();
}
