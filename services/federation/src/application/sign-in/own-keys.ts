import { createHash, generateKeyPairSync } from 'node:crypto';
import { type Actor, auditMessage, recordAudit } from '@helpmesh/contracts';
import type { Clock } from '@helpmesh/kernel';
import type { Outbox } from '@helpmesh/messaging';
import { transaction } from '@helpmesh/persistence';
import type { SecretBox } from '@helpmesh/service-kit';
import type { DataSource, EntityManager } from 'typeorm';
import { isDue, isNext, type KeyTimes, timesOfNext } from '../../domain/sign-in/node-keys.ts';
import type { NodeKey, SignInStore } from '../../persistence/sign-in.store.ts';
import { requireAdmin } from '../access.ts';
import type { SyncSettings } from '../sync/ports.ts';
import type { SigningKey } from './ports.ts';

/** One of them, without its private part. */
export interface OwnKey extends KeyTimes {
  kid: string;
}

/** The keys by which other helpdesks know this one: made when they are first asked for, replaced every 90 days. */
export class OwnKeys {
  constructor(
    private readonly db: DataSource,
    private readonly store: SignInStore,
    private readonly box: SecretBox,
    private readonly outbox: Outbox,
    private readonly clock: Clock,
    private readonly settings: Pick<SyncSettings, 'node'>,
  ) {}

  /** Where others read them. */
  get address(): string {
    return `${this.settings.node}/federation/v1/jwks`;
  }

  /** What others check our signatures with. */
  async published(): Promise<{ keys: Record<string, unknown>[] }> {
    return { keys: (await this.ready()).map((key) => key.public) };
  }

  /** What we sign with now. */
  async signing(): Promise<SigningKey> {
    const now = this.clock.now();
    const key = (await this.ready()).find(({ signsFrom }) => signsFrom <= now);
    if (!key) throw new Error('no key of this desk may sign');
    return { kid: key.kid, jwk: JSON.parse(this.box.open(key.private, contextOf(key.kid)).toString()) };
  }

  /** @throws AppError forbidden */
  async list(actor: Actor | undefined): Promise<OwnKey[]> {
    requireAdmin(actor);
    return this.ready();
  }

  /** @param atOnce  the present ones may be known to somebody: they end now. @throws AppError forbidden */
  async rotate(actor: Actor | undefined, atOnce: boolean): Promise<OwnKey[]> {
    const admin = requireAdmin(actor);
    await transaction(this.db, async (tx) => {
      await this.store.lockKeys(tx);
      const [newest] = await this.store.keys(tx, this.clock.now());
      if (!atOnce && isNext(newest, this.clock.now())) return;
      const kid = await this.make(tx, newest === undefined || atOnce);
      const object = { type: 'Federation', id: 0, label: 'key of this desk' };
      const changes = { kid: { from: newest?.kid ?? null, to: kid }, at_once: { to: atOnce } };
      await this.outbox.add(tx, recordAudit, auditMessage(admin, { action: 'federation.key-made', object, changes }));
    });
    return this.ready();
  }

  private async ready(): Promise<NodeKey[]> {
    const keys = await this.store.keys(this.db, this.clock.now());
    if (!isDue(keys[0], this.clock.now())) return keys;
    return transaction(this.db, async (tx) => {
      await this.store.lockKeys(tx);
      const [newest] = await this.store.keys(tx, this.clock.now());
      if (isDue(newest, this.clock.now())) await this.make(tx, newest === undefined);
      return this.store.keys(tx, this.clock.now());
    });
  }

  private async make(tx: EntityManager, atOnce: boolean): Promise<string> {
    const now = this.clock.now();
    const jwk = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' });
    const { kty, crv, x, y } = jwk;
    // RFC 7638
    const kid = createHash('sha256').update(JSON.stringify({ crv, kty, x, y })).digest('base64url');
    const { signsFrom, othersEndAt } = timesOfNext(now, atOnce);
    const key = {
      ...{ kid, signsFrom, public: { kty, crv, x, y, kid, alg: 'ES256', use: 'sig' } },
      private: this.box.seal(Buffer.from(JSON.stringify(jwk)), contextOf(kid)),
    };
    await this.store.addKey(tx, key, othersEndAt, now);
    return kid;
  }
}

function contextOf(kid: string): string {
  return `node_key:${kid}`;
}
