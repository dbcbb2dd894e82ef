import { AttributeSet } from '@helpmesh/attributes';
import { SystemClock } from '@helpmesh/kernel';
import { Outbox } from '@helpmesh/messaging';
import { sql, transaction } from '@helpmesh/persistence';
import type { DataSource } from 'typeorm';
import { SlaRules } from '../domain/sla/rules.ts';
import type { Person } from '../domain/ticket/people.ts';
import { ReplicaStore } from '../persistence/replica.store.ts';
import { TicketStore } from '../persistence/ticket.store.ts';
import { noAutomation } from './automation/automation.ts';
import { Wanted } from './references.ts';
import { Refs } from './refs.ts';
import { seedTriggers } from './seed-triggers.ts';
import { Writing } from './writing.ts';

/** The customer of the welcome ticket, as identity seeds her. */
const nicole: Person = {
  id: 2,
  login: 'nicole.braun@zammad.org',
  email: 'nicole.braun@zammad.org',
  firstname: 'Nicole',
  lastname: 'Braun',
  organizationId: 1,
  active: true,
  locale: 'en',
  agent: false,
  fullGroupIds: [],
};

const welcome = `Welcome!

Thank you for choosing Helpmesh.

This is your first ticket: answer it, give it an owner, close it. Nobody outside gets a mail about it
until you write one.`;

/** Triggers to switch on, and the welcome ticket of an empty system: existing clients expect ticket 1 to be there. */
export async function seed(ds: DataSource, kind: 'zammad' | 'blank'): Promise<void> {
  await transaction(ds, seedTriggers);
  if (kind === 'blank') return;
  const tickets = new TicketStore();
  await transaction(ds, async (tx) => {
    await sql(tx, 'LOCK TABLE ticket IN SHARE ROW EXCLUSIVE MODE');
    const used = await sql<{ used: boolean }>(
      tx,
      `SELECT EXISTS (SELECT FROM ticket) OR (SELECT is_called FROM ticket_number) AS used`,
    );
    if (used[0]?.used) return;
    const known = await new ReplicaStore().find(tx, new Wanted());
    const group = {
      id: 1,
      name: 'Users',
      active: true,
      followUpPossible: 'yes' as const,
      followUpAssignment: true,
      reopenTimeInDays: null,
      email: null,
      signature: null,
    };
    const attributes = new AttributeSet('Ticket', 0, []);
    const rules = new SlaRules(known.slaRevision, []);
    const refs = new Refs({ ...known, users: [nicole], groups: [group] }, rules, attributes, noAutomation);
    const ids = await tickets.takeIds(tx, 1, 1);
    const { id, number } = ids.tickets[0] as { id: number; number: string };
    const writing = new Writing(new Outbox('ticket'), refs, new SystemClock().now());
    writing.open(
      {
        id,
        number,
        title: 'Welcome to Zammad!',
        groupId: group.id,
        customerId: nicole.id,
        organizationId: nicole.organizationId,
      },
      {
        id: ids.articles[0] as number,
        type: 'phone',
        sender: 'Customer',
        from: 'Nicole Braun <nicole.braun@zammad.org>',
        to: null,
        cc: null,
        bcc: null,
        subject: null,
        replyTo: null,
        messageId: null,
        inReplyTo: null,
        references: null,
        contentType: 'text/plain',
        body: welcome,
        internal: false,
        preferences: {},
        originById: null,
        mail: null,
        files: [],
        // A sample: nobody is written to because of it.
        isAutoResponse: true,
        outgoing: null,
      },
      nicole.id,
    );
    await writing.save(tx, tickets);
  });
}
