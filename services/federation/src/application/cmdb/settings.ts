import {
  auditMessage,
  type Caller,
  changesBetween,
  type cmdb,
  type OutputOf,
  type ParsedInputOf,
  recordAudit,
  type CmdbSettings as Shown,
} from '@helpmesh/contracts';
import { AppError, type Clock } from '@helpmesh/kernel';
import type { Outbox } from '@helpmesh/messaging';
import { transaction } from '@helpmesh/persistence';
import type { SafeFetch, SecretBox } from '@helpmesh/service-kit';
import type { DataSource } from 'typeorm';
import type { CmdbSettingRow, CmdbStore } from '../../persistence/cmdb.store.ts';
import { requireAdmin } from '../access.ts';
import type { CmdbAccess, CmdbWire } from './ports.ts';

type Change = NonNullable<ParsedInputOf<typeof cmdb.verify>['body']>;

const nothing: CmdbSettingRow = {
  ...{ active: false, url: '', api_key: null, user_name: '', password: null, tenant: '', logbook: true, revision: '' },
};
const secrets = { api_key: 'cmdb_setting:api_key', password: 'cmdb_setting:password' } as const;

export interface ReadyCmdb {
  access: CmdbAccess;
  tenant: string;
  logbook: boolean;
  /** Another one after each change of the settings. */
  revision: string;
}

/** The connection to the CMDB. */
export class CmdbSettings {
  constructor(
    private readonly db: DataSource,
    private readonly store: CmdbStore,
    private readonly box: SecretBox,
    private readonly wire: CmdbWire,
    private readonly safe: Pick<SafeFetch, 'check'>,
    private readonly outbox: Outbox,
    private readonly clock: Clock,
  ) {}

  /** @returns undefined while it is off */
  async access(): Promise<ReadyCmdb | undefined> {
    const row = await this.store.setting(this.db);
    if (!row?.active) return undefined;
    const { tenant, logbook, revision } = row;
    return { access: this.opened(row), tenant, logbook, revision };
  }

  /** @throws AppError forbidden */
  async read(actor: Caller | undefined): Promise<Shown> {
    requireAdmin(actor);
    return shown((await this.store.setting(this.db)) ?? nothing);
  }

  /** @throws AppError forbidden; invalid `cmdb.incomplete`, `net.address-refused` */
  async update(actor: Caller | undefined, change: Change): Promise<Shown> {
    const admin = requireAdmin(actor);
    const after = await transaction(this.db, async (tx) => {
      const before = (await this.store.lockSetting(tx)) ?? nothing;
      const next = this.changedBy(before, change);
      if (next.active) this.requireComplete(next);
      await this.store.saveSetting(tx, next, admin.userId, this.clock.now());
      const changes = changesBetween(shown(before), shown(next), ['active', 'url', 'user', 'tenant', 'logbook']);
      for (const name of ['api_key', 'password'] as const) if (change[name] !== undefined) changes[name] = {};
      if (Object.keys(changes).length > 0) {
        const object = { type: 'Setting', id: 'cmdb', label: 'CMDB' };
        await this.outbox.add(
          tx,
          recordAudit,
          auditMessage(admin, { action: 'cmdb-setting.changed', object, changes }),
        );
      }
      return next;
    });
    return shown(after);
  }

  /**
   * A key or password that is stored is never sent to another address than the one it was stored for.
   * @throws AppError forbidden; invalid `cmdb.incomplete`; unavailable `cmdb.…`
   */
  async verify(actor: Caller | undefined, change: Change): Promise<OutputOf<typeof cmdb.verify>> {
    requireAdmin(actor);
    const before = (await this.store.setting(this.db)) ?? nothing;
    const row = this.changedBy(before, change);
    this.requireComplete(row);
    const [version] = await this.wire.ask(this.opened(row), [{ method: 'idoit.version', params: {} }]);
    if (!version?.ok) {
      throw new AppError(
        'unavailable',
        'cmdb.refused',
        'The CMDB refuses the name, the password or the key.',
        version?.message,
      );
    }
    const said = version.result as { version?: unknown; login?: { mandator?: unknown; tenant?: unknown } } | null;
    const text = (value: unknown) => (typeof value === 'string' || typeof value === 'number' ? String(value) : '');
    return { version: text(said?.version), tenant: text(said?.login?.tenant) || text(said?.login?.mandator) };
  }

  private changedBy(before: CmdbSettingRow, change: Change): CmdbSettingRow {
    const { active, url, api_key: key, user, password, tenant, logbook } = change;
    const address = url?.replace(/(\/src\/jsonrpc\.php)?\/*$/, '');
    // Whoever may set the address must not learn by it what is stored.
    const kept =
      address === undefined || address === before.url ? before : { ...before, api_key: null, password: null };
    const sealed = (name: keyof typeof secrets, text: string | undefined) =>
      text === undefined ? kept[name] : text === '' ? null : this.box.seal(Buffer.from(text), secrets[name]);
    return {
      active: active ?? before.active,
      url: address ?? before.url,
      api_key: sealed('api_key', key),
      user_name: user ?? before.user_name,
      password: sealed('password', password),
      tenant: tenant ?? before.tenant,
      logbook: logbook ?? before.logbook,
      revision: before.revision,
    };
  }

  /** @throws AppError invalid `cmdb.incomplete`, `net.address-refused` */
  private requireComplete({ url, api_key: key }: CmdbSettingRow): void {
    if (url === '' || !key) throw new AppError('invalid', 'cmdb.incomplete', 'An address and an API key are needed.');
    this.safe.check(url);
  }

  private opened(row: CmdbSettingRow): CmdbAccess {
    const open = (name: keyof typeof secrets) => {
      const sealed = row[name];
      return sealed ? this.box.open(sealed, secrets[name]).toString() : '';
    };
    return { url: row.url, apiKey: open('api_key'), user: row.user_name, password: open('password') };
  }
}

function shown(row: CmdbSettingRow): Shown {
  return {
    ...{ type: 'idoit', active: row.active, url: row.url, api_key_set: row.api_key !== null, user: row.user_name },
    ...{ password_set: row.password !== null, tenant: row.tenant, logbook: row.logbook },
  };
}
