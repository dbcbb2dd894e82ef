import {
  type Actor,
  auditMessage,
  type Caller,
  changesBetween,
  recordAudit,
  SECRET_MASK,
  type WebhookInput,
} from '@helpmesh/contracts';
import { AppError, type Clock } from '@helpmesh/kernel';
import type { Outbox } from '@helpmesh/messaging';
import { afterCommit, transaction, violates } from '@helpmesh/persistence';
import { writtenSecret } from '@helpmesh/service-kit';
import type { DataSource, EntityManager } from 'typeorm';
import { templateTrouble } from '../../domain/webhook/payload.ts';
import type { WebhookRow, WebhookValues } from '../../domain/webhook/webhook.ts';
import type { WebhookStore } from '../../persistence/webhook.store.ts';
import type { WebhookDeliveryStore } from '../../persistence/webhook-delivery.store.ts';
import { requireWebhookAdmin, requireWebhookReader } from './access.ts';
import type { WebhookWire } from './ports.ts';
import type { Receivers } from './receivers.ts';

const secrets = ['signature_token', 'basic_auth_password', 'bearer_token'] as const;
const plain = [
  ...(['name', 'endpoint', 'http_method', 'ssl_verify', 'customized_payload', 'custom_payload', 'note'] as const),
  ...(['active', 'basic_auth_username'] as const),
];

/** The receivers, for those who look after them. Secrets go in and never come out. */
export class ManageWebhooks {
  constructor(
    private readonly db: DataSource,
    private readonly webhooks: WebhookStore,
    private readonly deliveries: WebhookDeliveryStore,
    private readonly receivers: Receivers,
    private readonly wire: Pick<WebhookWire, 'check'>,
    private readonly outbox: Outbox,
    private readonly clock: Clock,
    private readonly wake: () => void,
  ) {}

  /** @throws AppError forbidden */
  async list(actor: Actor | undefined, limit: number, offset: number): Promise<WebhookRow[]> {
    requireWebhookReader(actor);
    return this.webhooks.list(this.db, limit, offset);
  }

  /** @throws AppError forbidden; not-found `webhook.not-found` */
  async get(actor: Actor | undefined, id: number): Promise<WebhookRow> {
    requireWebhookReader(actor);
    return found(await this.webhooks.get(this.db, id), id);
  }

  /**
   * @returns the row, and the key that its calls are signed with as receivers write it down
   * @throws AppError forbidden; invalid `net.address-refused`, `webhook.payload-invalid`, `input.*`
   */
  async create(caller: Caller | undefined, input: WebhookInput): Promise<{ row: WebhookRow; signingSecret: string }> {
    const actor = requireWebhookAdmin(caller);
    if (input.endpoint === undefined) {
      throw new AppError('invalid', 'input.missing', "The required value 'endpoint' is missing.");
    }
    const values = { ...defaults, ...this.checked(input, undefined), name: nameOf(input.name) };
    return this.write(async (tx) => {
      const now = this.clock.now();
      const id = await this.webhooks.insert(tx, values, authorOf(actor), now);
      const bare = found(await this.webhooks.get(tx, id), id);
      const { key, values: sealedKey } = this.receivers.newKey(id, bare, now);
      await this.webhooks.update(tx, id, { ...this.sealed(id, input), ...sealedKey }, authorOf(actor), now);
      const row = found(await this.webhooks.get(tx, id), id);
      await this.tell(tx, actor, 'created', null, row);
      return { row, signingSecret: writtenSecret(key) };
    });
  }

  /** @throws AppError like `create`; not-found `webhook.not-found` */
  async update(caller: Caller | undefined, id: number, input: WebhookInput): Promise<WebhookRow> {
    const actor = requireWebhookAdmin(caller);
    return this.write(async (tx) => {
      const now = this.clock.now();
      const before = found(await this.webhooks.lock(tx, id), id);
      const values: Partial<WebhookValues> = { ...this.checked(input, before), ...this.sealed(id, input) };
      if (input.name !== undefined) values.name = nameOf(input.name);
      if (values.active === true && !before.active) values.disabled_reason = null;
      await this.webhooks.update(tx, id, values, authorOf(actor), now);
      if (values.active === false && before.active) {
        await this.deliveries.giveUp(tx, id, 'The webhook was switched off.', now);
      }
      // Whoever saw to it wants to see whether it works now, and not after the days before count again.
      await this.webhooks.recover(tx, id);
      afterCommit(tx, this.wake);
      const row = found(await this.webhooks.get(tx, id), id);
      await this.tell(tx, actor, 'changed', before, row);
      return row;
    });
  }

  /** With its log. @throws AppError forbidden; not-found `webhook.not-found` */
  async remove(caller: Caller | undefined, id: number): Promise<void> {
    const actor = requireWebhookAdmin(caller);
    await this.write(async (tx) => {
      const before = found(await this.webhooks.lock(tx, id), id);
      await this.webhooks.remove(tx, id);
      await this.tell(tx, actor, 'deleted', before, null);
    });
  }

  /** @returns the new key; for a day the present one signs as well */
  async rotate(caller: Caller | undefined, id: number): Promise<string> {
    const actor = requireWebhookAdmin(caller);
    return this.write(async (tx) => {
      const now = this.clock.now();
      const before = found(await this.webhooks.lock(tx, id), id);
      const { key, values } = this.receivers.newKey(id, before, now);
      await this.webhooks.update(tx, id, values, authorOf(actor), now);
      const object = { type: 'Webhook', id, label: before.name };
      const told = { action: 'webhook.key-replaced', object, changes: { signing_key: {} } };
      await this.outbox.add(tx, recordAudit, auditMessage(actor, told));
      return writtenSecret(key);
    });
  }

  private checked(input: WebhookInput, before: WebhookRow | undefined): Partial<WebhookValues> {
    if (input.endpoint !== undefined) this.wire.check(input.endpoint);
    const values = Object.fromEntries(
      plain.filter((name) => input[name] !== undefined && name !== 'name').map((name) => [name, input[name]]),
    ) as Partial<WebhookValues>;
    if (values.basic_auth_username === '') values.basic_auth_username = null;
    const next = { ...before, ...values };
    if (next.customized_payload) {
      const trouble = templateTrouble(next.custom_payload ?? '');
      if (trouble) {
        throw new AppError('invalid', 'webhook.payload-invalid', `The custom payload cannot be used: ${trouble}.`);
      }
    }
    return values;
  }

  /** The mask, or nothing said, leaves a secret as it is; null and nothing in it take it away. */
  private sealed(id: number, input: WebhookInput): Partial<WebhookValues> {
    const values: Partial<WebhookValues> = {};
    for (const name of secrets) {
      const text = input[name];
      if (text === undefined || text === SECRET_MASK) continue;
      values[name] = text ? this.receivers.seal(id, name, text) : null;
    }
    return values;
  }

  private async tell(
    tx: EntityManager,
    actor: Caller,
    what: 'created' | 'changed' | 'deleted',
    before: WebhookRow | null,
    after: WebhookRow | null,
  ): Promise<void> {
    const { id, name } = (after ?? before) as WebhookRow;
    const changes = changesBetween(before, after, plain);
    for (const secret of secrets) {
      // Each sealing differs, so an equal secret written again is told as a change.
      if (!same(before?.[secret] ?? null, after?.[secret] ?? null)) changes[secret] = {};
    }
    const told = { action: `webhook.${what}`, object: { type: 'Webhook', id, label: name }, changes };
    await this.outbox.add(tx, recordAudit, auditMessage(actor, told));
  }

  private async write<T>(work: (tx: EntityManager) => Promise<T>): Promise<T> {
    try {
      return await transaction(this.db, work);
    } catch (error) {
      if (!violates(error, 'webhook_name_key')) throw error;
      throw new AppError('invalid', 'input.not-unique', 'This object already exists.');
    }
  }
}

const defaults = {
  http_method: 'post',
  ssl_verify: true,
  customized_payload: false,
  active: true,
} as const satisfies Partial<WebhookValues>;

const authorOf = ({ userId, actingUserId }: Actor) => actingUserId ?? userId;

const same = (a: Buffer | null, b: Buffer | null) => (a && b ? a.equals(b) : a === b);

function nameOf(name: string | undefined): string {
  if (!name?.trim()) throw new AppError('invalid', 'input.name-blank', "Name can't be blank");
  return name.trim();
}

function found(row: WebhookRow | undefined, id: number): WebhookRow {
  if (row) return row;
  throw new AppError('not-found', 'webhook.not-found', `Couldn't find Webhook with 'id'=${id}`);
}
