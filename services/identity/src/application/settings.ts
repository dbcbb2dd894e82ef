import { type Actor, changesBetween, type Setting, settingChanged } from '@helpmesh/contracts';
import { AppError, type Clock } from '@helpmesh/kernel';
import { Outbox } from '@helpmesh/messaging';
import { transaction } from '@helpmesh/persistence';
import { CLOCK, CONFIG } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { z } from 'zod';
import type { IdentityConfig } from '../config.ts';
import { maySettings } from '../domain/access.ts';
import { type DeskFact, deskFacts } from '../domain/desk-facts.ts';
import { isZone } from '../domain/time-zone.ts';
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
  /** How tickets are numbered, from the next one on. */
  ticket_number: z.enum(['Ticket::Number::Increment', 'Ticket::Number::Date']),
  ticket_number_increment: z.object({ checksum: z.boolean(), min_size: z.number().int().min(1).max(20) }),
  ticket_number_date: z.object({ checksum: z.boolean() }),
  /** Where the desk is, as the name of a time zone; empty: as its default calendar says, and UTC in mails about accounts. */
  timezone_default: z.string().refine((name) => name === '' || isZone(name)),
  /** The time of a customer's last contact: that of their last article, or of the first one that nobody answered. */
  ticket_last_contact_behaviour: z.enum(['based_on_customer_reaction', 'check_if_agent_already_replied']),
  /** Programs may show API tokens. */
  api_token_access: z.boolean(),
  /** Programs may show a login and a password. */
  api_password_access: z.boolean(),
  /** The desk is for those who look after it alone. */
  maintenance_mode: z.boolean(),
  /** The page for signing in says something, also while the desk is open. */
  maintenance_login: z.boolean(),
  maintenance_login_message: z.string().max(1_000),
  /** When all open pages were last asked to load themselves anew; empty: never. */
  maintenance_reload_at: z.union([z.literal(''), z.iso.datetime()]),
} satisfies Record<string, z.ZodType>;
export type SettingName = keyof typeof shapes;

interface About {
  title: string;
  initial: unknown;
  area: string;
  permission: string;
}
const ofSecurity = { area: 'Security::Base', permission: 'admin.security' } as const;
const ofApi = { area: 'API::Base', permission: 'admin.api' } as const;
const ofMaintenance = { area: 'Core::WebApp', permission: 'admin.maintenance' } as const;
const ofNumbers = { area: 'Ticket::Number', permission: 'admin.ticket' } as const;
const about: Record<SettingName, About> = {
  user_create_account: { ...ofSecurity, title: 'New User Accounts', initial: true },
  user_sign_in_by_link: { ...ofSecurity, title: 'Sign-in by a link in a mail', initial: true },
  user_delete_account: { ...ofSecurity, title: 'Delete User Accounts', initial: true },
  two_factor_authentication_enforce_role_ids: {
    ...ofSecurity,
    title: 'Enforce the setup of the two-factor authentication',
    initial: [],
  },
  ticket_number: { ...ofNumbers, title: 'Ticket Number Format', initial: 'Ticket::Number::Increment' },
  ticket_number_increment: {
    ...{ ...ofNumbers, title: 'Ticket Number Increment', initial: { checksum: false, min_size: 5 } },
  },
  ticket_number_date: { ...ofNumbers, title: 'Ticket Number Increment Date', initial: { checksum: false } },
  ticket_last_contact_behaviour: {
    ...{ area: 'Ticket::Base', permission: 'admin.ticket', title: 'Ticket Last Contact Behaviour' },
    initial: 'check_if_agent_already_replied',
  },
  api_token_access: { ...ofApi, title: 'API Token Access', initial: true },
  api_password_access: { ...ofApi, title: 'API Password Access', initial: true },
  maintenance_mode: { ...ofMaintenance, title: 'Maintenance Mode', initial: false },
  maintenance_login: { ...ofMaintenance, title: 'Maintenance Login', initial: false },
  maintenance_login_message: { ...ofMaintenance, title: 'Maintenance Login', initial: '' },
  maintenance_reload_at: { ...ofMaintenance, title: 'Reload all clients', initial: '' },
  timezone_default: { area: 'System::Base', permission: 'admin.system', title: 'Default time zone', initial: '' },
};
/** What other services keep or act on, and are told of. */
const kept: ReadonlySet<string> = new Set<SettingName>([
  ...(['timezone_default', 'ticket_number', 'ticket_number_increment', 'ticket_number_date'] as const),
  ...(['ticket_last_contact_behaviour', 'maintenance_reload_at'] as const),
]);

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
    private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(CONFIG) config: Pick<IdentityConfig, 'HELPMESH_PUBLIC_URL'>,
  ) {
    this.facts = deskFacts(config.HELPMESH_PUBLIC_URL);
  }

  /** @throws AppError forbidden */
  async list(actor: Actor): Promise<z.output<typeof Setting>[]> {
    if (!maySettings.read(actor)) throw refusals.notAuthorized();
    return this.all();
  }

  /** @throws AppError forbidden, not-found */
  async get(actor: Actor, id: number): Promise<z.output<typeof Setting>> {
    if (!maySettings.read(actor)) throw refusals.notAuthorized();
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
    if (!maySettings.read(actor)) throw refusals.notAuthorized();
    const fact = this.facts.find((one) => one.id === id);
    if (fact) {
      const why = `The setting '${fact.name}' says how the desk is; it is not changed here.`;
      throw new AppError('invalid', 'identity.setting-fixed', why);
    }
    return transaction(this.db, async (tx) => {
      const row = await this.settings.byId(tx, id);
      if (!row) throw refusals.notFound('Setting', id);
      if (!maySettings.change(actor, about[row.name as SettingName].permission)) throw refusals.notAuthorized();
      const parsed = shapes[row.name as SettingName].safeParse(value);
      if (!parsed.success) {
        throw new AppError('invalid', 'identity.setting-invalid', `This is no value of the setting '${row.name}'.`);
      }
      if (Array.isArray(parsed.data)) {
        const known = new Set((await this.roles.byIds(tx, parsed.data)).map((role) => role.id));
        const unknown = parsed.data.find((roleId) => !known.has(roleId));
        if (unknown !== undefined) throw refusals.noSuchId('role', unknown);
      }
      await this.set(tx, actor, row, parsed.data);
      await this.audit.record(tx, actor, {
        action: 'setting.changed',
        object: { type: 'Setting', id, label: row.name },
        changes: changesBetween({ value: row.value }, { value: parsed.data }, ['value']),
      });
      return shown((await this.settings.byId(tx, id)) as SettingRow);
    });
  }

  private async set(tx: EntityManager, { userId }: Actor, { id, name, updatedAt }: SettingRow, value: unknown) {
    // Later than the value before it, whatever the clock says: neighbours keep the latest.
    const at = Math.max(this.clock.now(), updatedAt.getTime() + 1);
    await this.settings.set(tx, id, value, { userId, at: new Date(at) });
    if (!kept.has(name)) return this.announce.accessChanged(tx, null, 'setting');
    const data = { name, value, byUserId: userId };
    await this.outbox.add(tx, settingChanged, { aggregateId: name, aggregateVersion: at, data });
  }
}

function shown(row: SettingRow): z.output<typeof Setting> {
  const { title, initial, area } = about[row.name as SettingName];
  return {
    ...{ id: row.id, name: row.name, title, area },
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
