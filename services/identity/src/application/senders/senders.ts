import { isDeepStrictEqual } from 'node:util';
import {
  type Actor,
  administersAny,
  changesBetween,
  type EmailAddressInput,
  type emailAddresses as endpoints,
  type ParsedInputOf,
  type SignatureInput,
} from '@helpmesh/contracts';
import type { Clock } from '@helpmesh/kernel';
import { transaction, violates } from '@helpmesh/persistence';
import { CLOCK } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { maySenders } from '../../domain/access.ts';
import { domainOf, isAddress, normalAddress, parseMailbox } from '../../domain/address.ts';
import type { CommunityRow } from '../../persistence/community.store.ts';
import { GroupStore } from '../../persistence/group.store.ts';
import {
  type SenderKind,
  type SenderRow,
  SenderStore,
  type SenderValues,
  senderKinds,
} from '../../persistence/sender.store.ts';
import { Announce } from '../announce.ts';
import { Audit } from '../audit/audit.ts';
import { Pages } from '../pages.ts';
import { type Json, Present, type Shape } from '../present.ts';
import { refusals } from '../refusals.ts';
import { MailAccounts } from './mail-accounts.ts';

type Read = EntityManager | DataSource;
type ListQuery = ParsedInputOf<typeof endpoints.list>['query'];
type Input = EmailAddressInput & SignatureInput;

const classes = { 'email-address': 'EmailAddress', signature: 'Signature' } as const;
const columns = ['id', 'name', 'active', 'note', 'created_at', 'updated_at'];
const rules = {
  'email-address': { standard: 500, max: 1000, columns: [...columns, 'email'], order: 'id' },
  signature: { standard: 500, max: 1000, columns, order: 'id' },
};

/** The addresses that groups send from, and what stands below their mails. A change reaches the groups that use them. */
@Injectable()
export class Senders {
  constructor(
    private readonly db: DataSource,
    private readonly store: SenderStore,
    private readonly groups: GroupStore,
    private readonly announce: Announce,
    private readonly present: Present,
    private readonly pages: Pages,
    private readonly audit: Audit,
    private readonly accounts: MailAccounts,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** @throws AppError forbidden */
  async list(actor: Actor, kind: SenderKind, query: ListQuery): Promise<Json | Json[]> {
    const reach = maySenders.list(actor);
    if (reach === 'none') throw refusals.notAuthorized();
    const page = this.pages.of(senderKinds[kind].table, query, rules[kind]);
    const found = await this.store.page(this.db, kind, page.window, reach === 'all' ? null : (actor.administers ?? []));
    const rows = await this.store.byIds(this.db, kind, found.ids);
    if (!query.full) return page.told(await this.present.senders(this.db, rows, query), found);
    const answer = {
      record_ids: found.ids,
      assets: await this.assets(this.db, actor, kind, rows),
      ...(!page.walked && { total_count: found.total }),
    };
    return page.told(answer, found);
  }

  /** @throws AppError forbidden, not-found */
  async get(actor: Actor, kind: SenderKind, id: number, shape: Shape): Promise<Json> {
    if (maySenders.list(actor) === 'none') throw refusals.notAuthorized();
    const { group_ids } = await this.existing(this.db, kind, id);
    if (!maySenders.see(actor, group_ids)) throw refusals.notFound(classes[kind], id);
    return this.show(this.db, actor, kind, id, shape);
  }

  /** @throws AppError forbidden, invalid */
  async create(actor: Actor, kind: SenderKind, input: Input, shape: Shape): Promise<Json> {
    if (!maySenders.write(actor)) throw refusals.notAuthorized();
    await this.requireAccount(input);
    return this.write(async (tx) => {
      const values = valuesOf(kind, input);
      // Without an address, or a name, there is nothing to tell one from the other by.
      if (kind === 'email-address' && values.email === undefined) throw refusals.blank('Email');
      if (kind === 'signature' && values.name === undefined) throw refusals.blank('Name');
      const id = await this.store.insert(tx, kind, values, this.by(actor));
      await this.tell(tx, actor, kind, 'created', null, await this.existing(tx, kind, id));
      return this.show(tx, actor, kind, id, shape);
    });
  }

  /** Whoever administers a community writes its signatures. @throws AppError forbidden, not-found, invalid */
  async update(actor: Actor, kind: SenderKind, id: number, input: Input, shape: Shape): Promise<Json> {
    const own = kind === 'signature' && administersAny(actor);
    if (!maySenders.write(actor) && !own) throw refusals.notAuthorized();
    await this.requireAccount(input);
    return this.write(async (tx) => {
      const before = await this.existing(tx, kind, id);
      if (!maySenders.changeSignature(actor, before.group_ids)) throw refusals.notFound(classes[kind], id);
      const old: Record<string, unknown> = { ...before };
      const changed = Object.entries(valuesOf(kind, input)).filter(
        ([name, value]) => !isDeepStrictEqual(old[name], value),
      );
      if (changed.length > 0) {
        await this.store.update(tx, kind, id, Object.fromEntries(changed), this.by(actor));
        const after = await this.existing(tx, kind, id);
        await this.groups.outdate(tx, after.group_ids);
        await this.announce.groupsChanged(tx, 'updated', after.group_ids);
        await this.tell(tx, actor, kind, 'changed', before, after);
      }
      return this.show(tx, actor, kind, id, shape);
    });
  }

  /** @throws AppError forbidden, not-found, invalid while a group uses it */
  async delete(actor: Actor, kind: SenderKind, id: number): Promise<Record<string, never>> {
    if (!maySenders.write(actor)) throw refusals.notAuthorized();
    await this.write(async (tx) => {
      const before = await this.existing(tx, kind, id);
      if (before.group_ids.length > 0) throw refusals.referenced();
      await this.store.delete(tx, kind, id);
      await this.tell(tx, actor, kind, 'deleted', before, null);
    });
    return {};
  }

  /**
   * The address that a group is given by its text, `Name <mail@host>` or bare, or by the name of one there is. An address
   * that is not there yet is added: the name beside one that is does not rename it.
   * @throws AppError invalid
   */
  async addressOf(tx: EntityManager, actor: Actor, text: string): Promise<number> {
    const mailbox = parseMailbox(text);
    if (!mailbox) {
      const named = await this.store.idNamed(tx, 'email-address', text.trim());
      if (named === undefined) throw refusals.emailInvalid(text);
      return named;
    }
    const known = await this.store.idOfAddress(tx, mailbox.address);
    if (known !== undefined) return known;
    const values = { name: mailbox.name, email: mailbox.address };
    const id = await this.store.insert(tx, 'email-address', values, this.by(actor));
    await this.tell(tx, actor, 'email-address', 'created', null, await this.existing(tx, 'email-address', id));
    return id;
  }

  /** @throws AppError invalid: nothing is called so */
  async signatureNamed(tx: EntityManager, name: string): Promise<number> {
    const id = await this.store.idNamed(tx, 'signature', name.trim());
    if (id === undefined) throw refusals.noSuchName('signature', name);
    return id;
  }

  /**
   * Groups of a community take what only such groups use, and addresses of its domains that none uses yet: mails to an
   * address land in the group that has it.
   * @param community  that the group belongs to
   * @throws AppError invalid: there is none of that id; forbidden
   */
  async requireUsable(
    tx: EntityManager,
    actor: Actor,
    kind: SenderKind,
    id: number,
    community: CommunityRow | undefined,
  ): Promise<void> {
    const [row] = await this.store.byIds(tx, kind, [id]);
    if (!row) throw refusals.badParameter(senderKinds[kind].column, id);
    if (maySenders.see(actor, row.group_ids)) return;
    const free = row.email !== undefined && row.group_ids.length === 0;
    if (!free || !community?.mail_domains.includes(domainOf(row.email ?? ''))) throw refusals.notAuthorized();
  }

  /** Before the transaction, for another service is asked. @throws AppError invalid, unavailable */
  private async requireAccount({ channel_id: id }: Input): Promise<void> {
    if (id != null && !(await this.accounts.has(id))) throw refusals.badParameter('channel_id', id);
  }

  private async show(on: Read, actor: Actor, kind: SenderKind, id: number, shape: Shape): Promise<Json> {
    const row = await this.existing(on, kind, id);
    if (shape.full) return { id, assets: await this.assets(on, actor, kind, [row]) };
    return (await this.present.senders(on, [row], shape))[0] as Json;
  }

  private async assets(on: Read, actor: Actor, kind: SenderKind, rows: SenderRow[]): Promise<Json> {
    const groups = await this.groups.byIds(on, [...new Set(rows.flatMap((row) => row.group_ids))]);
    const around = await this.present.assets(on, actor, { groups }, rows);
    const shown = await this.present.senders(on, rows, {});
    return { ...around, [classes[kind]]: Object.fromEntries(shown.map((row) => [String(row.id), row])) };
  }

  private async existing(on: Read, kind: SenderKind, id: number): Promise<SenderRow> {
    const [row] = await this.store.byIds(on, kind, [id]);
    if (!row) throw refusals.notFound(classes[kind], id);
    return row;
  }

  private async tell(
    tx: EntityManager,
    actor: Actor,
    kind: SenderKind,
    what: 'created' | 'changed' | 'deleted',
    before: SenderRow | null,
    after: SenderRow | null,
  ): Promise<void> {
    const { id, name, email } = (after ?? before) as SenderRow;
    const fields = senderKinds[kind].fields as readonly (keyof SenderRow & string)[];
    await this.audit.record(tx, actor, {
      action: `${kind}.${what}`,
      object: { type: classes[kind], id, label: email ?? name },
      changes: changesBetween(before, after, fields),
    });
  }

  private async write<T>(work: (tx: EntityManager) => Promise<T>): Promise<T> {
    try {
      return await transaction(this.db, async (tx) => {
        // Whoever changes groups waits meanwhile: neighbours are told both together, and nothing in use is deleted.
        await this.groups.lockTree(tx);
        return work(tx);
      });
    } catch (error) {
      if (violates(error, 'email_addresses_email_key') || violates(error, 'signatures_name_key')) {
        throw refusals.exists();
      }
      throw error;
    }
  }

  private by(actor: Actor): { userId: number; at: Date } {
    return { userId: actor.userId, at: new Date(this.clock.now()) };
  }
}

/** Columns that the input says something about. @throws AppError invalid */
function valuesOf(kind: SenderKind, input: Input): SenderValues {
  const values: SenderValues = {};
  if (input.note !== undefined) values.note = input.note;
  if (input.active !== undefined) values.active = input.active;
  if (input.name !== undefined) values.name = input.name?.trim() ?? '';
  if (kind === 'signature') {
    if (values.name === '') throw refusals.blank('Name');
    if (input.body !== undefined) values.body = input.body ?? '';
    return values;
  }
  if (input.preferences !== undefined) values.preferences = input.preferences ?? {};
  if (input.channel_id !== undefined) values.channel_id = input.channel_id;
  if (input.email !== undefined) {
    const email = normalAddress(input.email ?? '');
    if (email === '') throw refusals.blank('Email');
    if (!isAddress(email)) throw refusals.emailInvalid(email);
    values.email = email;
  }
  return values;
}
