import type { Level } from '../impact/levels.ts';
import type { CustomerChoice } from '../people/components/customer-field.tsx';
import type { DraftFile } from './draft.ts';
import { escapeHtml } from './mail-html.ts';
import { localTime } from './send-later.ts';
import { levelOf, tagsOf } from './template.ts';

/** A new ticket that was taken back, as the form of new tickets has it. */
export interface TakenBack {
  fields: {
    title: string;
    group: string | null;
    customer: CustomerChoice | null;
    state: string | null;
    priority: string | null;
    impact: Level | null;
    urgency: Level | null;
    owner: number | null;
    pendingTime: string;
    tags: string[];
    body: string;
  };
  customerId: number | null;
  custom: Record<string, unknown>;
  /** Tickets it is made of. */
  parents: number[];
  formId: string;
  files: DraftFile[];
}

const own = new Set(
  'title group_id customer_id state_id priority_id impact urgency owner_id pending_time tags article links'.split(' '),
);

/** @param ticket  as `POST /tickets` takes it; what names others by names rather than by ids is chosen again */
export function takenBack(ticket: Record<string, unknown>, formId: string, files: DraftFile[]): TakenBack {
  const number = (name: string) => (typeof ticket[name] === 'number' ? (ticket[name] as number) : null);
  const choice = (name: string) => number(name)?.toString() ?? null;
  const { body = '', content_type } = (ticket.article ?? {}) as { body?: string | null; content_type?: string };
  const text = body ?? '';
  const { Ticket: { parent = [] } = {} } = (ticket.links ?? {}) as { Ticket?: { parent?: number[] } };
  const pending = typeof ticket.pending_time === 'string' ? localTime(new Date(ticket.pending_time)) : '';
  return {
    fields: {
      title: typeof ticket.title === 'string' ? ticket.title : '',
      group: choice('group_id'),
      customer: null,
      state: choice('state_id'),
      priority: choice('priority_id'),
      impact: levelOf(ticket.impact) ?? null,
      urgency: levelOf(ticket.urgency) ?? null,
      owner: number('owner_id'),
      pendingTime: pending,
      tags: tagsOf(ticket.tags) ?? [],
      body: content_type === 'text/html' ? text : `<p>${escapeHtml(text).replaceAll('\n', '<br>')}</p>`,
    },
    customerId: number('customer_id'),
    custom: Object.fromEntries(Object.entries(ticket).filter(([name]) => !own.has(name))),
    parents: parent,
    formId,
    files,
  };
}
