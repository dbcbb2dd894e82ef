import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import {
  auditMessage,
  type Caller,
  changesBetween,
  recordAudit,
  type IntegrationSettings as Settings,
} from '@helpmesh/contracts';
import { AppError, type Clock } from '@helpmesh/kernel';
import { Outbox } from '@helpmesh/messaging';
import { transaction } from '@helpmesh/persistence';
import { CLOCK } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { DeskSettingStore } from '../../persistence/desk-setting.store.ts';
import { invalidParam, requireAnyOf } from '../access.ts';
import { References, Wanted } from '../references.ts';

type Stored = Omit<Settings, 'check_mk_token_set' | 'cti_token_set'>;
type Kind = 'check_mk' | 'cti';

/** What holds until somebody chooses otherwise: nothing is open. The numbers are Zammad's. */
const untouched: Stored = {
  form_ticket_create: false,
  form_ticket_create_group_id: null,
  form_ticket_create_by_ip_per_hour: 20,
  form_ticket_create_by_ip_per_day: 240,
  form_ticket_create_per_day: 5000,
  check_mk_integration: false,
  check_mk_group_id: null,
  check_mk_auto_close: true,
  check_mk_auto_close_state_id: null,
  alert_group_id: null,
  alert_auto_close: true,
  cti_integration: false,
  cti_config: { outbound: { routing_table: [], default_caller_id: '' }, inbound: { block_caller_ids: [] } },
};
const names = Object.keys(untouched) as (keyof Stored)[];
const permissionFor = (name: string) => (name.startsWith('form_') ? 'admin.channel_formular' : 'admin.integration');
const hashName = (kind: Kind) => `${kind}_token_sha256`;

/** Ways in for forms on pages of others and for machines. */
@Injectable()
export class IntegrationSettings {
  constructor(
    private readonly db: DataSource,
    private readonly store: DeskSettingStore,
    private readonly references: References,
    private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async current(on: DataSource | EntityManager = this.db): Promise<Settings> {
    const all = await this.store.all(on);
    const chosen = Object.fromEntries(names.flatMap((name) => (name in all ? [[name, all[name]]] : [])));
    const set = (kind: Kind) => typeof all[hashName(kind)] === 'string';
    return { ...untouched, ...chosen, check_mk_token_set: set('check_mk'), cti_token_set: set('cti') };
  }

  /** @throws AppError forbidden */
  async read(actor: Caller): Promise<Settings> {
    requireAnyOf(actor, ['admin.integration', 'admin.channel_formular']);
    return this.current();
  }

  /** @throws AppError forbidden; invalid for a group or a state that there is not */
  async update(actor: Caller, input: { [K in keyof Stored]?: Stored[K] | null | undefined }): Promise<Settings> {
    requireAnyOf(actor, ['admin.integration', 'admin.channel_formular']);
    const given = names.filter((name) => input[name] !== undefined);
    for (const name of given) requireAnyOf(actor, [permissionFor(name)]);
    await this.requireKnown(input);
    return transaction(this.db, async (tx) => {
      const before = await this.current(tx);
      const values = Object.fromEntries(given.map((name) => [name, input[name]]));
      await this.store.set(tx, values, actor.userId, this.clock.now());
      const after = await this.current(tx);
      const changes = changesBetween(before, after, names);
      if (Object.keys(changes).length > 0) await this.audit(tx, actor, given.join(', '), changes);
      return after;
    });
  }

  /** @throws AppError forbidden */
  async renewToken(actor: Caller, kind: Kind): Promise<{ token: string }> {
    requireAnyOf(actor, ['admin.integration']);
    const token = randomBytes(24).toString('base64url');
    await transaction(this.db, async (tx) => {
      await this.store.set(tx, { [hashName(kind)]: hashOf(token).toString('hex') }, actor.userId, this.clock.now());
      await this.audit(tx, actor, `${kind}_token`, undefined);
    });
    return { token };
  }

  /**
   * What holds, for a machine that shows its token.
   * @throws AppError invalid `integration.off` while that kind is switched off; unauthenticated `integration.wrong-token`
   */
  async admit(kind: Kind, token: string): Promise<Settings> {
    const settings = await this.current();
    if (!settings[`${kind}_integration`]) {
      throw new AppError('invalid', 'integration.off', 'Feature not configured, please contact your admin!');
    }
    const hash = (await this.store.all(this.db))[hashName(kind)];
    const known = Buffer.from(typeof hash === 'string' ? hash : '', 'hex');
    const shown = hashOf(token);
    if (known.length !== shown.length || !timingSafeEqual(known, shown)) {
      throw new AppError('unauthenticated', 'integration.wrong-token', 'Invalid token, please contact your admin!');
    }
    return settings;
  }

  private async requireKnown(input: { [K in keyof Stored]?: Stored[K] | null | undefined }): Promise<void> {
    const wanted = new Wanted();
    const groups = ['form_ticket_create_group_id', 'check_mk_group_id', 'alert_group_id'] as const;
    for (const name of groups) wanted.group(input[name]);
    const refs = await this.references.resolve(wanted);
    for (const name of groups) {
      const id = input[name];
      if (id != null && !refs.group(id)?.active) throw invalidParam(name, id);
    }
    const state = input.check_mk_auto_close_state_id;
    if (state == null) return;
    const found = refs.states.find({ id: state });
    if (found?.type !== 'closed') throw invalidParam('check_mk_auto_close_state_id', state);
  }

  private async audit(
    tx: EntityManager,
    actor: Caller,
    label: string,
    changes: ReturnType<typeof changesBetween> | undefined,
  ): Promise<void> {
    const entry = { action: 'integration-setting.changed' as const, object: { type: 'Setting', id: 0, label } };
    await this.outbox.add(tx, recordAudit, auditMessage(actor, { ...entry, ...(changes && { changes }) }));
  }
}

function hashOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
