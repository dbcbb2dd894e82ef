import { sql } from '@helpmesh/persistence';
import type { EntityManager } from 'typeorm';

/** Kinds of articles by which customers come: e-mail, phone, web. */
const byCustomers = ['1', '5', '11'];
const CUSTOMER = '2';

/** What a desk usually wants to be done by itself. Switched off: a new ticket is confirmed without them (ADR 0024). */
export const seededTriggers = [
  {
    name: 'auto reply (on new tickets)',
    note: 'Replaces the confirmation that the desk sends by itself.',
    condition: {
      'ticket.action': { operator: 'is', value: 'create' },
      'ticket.state_id': { operator: 'is not', value: ['4'] },
      'article.type_id': { operator: 'is', value: byCustomers },
      'article.sender_id': { operator: 'is', value: [CUSTOMER] },
    },
    perform: {
      'notification.email': {
        recipient: 'ticket_customer',
        subject: 'We have received your request (#{ticket.title})',
        body:
          '<p>Hello #{ticket.customer.firstname},</p><p>your request has been received; its number is ' +
          '<b>#{ticket.number}</b>.</p><p>To add something, answer this mail.</p>',
      },
    },
  },
  {
    name: 'auto reply (on follow-up of tickets)',
    note: null,
    condition: {
      'ticket.action': { operator: 'is', value: 'update' },
      'article.action': { operator: 'is', value: 'create' },
      'article.type_id': { operator: 'is', value: byCustomers },
      'article.sender_id': { operator: 'is', value: [CUSTOMER] },
    },
    perform: {
      'notification.email': {
        recipient: 'ticket_customer',
        subject: 'We have received your answer (#{ticket.title})',
        body:
          '<p>Hello #{ticket.customer.firstname},</p><p>your answer to <b>#{ticket.number}</b> has been received.</p>' +
          '<p>To add something, answer this mail.</p>',
      },
    },
  },
  {
    name: 'customer notification (on owner change)',
    note: null,
    condition: {
      operator: 'AND',
      conditions: [
        { name: 'ticket.action', operator: 'is', value: 'update' },
        { name: 'ticket.owner_id', operator: 'has changed' },
        { name: 'ticket.owner_id', operator: 'is not', pre_condition: 'not_set', value: [] },
      ],
    },
    perform: {
      'notification.email': {
        recipient: 'ticket_customer',
        subject: 'Somebody else looks after your request (#{ticket.title})',
        body:
          '<p>Hello #{ticket.customer.firstname},</p><p>#{ticket.owner.firstname} #{ticket.owner.lastname} looks after ' +
          '<b>#{ticket.number}</b> now.</p>',
      },
    },
  },
] as const;

/** For a desk that never had a trigger. */
export async function seedTriggers(tx: EntityManager): Promise<void> {
  await sql(tx, 'LOCK TABLE ticket_trigger IN SHARE ROW EXCLUSIVE MODE');
  const [had] = await sql<{ had: boolean }>(tx, 'SELECT is_called AS had FROM ticket_trigger_id_seq');
  if (had?.had) return;
  for (const { name, note, condition, perform } of seededTriggers) {
    await sql(
      tx,
      `INSERT INTO ticket_trigger (name, note, condition, perform, disable_notification, active)
       VALUES ($1, $2, $3, $4, true, false)`,
      [name, note, JSON.stringify(condition), JSON.stringify(perform)],
    );
  }
}
