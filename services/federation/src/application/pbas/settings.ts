import { BlockList, isIP } from 'node:net';
import {
  auditMessage,
  type Caller,
  changesBetween,
  type ParsedInputOf,
  type pbas,
  recordAudit,
  type PbasSettings as Shown,
} from '@helpmesh/contracts';
import { AppError, type Clock, epochMs } from '@helpmesh/kernel';
import type { Outbox } from '@helpmesh/messaging';
import { transaction } from '@helpmesh/persistence';
import type { SecretBox } from '@helpmesh/service-kit';
import type { DataSource } from 'typeorm';
import { type PbasChoices, untouchedPbas } from '../../domain/pbas/settings.ts';
import type { PbasSettingRow, PbasStore } from '../../persistence/pbas.store.ts';
import type { DigestScheme } from '../../soap/guard.ts';
import { requireAdmin } from '../access.ts';

/** How long a phrase that was replaced is still taken: panels are changed by hand. */
const PREVIOUS_MS = 86_400_000;
const names = Object.keys(untouchedPbas) as (keyof PbasChoices)[];
const context = 'pbas_setting:secret';

type Change = ParsedInputOf<typeof pbas.update>['body'];

export interface ReadyPbas extends PbasChoices {
  /** Phrases that are taken now, the present one first; none: nobody is let in. */
  secrets: string[];
}

/** How a control panel may use this helpdesk, and its secret phrase. */
export class PbasSettings {
  constructor(
    private readonly db: DataSource,
    private readonly store: PbasStore,
    private readonly box: SecretBox,
    private readonly outbox: Outbox,
    private readonly clock: Clock,
  ) {}

  /** With the phrases in clear, for the moment of a check. @throws AppError unavailable `secrets.unreadable` */
  async ready(): Promise<ReadyPbas> {
    const row = await this.store.setting(this.db);
    const previous = row && this.previousHolds(row) ? row.previous_secret : null;
    const secrets = [row?.secret, previous].flatMap((sealed) => {
      return sealed ? [this.box.open(sealed, context).toString()] : [];
    });
    return { ...untouchedPbas, ...row?.choices, secrets };
  }

  /** @throws AppError forbidden */
  async read(actor: Caller | undefined): Promise<Shown> {
    requireAdmin(actor);
    return this.shown(await this.store.setting(this.db));
  }

  /** @throws AppError forbidden; invalid `pbas.no-such-network`, `pbas.secret-missing` */
  async update(actor: Caller | undefined, change: Change): Promise<Shown> {
    const admin = requireAdmin(actor);
    const { secret, forget_previous_secret: forget, ...choices } = change;
    networksOf(choices.allowed_networks ?? []);
    return transaction(this.db, async (tx) => {
      const now = this.clock.now();
      const before = (await this.store.lockSetting(tx)) ?? nothing;
      const given = Object.fromEntries(Object.entries(choices).filter(([, value]) => value !== undefined));
      const after: PbasSettingRow = { ...before, choices: { ...before.choices, ...given } };
      if (secret !== undefined) {
        after.secret = this.box.seal(Buffer.from(secret), context);
        after.previous_secret = before.secret;
        after.previous_until = before.secret ? new Date(now + PREVIOUS_MS) : null;
      }
      if (forget) Object.assign(after, { previous_secret: null, previous_until: null });
      if (after.choices.active && !after.secret) {
        throw new AppError('invalid', 'pbas.secret-missing', 'Set a secret phrase before you switch it on.');
      }
      await this.store.saveSetting(tx, after, admin.userId, now);
      const [old, present] = [this.shown(before), this.shown(after)];
      const changes = changesBetween(old, present, [...names, 'previous_secret_until']);
      // What the phrase is stays untold; that it is another one does not.
      if (secret !== undefined) changes.secret = {};
      if (Object.keys(changes).length > 0) {
        const object = { type: 'Setting', id: 'pbas', label: 'PBA-S' };
        await this.outbox.add(
          tx,
          recordAudit,
          auditMessage(admin, { action: 'pbas-setting.changed', object, changes }),
        );
      }
      return present;
    });
  }

  /** Discovery is over: from now on this scheme alone. */
  async settle(scheme: DigestScheme): Promise<void> {
    await transaction(this.db, async (tx) => {
      const before = await this.store.lockSetting(tx);
      if (before?.choices.scheme !== 'auto') return;
      await this.store.saveSetting(tx, { ...before, choices: { ...before.choices, scheme } }, 1, this.clock.now());
      const object = { type: 'Setting', id: 'pbas', label: 'PBA-S' };
      const changes = { scheme: { from: 'auto', to: scheme } };
      const nobody = { kind: 'service', userId: 1 } as const;
      await this.outbox.add(tx, recordAudit, auditMessage(nobody, { action: 'pbas-setting.changed', object, changes }));
    });
  }

  private shown(row: PbasSettingRow | undefined): Shown {
    return {
      ...untouchedPbas,
      ...row?.choices,
      secret_set: Boolean(row?.secret),
      previous_secret_until: row && this.previousHolds(row) ? (row.previous_until?.toISOString() ?? null) : null,
    };
  }

  private previousHolds({ previous_until: until }: PbasSettingRow): boolean {
    return until !== null && epochMs(until) > this.clock.now();
  }
}

const nothing: PbasSettingRow = { choices: {}, secret: null, previous_secret: null, previous_until: null };

/** The networks as a list that addresses are looked up in. @throws AppError invalid `pbas.no-such-network` */
export function networksOf(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const text of networks) {
    const [address = '', bits, ...rest] = text.trim().split('/');
    const family = isIP(address);
    const most = family === 4 ? 32 : 128;
    const width = bits === undefined ? most : /^\d{1,3}$/.test(bits) ? Number(bits) : -1;
    if (family === 0 || width < 0 || width > most || rest.length > 0) {
      const detail = `${text.slice(0, 64)} is no network such as 192.0.2.0/24.`;
      throw new AppError('invalid', 'pbas.no-such-network', detail);
    }
    list.addSubnet(address, width, family === 4 ? 'ipv4' : 'ipv6');
  }
  return list;
}
