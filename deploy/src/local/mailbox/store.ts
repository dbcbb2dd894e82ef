import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { type AddressObject, type ParsedMail, simpleParser } from 'mailparser';

/** Field names of this file are those of Mailpit's REST API, so that a real Mailpit can take the mailbox's place. */
export interface Address {
  Name: string;
  Address: string;
}

export interface Summary {
  ID: string;
  MessageID: string;
  Read: boolean;
  From: Address;
  To: Address[];
  Cc: Address[];
  Bcc: Address[];
  ReplyTo: Address[];
  Subject: string;
  /** ISO-8601, when it arrived. */
  Created: string;
  Username: string;
  Tags: string[];
  /** Bytes of the raw message. */
  Size: number;
  Attachments: number;
  Snippet: string;
}

export interface Part {
  PartID: string;
  FileName: string;
  ContentType: string;
  ContentID: string;
  Size: number;
}

export interface Detail extends Omit<Summary, 'Attachments' | 'Read' | 'Snippet' | 'Created'> {
  Date: string;
  ReturnPath: string;
  Text: string;
  HTML: string;
  Inline: Part[];
  Attachments: Part[];
}

export interface Envelope {
  from: string;
  to: string[];
}

/**
 * Mails as files: `<ID>.eml` as it came, `<ID>.json` with its summary and envelope. IDs sort by arrival.
 * The oldest go when there are more than `limit`.
 */
export class MailStore {
  readonly #folder: string;
  readonly #limit: number;
  readonly #kept = new Map<string, { summary: Summary; envelope: Envelope }>();
  #last = 0;

  constructor(folder: string, limit = 5_000) {
    this.#folder = folder;
    this.#limit = limit;
    mkdirSync(folder, { recursive: true });
    const names = readdirSync(folder).filter((name) => name.endsWith('.json'));
    for (const name of names.sort()) {
      try {
        this.#kept.set(path.basename(name, '.json'), JSON.parse(readFileSync(path.join(folder, name), 'utf8')));
      } catch {
        rmSync(path.join(folder, name)); // half-written at a power cut: the mail was not acknowledged
      }
    }
  }

  async add(raw: Buffer, envelope: Envelope): Promise<Summary> {
    const mail = await simpleParser(raw);
    const ID = this.#nextId();
    const To = addresses(mail.to);
    const Cc = addresses(mail.cc);
    const visible = new Set([...To, ...Cc].map((entry) => entry.Address.toLowerCase()));
    const hidden = envelope.to.filter((address) => !visible.has(address.toLowerCase()));
    const summary: Summary = {
      ID,
      MessageID: (mail.messageId ?? '').replaceAll(/[<>]/g, ''),
      Read: false,
      From: addresses(mail.from)[0] ?? { Name: '', Address: envelope.from },
      To,
      Cc,
      Bcc: hidden.map((address) => ({ Name: '', Address: address })),
      ReplyTo: addresses(mail.replyTo),
      Subject: mail.subject ?? '',
      Created: new Date().toISOString(),
      Username: '',
      Tags: [],
      Size: raw.length,
      Attachments: mail.attachments.filter((part) => !part.related).length,
      Snippet: (mail.text ?? '').replaceAll(/\s+/g, ' ').trim().slice(0, 250),
    };
    writeFileSync(this.#file(ID, 'eml'), raw);
    this.#save({ summary, envelope });
    while (this.#kept.size > this.#limit) this.remove([...this.#kept.keys()].slice(0, 1));
    return summary;
  }

  /** Newest first. */
  list(): Summary[] {
    return [...this.#kept.values()].map((entry) => entry.summary).reverse();
  }

  /** @param id  an ID, or `latest` */
  find(id: string): Summary | undefined {
    const wanted = id === 'latest' ? [...this.#kept.keys()].at(-1) : id;
    return wanted === undefined ? undefined : this.#kept.get(wanted)?.summary;
  }

  raw(summary: Summary): Promise<Buffer> {
    return readFile(this.#file(summary.ID, 'eml'));
  }

  async detail(summary: Summary): Promise<Detail> {
    const mail = await simpleParser(await this.raw(summary));
    const { Read, Snippet, Created, Attachments, ...shared } = summary;
    const parts = mail.attachments.map((part, at) => ({ ...describe(part, at), related: part.related }));
    const without = ({ related, ...part }: (typeof parts)[number]): Part => part;
    return {
      ...shared,
      Date: (mail.date ?? new Date(Created)).toISOString(),
      ReturnPath: this.#kept.get(summary.ID)?.envelope.from ?? '',
      Text: mail.text ?? '',
      HTML: mail.html || '',
      Inline: parts.filter((part) => part.related).map(without),
      Attachments: parts.filter((part) => !part.related).map(without),
    };
  }

  async part(summary: Summary, partId: string): Promise<{ part: Part; content: Buffer } | undefined> {
    const mail = await simpleParser(await this.raw(summary));
    const at = Number(partId) - 1;
    const found = mail.attachments[at];
    return found && { part: describe(found, at), content: found.content };
  }

  async headers(summary: Summary): Promise<Record<string, string[]>> {
    const mail = await simpleParser(await this.raw(summary));
    const headers: Record<string, string[]> = {};
    for (const { line } of mail.headerLines) {
      const colon = line.indexOf(':');
      const name = line.slice(0, colon).replaceAll(/(^|-)[a-z]/g, (letter) => letter.toUpperCase());
      const value = line.slice(colon + 1).replaceAll(/\r?\n\s+/g, ' ');
      headers[name] = [...(headers[name] ?? []), value.trim()];
    }
    return headers;
  }

  markRead(summary: Summary): void {
    const entry = this.#kept.get(summary.ID);
    if (!entry || entry.summary.Read) return;
    entry.summary.Read = true;
    this.#save(entry);
  }

  /** @param ids  all mails when left out */
  remove(ids: string[] = [...this.#kept.keys()]): void {
    for (const id of ids) {
      if (!this.#kept.delete(id)) continue;
      rmSync(this.#file(id, 'json'), { force: true });
      rmSync(this.#file(id, 'eml'), { force: true });
    }
  }

  #save(entry: { summary: Summary; envelope: Envelope }): void {
    const file = this.#file(entry.summary.ID, 'json');
    writeFileSync(`${file}.new`, JSON.stringify(entry));
    renameSync(`${file}.new`, file);
    this.#kept.set(entry.summary.ID, entry);
  }

  #file(id: string, extension: string): string {
    return path.join(this.#folder, `${id}.${extension}`);
  }

  /** Milliseconds, strictly increasing, then randomness: file order is arrival order. */
  #nextId(): string {
    this.#last = Math.max(this.#last + 1, Date.now());
    return `${this.#last.toString(36)}${randomBytes(6).toString('hex')}`;
  }
}

function addresses(field: AddressObject | AddressObject[] | undefined): Address[] {
  return [field ?? []]
    .flat()
    .flatMap((object) => object.value)
    .flatMap((entry) => entry.group ?? [entry])
    .map((entry) => ({ Name: entry.name, Address: entry.address ?? '' }));
}

function describe(part: ParsedMail['attachments'][number], at: number): Part {
  return {
    PartID: String(at + 1),
    FileName: part.filename ?? `part-${at + 1}`,
    ContentType: part.contentType,
    ContentID: part.cid ?? '',
    Size: part.size,
  };
}
