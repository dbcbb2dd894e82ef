import { type Actor, type Call, callChanged, type calls, type OutputOf, type PhoneEvent } from '@helpmesh/contracts';
import { AppError, type Clock } from '@helpmesh/kernel';
import { Outbox } from '@helpmesh/messaging';
import { transaction } from '@helpmesh/persistence';
import { CLOCK } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { isDone, type WhatToDo, whatToDo } from '../../domain/call/call.ts';
import { CallStore } from '../../persistence/call.store.ts';
import { requireAnyOf } from '../access.ts';
import { IDENTITY, type Identity } from '../ports.ts';
import { IntegrationSettings } from './integration-settings.ts';

/** What the log shows. */
const NEWEST = 60;

/** Calls as telephone systems tell of them, and the log of them for those who answer the telephone. */
@Injectable()
export class PhoneCalls {
  constructor(
    private readonly db: DataSource,
    private readonly settings: IntegrationSettings,
    private readonly store: CallStore,
    private readonly outbox: Outbox,
    @Inject(IDENTITY) private readonly identity: Identity,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * @returns what the telephone system is to do
   * @throws AppError invalid, unauthenticated as `IntegrationSettings.admit`; invalid `cti.not-an-event`,
   *   `cti.no-such-call`
   */
  async receive(token: string, event: PhoneEvent): Promise<WhatToDo> {
    const { cti_config: rules } = await this.settings.admit('cti', token);
    const { callId, direction, from = '', to = '' } = event;
    if (!callId) throw notAnEvent('callId');
    switch (event.event) {
      case 'newCall': {
        if (direction !== 'in' && direction !== 'out') throw notAnEvent('direction');
        const told = whatToDo(direction, from, to, rules);
        // Whoever is not let through rings nobody.
        if (told.action !== 'reject') await this.begin(callId, direction, event);
        return told;
      }
      case 'answer':
        await this.change(callId, async (tx, call) => {
          if (call.state === 'hangup') return undefined;
          const by = { to: event.answeringNumber ?? event.to ?? null, comment: namesOf(event) };
          await this.store.answered(
            tx,
            call.id,
            call.direction === 'in' ? by : { to: null, comment: null },
            this.clock.now(),
          );
          return 'answer';
        });
        return {};
      case 'hangup':
        await this.change(callId, async (tx, call) => {
          if (call.state === 'hangup') return undefined;
          const cause = event.cause ?? null;
          const done = isDone({ direction: call.direction, answered: call.start_at !== null }, cause);
          await this.store.ended(tx, call.id, { cause, done }, this.clock.now());
          return 'hangup';
        });
        return {};
      default:
        throw notAnEvent('event');
    }
  }

  async log(actor: Actor): Promise<OutputOf<typeof calls.log>> {
    requireAnyOf(actor, ['cti.agent']);
    const list = await this.store.newest(this.db, NEWEST);
    const { cti_integration: enabled } = await this.settings.current();
    const people = [...new Set(list.flatMap(({ preferences: { from = [], to = [] } }) => [...from, ...to]))];
    const ids = [...new Set(people.map(({ user_id }) => user_id))];
    const { users } = ids.length === 0 ? { users: [] } : await this.identity.lookup({ userIds: ids });
    const shown = users.map(({ id, login, email, firstname, lastname, organizationId, active }) => {
      const name = { id, login, email: email ?? '', firstname, lastname };
      return [String(id), { ...name, organization_id: organizationId, active }] as const;
    });
    return {
      list,
      backends: [{ name: 'CTI (generic)', enabled, url: '#system/integration/cti' }],
      assets: shown.length === 0 ? {} : { User: Object.fromEntries(shown) },
    };
  }

  /** @throws AppError forbidden; not-found when there is only one and that is not there */
  async setDone(actor: Actor, ids: readonly number[], done: boolean): Promise<void> {
    requireAnyOf(actor, ['cti.agent']);
    const changed = await this.store.setDone(this.db, ids, done, this.clock.now());
    const [only] = ids;
    if (changed === 0 && ids.length === 1 && only !== undefined) {
      throw new AppError('not-found', 'cti.not-found', `Couldn't find Cti::Log with 'id'=${only}`);
    }
  }

  private async begin(callId: string, direction: 'in' | 'out', event: PhoneEvent): Promise<void> {
    const { from = '', to = '', queue = null, cause = null } = event;
    const { users } = await this.identity.lookup({ phone: direction === 'in' ? from : to });
    const callers = users.map(({ id, firstname, lastname, login }) => ({
      id,
      name: `${firstname} ${lastname}`.trim() || login,
    }));
    const said = { callId, direction, from, to, queue, comment: cause, toComment: namesOf(event), callers };
    await transaction(this.db, async (tx) => {
      const id = await this.store.begin(tx, { ...said, now: this.clock.now() });
      if (id !== undefined) await this.tell(tx, id, 'newCall');
    });
  }

  /** @throws AppError invalid `cti.no-such-call` */
  private change(
    callId: string,
    work: (
      tx: EntityManager,
      call: Pick<Call, 'id' | 'state' | 'direction' | 'start_at'>,
    ) => Promise<Call['state'] | undefined>,
  ): Promise<void> {
    return transaction(this.db, async (tx) => {
      const call = await this.store.lock(tx, callId);
      if (!call) throw new AppError('invalid', 'cti.no-such-call', `No such call ${callId.slice(0, 100)}`);
      const state = await work(tx, call);
      if (state) await this.tell(tx, call.id, state);
    });
  }

  private async tell(tx: EntityManager, id: number, state: Call['state']): Promise<void> {
    await this.outbox.add(tx, callChanged, { aggregateId: id, data: { id, state } });
  }
}

/** Whom it rings, or who took it. */
function namesOf({ user }: PhoneEvent): string | null {
  return user?.join(', ') || null;
}

function notAnEvent(field: string): AppError {
  return new AppError(
    'invalid',
    'cti.not-an-event',
    `The field '${field}' of the event is missing or has no such value.`,
  );
}
