import { createHash } from 'node:crypto';
import { isIP } from 'node:net';
import {
  type answerPbas,
  auditMessage,
  keepContacts,
  lookup,
  type OutputOf,
  type ParsedInputOf,
  recordAudit,
} from '@helpmesh/contracts';
import { AppError, type Clock, type EpochMs } from '@helpmesh/kernel';
import type { Outbox, RpcClient } from '@helpmesh/messaging';
import { transaction } from '@helpmesh/persistence';
import type { ActorSigner } from '@helpmesh/service-kit';
import type { DataSource } from 'typeorm';
import { lastOfEach, type PbasContact, readAction, readContact, readPbasId } from '../../domain/pbas/contact.ts';
import type { FederationEvents } from '../../events.ts';
import type { PbasStore } from '../../persistence/pbas.store.ts';
import { matchingScheme } from '../../soap/guard.ts';
import { fields, readCall, type SoapCall, scalar, structures } from '../../soap/read-call.ts';
import { type SoapResult, writeAnswer } from '../../soap/write-answer.ts';
import type { PbasLinks } from './links.ts';
import { networksOf, type PbasSettings, type ReadyPbas } from './settings.ts';

type Came = ParsedInputOf<typeof answerPbas>;

export interface Desk {
  fqdn: string;
}

/** Contacts that identity is asked about at once. */
const CHUNK = 100;
const MOST_CONTACTS = 10_000;
const IDENTITY_MS = 20_000;

/**
 * The External Helpdesk API of PBA-S (HSPcomplete). Nothing of an envelope is read before its guard header fits: the
 * guard is over the bytes as they came.
 */
export class AnswerCall {
  constructor(
    private readonly db: DataSource,
    private readonly settings: PbasSettings,
    private readonly store: PbasStore,
    private readonly links: PbasLinks,
    private readonly rpc: RpcClient,
    private readonly signer: ActorSigner,
    private readonly outbox: Outbox,
    private readonly clock: Clock,
    private readonly events: FederationEvents,
    private readonly desk: Desk,
  ) {}

  /**
   * @throws AppError forbidden `pbas.closed`, `pbas.network-refused`, `pbas.guard-refused`, `pbas.replayed`;
   *   unreadable `soap.…`; invalid `pbas.…`; not-found `pbas.contact-unknown`; unavailable
   */
  async run(came: Came): Promise<OutputOf<typeof answerPbas>> {
    const settings = await this.settings.ready();
    if (!settings.active) throw new AppError('forbidden', 'pbas.closed', 'This helpdesk answers no control panel.');
    const body = Buffer.from(came.body, 'base64');
    const { signed, time } = await this.admit(settings, came, body);
    const call = readCall(body, came.headers.soapaction);
    await this.refuseReplay(settings, call.method, signed, time);
    const result = await this.answer(settings, call);
    this.events.pbasAnswered(call.method);
    return { envelope: writeAnswer(call, result) };
  }

  /** @returns what the guard covers, and the time in it */
  private async admit(
    settings: ReadyPbas,
    came: Came,
    body: Buffer,
  ): Promise<{ signed: Buffer; time: EpochMs | null }> {
    const family = isIP(came.address) === 6 ? 'ipv6' : 'ipv4';
    const { allowed_networks: networks } = settings;
    if (networks.length > 0 && !networksOf(networks).check(came.address, family)) {
      return this.refuse(came, 'pbas.network-refused', 'Calls from this address are not allowed.');
    }
    const header = (name: string) => came.headers[name.toLowerCase()];
    const stamp = settings.timestamp_header === '' ? undefined : header(settings.timestamp_header)?.trim();
    const stamped = settings.timestamp_header !== '';
    const signed = stamped ? Buffer.concat([Buffer.from(`${stamp ?? ''}.`), body]) : body;
    const given = settings.header_names.map(header).find((value) => value !== undefined);
    const { scheme, secrets } = settings;
    const fits = matchingScheme(given ?? '', { scheme, secrets, message: signed, secure: came.secure });
    if (given === undefined || given === '' || !fits) {
      return this.refuse(came, 'pbas.guard-refused', 'The security header is missing or wrong.');
    }
    const time = stamped ? this.timeOf(stamp) : null;
    const windowMs = settings.replay_window_seconds * 1000;
    if (time !== null && windowMs > 0 && Math.abs(this.clock.now() - time) > windowMs) {
      throw new AppError('forbidden', 'pbas.replayed', 'The time in the security header is too far off.');
    }
    if (scheme === 'auto') {
      await this.settings.settle(fits);
      this.events.pbasSchemeFound(fits);
    }
    return { signed, time };
  }

  private timeOf(stamp: string | undefined): EpochMs {
    if (stamp && /^\d{9,11}$/.test(stamp)) return (Number(stamp) * 1000) as EpochMs;
    throw new AppError('forbidden', 'pbas.replayed', 'The time in the security header is missing or no Unix time.');
  }

  private async refuse(
    came: Came,
    code: 'pbas.network-refused' | 'pbas.guard-refused',
    detail: string,
  ): Promise<never> {
    this.events.pbasRefused(code);
    const object = { type: 'Setting', id: 'pbas', label: 'PBA-S' };
    const nobody = { kind: 'service', userId: 1, address: came.address } as const;
    await transaction(this.db, async (tx) => {
      await this.outbox.add(tx, recordAudit, auditMessage(nobody, { action: 'pbas-call.refused', object }));
    });
    if (code === 'pbas.network-refused') throw new AppError('forbidden', 'pbas.network-refused', detail);
    throw new AppError('forbidden', 'pbas.guard-refused', detail);
  }

  /**
   * An envelope without a time may be sent again rightfully, for it can be equal to the one before: only the one that
   * opens a session is good once, as long as the window lasts. With a time in it each is.
   */
  private async refuseReplay(
    { replay_window_seconds: seconds }: ReadyPbas,
    method: string,
    signed: Buffer,
    time: EpochMs | null,
  ): Promise<void> {
    if (seconds === 0 || (time === null && method !== 'init_session')) return;
    const now = this.clock.now();
    // A time ahead of ours stays good for as long beyond itself.
    const until = (Math.max(now, time ?? now) + seconds * 1000 + 1000) as EpochMs;
    const hash = createHash('sha256').update(signed).digest();
    if (await this.store.firstTime(this.db, hash, until, now)) return;
    this.events.pbasRefused('pbas.replayed');
    throw new AppError('forbidden', 'pbas.replayed', 'The very same envelope was answered a moment ago.');
  }

  private async answer(settings: ReadyPbas, call: SoapCall): Promise<SoapResult> {
    switch (call.method) {
      case 'greet':
        return { string: settings.greeting || `Helpmesh at ${this.desk.fqdn}` };
      case 'alter_contacts':
        return { int: await this.alter(contactsIn(call), settings.count_unchanged) };
      case 'list_contacts':
        return { list: await this.store.ids(this.db) };
      case 'init_session':
        return { string: await this.links.make(wishIn(call), settings.bind_address) };
      default:
        throw new AppError('not-found', 'pbas.unknown-method', 'The helpdesk has no such method.');
    }
  }

  /** @returns the contacts that are new or of which something changed; all that were sent, when that is wished */
  private async alter(sent: readonly PbasContact[], countUnchanged: boolean): Promise<number> {
    const contacts = lastOfEach(sent);
    const changed = new Set<string>();
    const actor = this.signer.service();
    const kept: { pbasId: string; userId: number; accounts: readonly string[] }[] = [];
    for (let at = 0; at < contacts.length; at += CHUNK) {
      const chunk = contacts.slice(at, at + CHUNK);
      const known = await this.store.byPbasIds(
        this.db,
        chunk.map(({ pbasId }) => pbasId),
      );
      const emails = chunk.flatMap(({ pbasId, email }) => (known.has(pbasId) || email === '' ? [] : [email]));
      const namesakes = emails.length === 0 ? [] : (await this.rpc.call(lookup, { logins: emails }, { actor })).users;
      const linked = await this.store.linked(
        this.db,
        namesakes.map(({ id }) => id),
      );
      const others = namesakes.filter(({ id }) => linked.has(id) || kept.some(({ userId }) => userId === id));
      const theirs = new Set(others.flatMap(({ email, login }) => [email ?? '', login]));
      const input = chunk.map(({ pbasId, email, firstname, lastname }) => ({
        ...{ userId: known.get(pbasId)?.user_id ?? null, login: `pbas-${pbasId.toLowerCase()}` },
        ...{ email, firstname, lastname, mayLink: !theirs.has(email.toLowerCase()) },
      }));
      const options = { actor, timeoutMs: IDENTITY_MS };
      const answer = await this.rpc.call(keepContacts, { contacts: input }, options);
      chunk.forEach(({ pbasId, accounts }, i) => {
        const one = answer.contacts[i];
        if (!one) throw new AppError('bug', 'pbas.answer-short', 'The contacts could not be kept.');
        kept.push({ pbasId, userId: one.userId, accounts });
        if (one.changed) changed.add(pbasId);
      });
    }
    const written = await transaction(this.db, (tx) => this.store.keep(tx, kept, this.clock.now()));
    for (const id of written) changed.add(id);
    return countUnchanged ? contacts.length : changed.size;
  }
}

/** @throws AppError invalid `pbas.too-many-contacts`, `pbas.contact-without-id` */
function contactsIn(call: SoapCall): PbasContact[] {
  const sent = structures(call.values);
  if (sent.length > MOST_CONTACTS) {
    throw new AppError('invalid', 'pbas.too-many-contacts', `Send at most ${MOST_CONTACTS} contacts at once.`);
  }
  return sent.map((element) => readContact(fields(element)));
}

/** By name where the call has names, else by place: Perl sends none. */
function wishIn({ values }: SoapCall): { pbasId: string; ip: string; act: 'add' | 'list' } {
  const [first] = values;
  const alone = values.length === 1 && first && first.element.children.length > 0;
  const named = alone
    ? fields(first.element)
    : new Map(values.map(({ name, element }) => [name.toLowerCase(), scalar(element)]));
  const at = (name: string, place: number) => named.get(name) ?? scalar(values[place]?.element);
  return { pbasId: readPbasId(at('id', 0)), ip: at('ip', 1).trim(), act: readAction(at('act', 2)) };
}
