import { type Actor, changesBetween, type Setting } from '@helpmesh/contracts';
import { AppError, type Clock } from '@helpmesh/kernel';
import { transaction } from '@helpmesh/persistence';
import { CLOCK, CONFIG } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { z } from 'zod';
import type { IdentityConfig } from '../config.ts';
import { maySettings } from '../domain/access.ts';
import { type DeskFact, deskFacts } from '../domain/desk-facts.ts';
import { RoleStore } from '../persistence/role.store.ts';
import { type SettingRow, SettingStore } from '../persistence/setting.store.ts';
import { Announce } from './announce.ts';
import { Audit } from './audit/audit.ts';
import { refusals } from './refusals.ts';

/** What each setting may be, and was at first; the names are Zammad's. */
const shapes = {
  /** Strangers may make themselves an account. */
  user_create_account: z.boolean(),
  /** Customers may have a link mailed that signs them in. */
  user_sign_in_by_link: z.boolean(),
  /** Customers may delete their own accounts. */
  user_delete_account: z.boolean(),
  /** Who has one of these roles sets up a second factor at the next sign-in. */
  two_factor_authentication_enforce_role_ids: z.array(z.number().int().positive()).max(1000),
} satisfies Record<string, z.ZodType>;
export type SettingName = keyof typeof shapes;

const titles: Record<SettingName, { title: string; initial: unknown }> = {
  user_create_account: { title: 'New User Accounts', initial: true },
  user_sign_in_by_link: { title: 'Sign-in by a link in a mail', initial: true },
  user_delete_account: { title: 'Delete User Accounts', initial: true },
  two_factor_authentication_enforce_role_ids: {
    title: 'Enforce the setup of the two-factor authentication',
    initial: [],
  },
};

const SYSTEM = 1;

@Injectable()
export class Settings {
  private readonly facts: readonly DeskFact[];

  constructor(
    private readonly db: DataSource,
    private readonly settings: SettingStore,
    private readonly roles: RoleStore,
    private readonly announce: Announce,
    private readonly audit: Audit,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(CONFIG) config: Pick<IdentityConfig, 'HELPMESH_PUBLIC_URL'>,
  ) {
    this.facts = deskFacts(config.HELPMESH_PUBLIC_URL);
  }

  /** @throws AppError forbidden */
  async list(actor: Actor): Promise<z.output<typeof Setting>[]> {
    if (!maySettings.manage(actor)) throw refusals.notAuthorized();
    return this.all();
  }

  /** @throws AppError forbidden, not-found */
  async get(actor: Actor, id: number): Promise<z.output<typeof Setting>> {
    if (!maySettings.manage(actor)) throw refusals.notAuthorized();
    const found = (await this.all()).find((setting) => setting.id === id);
    if (!found) throw refusals.notFound('Setting', id);
    return found;
  }

  private async all(): Promise<z.output<typeof Setting>[]> {
    const rows = (await this.settings.all(this.db)).map(shown);
    // As old as the desk.
    const since = rows.map((row) => row.created_at).sort()[0] ?? new Date(this.clock.now()).toISOString();
    return [...rows, ...this.facts.map((fact) => shownFact(fact, since))];
  }

  /** @throws AppError forbidden, not-found, invalid */
  async update(actor: Actor, id: number, value: unknown): Promise<z.output<typeof Setting>> {
    if (!maySettings.manage(actor)) throw refusals.notAuthorized();
    const fact = this.facts.find((one) => one.id === id);
    if (fact) {
      const why = `The setting '${fact.name}' says how the desk is; it is not changed here.`;
      throw new AppError('invalid', 'identity.setting-fixed', why);
    }
    return transaction(this.db, async (tx) => {
      const row = await this.settings.byId(tx, id);
      if (!row) throw refusals.notFound('Setting', id);
      const parsed = shapes[row.name as SettingName].safeParse(value);
      if (!parsed.success) {
        throw new AppError('invalid', 'identity.setting-invalid', `This is no value of the setting '${row.name}'.`);
      }
      if (Array.isArray(parsed.data)) {
        const known = new Set((await this.roles.byIds(tx, parsed.data)).map((role) => role.id));
        const unknown = parsed.data.find((roleId) => !known.has(roleId));
        if (unknown !== undefined) throw refusals.noSuchId('role', unknown);
      }
      await this.settings.set(tx, id, parsed.data, { userId: actor.userId, at: new Date(this.clock.now()) });
      await this.announce.accessChanged(tx, null, 'setting');
      await this.audit.record(tx, actor, {
        action: 'setting.changed',
        object: { type: 'Setting', id, label: row.name },
        changes: changesBetween({ value: row.value }, { value: parsed.data }, ['value']),
      });
      return shown((await this.settings.byId(tx, id)) as SettingRow);
    });
  }
}

function shown(row: SettingRow): z.output<typeof Setting> {
  const { title, initial } = titles[row.name as SettingName];
  return {
    ...{ id: row.id, name: row.name, title, area: 'Security::Base' },
    state_current: { value: row.value },
    state_initial: { value: initial },
    preferences: { readonly: false },
    updated_by_id: row.updatedById,
    created_at: row.createdAt.toISOString(),
    updated_at: row.updatedAt.toISOString(),
  };
}

function shownFact({ id, name, title, area, value }: DeskFact, since: string): z.output<typeof Setting> {
  return {
    ...{ id, name, title, area, state_current: { value }, state_initial: { value }, preferences: { readonly: true } },
    ...{ updated_by_id: SYSTEM, created_at: since, updated_at: since },
  };
}
