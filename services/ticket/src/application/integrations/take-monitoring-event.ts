import { type OutputOf, type ParsedInputOf, type receiveMonitoringEvent, type TicketInput } from '@helpmesh/contracts';
import { AppError } from '@helpmesh/kernel';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { bodyOf, isRecovery, type MonitoringEvent, titleOf } from '../../domain/monitoring.ts';
import { SYSTEM_USER } from '../../domain/ticket/ticket.ts';
import { MonitoringStore } from '../../persistence/monitoring.store.ts';
import { ReplicaStore } from '../../persistence/replica.store.ts';
import { ChangeTickets } from '../change-tickets.ts';
import { CreateTickets } from '../create-tickets.ts';
import { firstGroup } from '../first-group.ts';
import { desk } from '../recurring/open-recurring.ts';
import { References, Wanted } from '../references.ts';
import { IntegrationSettings } from './integration-settings.ts';

type Body = NonNullable<ParsedInputOf<typeof receiveMonitoringEvent>['body']>;
type Answer = OutputOf<typeof receiveMonitoringEvent>;

/** Keeps one open ticket of each host, and of each service on one, from what a monitoring says. */
@Injectable()
export class TakeMonitoringEvent {
  constructor(
    private readonly db: DataSource,
    private readonly settings: IntegrationSettings,
    private readonly store: MonitoringStore,
    private readonly replicas: ReplicaStore,
    private readonly references: References,
    private readonly creates: CreateTickets,
    private readonly changes: ChangeTickets,
  ) {}

  /**
   * @throws AppError invalid, unauthenticated as `IntegrationSettings.admit`; invalid `monitoring.field-missing`, and
   *   whatever there is against a ticket with the fields that were sent along
   */
  async run(token: string, body: Body, address: string | undefined): Promise<Answer> {
    const settings = await this.settings.admit('check_mk', token);
    const event = eventIn(body);
    const recovered = settings.check_mk_auto_close && isRecovery(event.state);
    const note = noteOf(event, address);
    for (;;) {
      const open = await this.store.open(this.db, event.host, event.service);
      if (open.length > 0) {
        const state_id = recovered ? await this.closingState(settings.check_mk_auto_close_state_id) : undefined;
        await this.tell(open, { article: note, ...(state_id !== undefined && { state_id }) });
        const result = recovered ? `closed tickets with ids ${open.join(',')}` : 'ticket already open, added note';
        return { result, ticket_ids: open };
      }
      if (recovered) return { result: 'no open tickets found, ignore action' };
      const made = await this.open(event, body, note, settings.check_mk_group_id);
      if (made !== undefined) return made;
      // Somebody else opened it meanwhile.
    }
  }

  private async tell(ticketIds: readonly number[], input: TicketInput): Promise<void> {
    const flags = {};
    const outcomes = await this.changes.run(
      ticketIds.map((ticketId) => ({ do: 'update' as const, actor: desk, ticketId, input, flags, key: undefined })),
    );
    for (const outcome of outcomes) if (outcome instanceof AppError) throw outcome;
  }

  private async open(
    event: MonitoringEvent,
    body: Body,
    note: TicketInput['article'],
    groupId: number | null,
  ): Promise<Answer | undefined> {
    const { event_id, host, service, state, text, customer, ...fields } = body;
    const about = { host: event.host, ...(event.service !== '' && { service: event.service }) };
    const named = fields.group !== undefined || fields.group_id != null;
    const input: TicketInput = {
      ...fields,
      title: titleOf(event),
      ...(!named && { group_id: groupId ?? (await firstGroup(this.replicas, this.db)) }),
      customer_id: await this.customer(customer),
      preferences: { check_mk: about },
      article: note,
    };
    let made: { id: number } | undefined;
    const item = { actor: desk, input, flags: {}, key: undefined };
    await this.creates.runOnce(
      item,
      async (tx) => {
        await this.store.claim(tx, event.host, event.service);
        return (await this.store.open(tx, event.host, event.service)).length === 0;
      },
      async (_tx, id) => {
        made = { id };
      },
    );
    if (!made) return undefined;
    const number = await this.store.numberOf(this.db, made.id);
    return { result: `new ticket created (ticket id: ${made.id})`, ticket_id: made.id, ticket_number: number };
  }

  /** Whoever is named, else nobody in particular. */
  private async customer(name: string | undefined): Promise<number> {
    if (!name) return SYSTEM_USER;
    const refs = await this.references.resolve(new Wanted().user(name));
    return refs.personNamed(name.toLowerCase())?.id ?? SYSTEM_USER;
  }

  private async closingState(chosen: number | null): Promise<number | undefined> {
    return chosen ?? (await this.store.closingState(this.db));
  }
}

/** @throws AppError invalid `monitoring.field-missing` */
function eventIn({ event_id, host, service = '', state, text = '' }: Body): MonitoringEvent {
  for (const [name, value] of Object.entries({ event_id, host, state })) {
    if (!value?.trim()) throw new AppError('invalid', 'monitoring.field-missing', `${name} is missing!`);
  }
  return { eventId: event_id as string, host: host as string, service, state: state as string, text };
}

/** As said by the customer, so that it is seen as something new. */
function noteOf(event: MonitoringEvent, address: string | undefined): TicketInput['article'] {
  const words = { subject: titleOf(event), body: bodyOf(event, address), content_type: 'text/plain' as const };
  return { ...words, type: 'web', sender: 'Customer', internal: false };
}
