import {
  type Actor,
  checkSealing,
  hasPermission,
  keysToOpen,
  type Message,
  mailSealing,
  type OutputOf,
  type ParsedInputOf,
  type sendMail,
} from '@helpmesh/contracts';
import { AppError, type Clock, plainAddress } from '@helpmesh/kernel';
import type { KeyPair, Sealing, SecurityType } from '@helpmesh/mail-security';
import { KeptReady, type SecretBox } from '@helpmesh/service-kit';
import type { DataSource, EntityManager } from 'typeorm';
import type { OutboundMail } from '../../domain/outbound-mail.ts';
import type { GroupAddressStore } from '../../persistence/group-address.store.ts';
import type { MailKeyStore } from '../../persistence/mail-key.store.ts';
import type { MailSealer } from '../ports.ts';
import { type SealedKey, sealedFor } from './mail-key.ts';

/** All keys of a mail are of one type. In the order in which they are looked at. */
const types: readonly SecurityType[] = ['S/MIME', 'PGP'];

type Checked = OutputOf<typeof checkSealing>;
type On = DataSource | EntityManager;
/** What a rule wants of a mail. */
export type SealingWish = NonNullable<Message<typeof sendMail>['data']['sealing']>;

/** Decides how mails are signed and encrypted, and by which keys. */
export class SealMails extends KeptReady implements MailSealer {
  /** Whose automatic mails are signed: no mail asks the database for it. */
  private signing: ReadonlySet<string> = new Set();

  constructor(
    private readonly db: DataSource,
    private readonly store: MailKeyStore,
    private readonly groups: GroupAddressStore,
    private readonly box: SecretBox,
    private readonly clock: Clock,
    /** Who speaks when no group does. */
    private readonly systemAddress: string,
  ) {
    super('sealing', 'whose mails are signed cannot be read now');
  }

  protected async read(): Promise<void> {
    this.signing = new Set(await this.store.signing(this.db));
  }

  async sealingOf({ from, to, cc, automatic, kind, security }: OutboundMail): Promise<Sealing | null> {
    const address = plainAddress(from.address);
    if (!security) {
      const byItself = automatic || kind === 'auto-reply' || kind === 'agent-notification';
      if (!byItself || !this.signing.has(address)) return null;
      for (const type of types) {
        const pair = await this.signingKey(address, type);
        if (pair !== 'no-key' && pair !== 'expired') return { type, sign: pair, encryptFor: null };
      }
      // Nobody would wait for word of the desk because a key has run out.
      return null;
    }
    if (!security.sign && !security.encrypt) return null;
    const { type = 'S/MIME' } = security;
    const sign = security.sign ? await this.signingKey(address, type) : null;
    if (sign === 'no-key' || sign === 'expired') {
      throw new AppError('conflict', 'mail-key.none-to-sign', noKeyToSign(address, sign));
    }
    if (!security.encrypt) return { type, sign, encryptFor: null };
    // All who are named in it, also those who have it already: every copy is the same mail.
    const { keys, missing } = await this.keysFor(
      [...to, ...cc].map((one) => one.address),
      type,
    );
    if (missing.length > 0) {
      throw new AppError('conflict', 'mail-key.none-to-encrypt', noKeyToEncrypt(missing));
    }
    return { type, sign, encryptFor: keys };
  }

  /** @throws AppError forbidden */
  async offer(
    actor: Actor | undefined,
    { group_id, to }: ParsedInputOf<typeof mailSealing.offer>['body'],
  ): Promise<OutputOf<typeof mailSealing.offer>> {
    if (!actor || !hasPermission(actor, 'ticket.agent')) {
      throw new AppError('forbidden', 'access.not-authorized', 'Not authorized');
    }
    const [group, wanted] = await Promise.all([
      this.groups.of(this.db, [group_id]),
      this.store.sealingOf(this.db, group_id),
    ]);
    const from = group.get(group_id)?.address ?? null;
    const asked = { from, to, sign: true, encrypt: true };
    const [first, ...others] = await Promise.all(types.map((type) => this.checkBy(type, asked)));
    const reasonOf = ({ missing }: Checked) =>
      to.length === 0 ? ('no-recipients' as const) : missing.length > 0 ? ('no-key' as const) : null;
    const best = others.reduce((known, one) => (worthOf(one) > worthOf(known) ? one : known), first as Checked);
    const { type, sign, missing } = best;
    const reason = reasonOf(best);
    return {
      type,
      sign: { possible: sign === null, reason: sign },
      encryption: { possible: reason === null, reason, missing },
      wanted: { sign: wanted.sign, encrypt: wanted.encrypt },
    };
  }

  /**
   * What comes of a rule's wish, by the keys that there are.
   * @returns `security` null: it leaves as other automatic mails; why it is not to leave at all
   */
  async settle(
    on: On,
    from: string,
    to: readonly string[],
    { sign, encryption }: SealingWish,
  ): Promise<{ security: OutboundMail['security']; discarded: string | null }> {
    const asked = { from, to: [...to], sign: sign !== 'no', encrypt: encryption !== 'no' };
    const all = [];
    for (const type of types) all.push(await this.checkBy(type, asked, on));
    const best = all.reduce((known, one) => (worthOf(one) > worthOf(known) ? one : known));
    const signs = asked.sign && best.sign === null;
    const encrypts = asked.encrypt && best.missing.length === 0;
    const why = [
      ...(sign === 'discard' && !signs ? [noKeyToSign(from, best.sign)] : []),
      ...(encryption === 'discard' && !encrypts ? [noKeyToEncrypt(best.missing)] : []),
    ];
    const security = signs || encrypts ? { sign: signs, encrypt: encrypts, type: best.type } : null;
    return { security, discarded: why.length > 0 ? why.join(' ') : null };
  }

  /** Of the two ways the first by which the mail can leave as it is to; else the one that lacks less. */
  async check({ type, ...asked }: ParsedInputOf<typeof checkSealing>): Promise<Checked> {
    const all = await Promise.all((type ? [type] : types).map((one) => this.checkBy(one, asked)));
    const lacks = ({ sign, missing }: Checked) => missing.length + (sign === null ? 0 : 1);
    return all.reduce((known, one) => (lacks(one) < lacks(known) ? one : known));
  }

  private async checkBy(
    type: SecurityType,
    { from, to, sign, encrypt }: Omit<ParsedInputOf<typeof checkSealing>, 'type'>,
    on: On = this.db,
  ): Promise<Checked> {
    const pair = sign ? await this.signingKey(plainAddress(from ?? this.systemAddress), type, on) : null;
    const { missing } = encrypt ? await this.keysFor(to, type, on) : { missing: [] };
    return { type, sign: pair === 'no-key' || pair === 'expired' ? pair : null, missing };
  }

  async keysToOpen({ from }: ParsedInputOf<typeof keysToOpen>): Promise<OutputOf<typeof keysToOpen>> {
    const [own, contacts, authorities] = await Promise.all([
      this.store.own(this.db),
      from === null ? [] : this.store.contactsOf(this.db, from),
      this.store.authorities(this.db),
    ]);
    const base64 = (bytes: Buffer) => bytes.toString('base64');
    const theirs = (wanted: SecurityType) =>
      contacts.flatMap(({ type, certificate }) => (type === wanted ? [base64(certificate)] : []));
    return {
      own: own.map(({ id, type, certificate, secret }) => ({
        ...{ id, type, certificate: base64(certificate), sealed: base64(secret) },
      })),
      contacts: theirs('S/MIME'),
      pgpContacts: theirs('PGP'),
      authorities: authorities.map(base64),
    };
  }

  private async signingKey(
    address: string,
    type: SecurityType,
    on: On = this.db,
  ): Promise<KeyPair | 'no-key' | 'expired'> {
    const keys = await this.store.ownOf(on, address, type);
    const now = this.clock.now();
    const key = keys.find(
      ({ valid_from, valid_to, revoked }) =>
        !revoked && valid_from.getTime() <= now && now <= (valid_to?.getTime() ?? now),
    );
    if (key) return this.opened(key);
    return keys.length > 0 ? 'expired' : 'no-key';
  }

  private opened({ id, certificate, chain, secret }: SealedKey): KeyPair {
    return { certificate, chain, key: this.box.open(secret, sealedFor(id)) };
  }

  private async keysFor(
    recipients: readonly string[],
    type: SecurityType,
    on: On = this.db,
  ): Promise<{ keys: Buffer[]; missing: string[] }> {
    const addresses = [...new Set(recipients.map(plainAddress))];
    const found = await this.store.toEncryptFor(on, addresses, type, new Date(this.clock.now()));
    return { keys: [...found.values()], missing: addresses.filter((address) => !found.has(address)) };
  }
}

/** To encrypt for everybody counts before to sign. */
const worthOf = ({ missing, sign }: Checked) => (missing.length === 0 ? 2 : 0) + (sign === null ? 1 : 0);

const noKeyToSign = (address: string, why: Checked['sign']) =>
  `The key of ${address} to sign with ${why === 'expired' ? 'is no longer valid' : 'is missing'}.`;

const noKeyToEncrypt = (missing: readonly string[]) => `There is no key to encrypt for ${missing.join(', ')}.`;
