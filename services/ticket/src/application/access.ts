import { type Actor, groupsWith, hasPermission } from '@helpmesh/contracts';
import { AppError } from '@helpmesh/kernel';
import type { Ticket } from '../domain/ticket/ticket.ts';

/** How somebody takes part in a ticket; a customer may do less. */
export type Part = 'agent' | 'customer';

/** @throws AppError unauthenticated when the caller did not say for whom it asks */
export function requireActor(actor: Actor | undefined): Actor {
  if (!actor) throw new AppError('unauthenticated', 'actor.missing', 'Authentication required');
  return actor;
}

/** As whom the actor may open a ticket in the group. @throws AppError forbidden */
export function partInOpening(actor: Actor, groupId: number): Part {
  if (actor.kind === 'service' || groupsWith(actor, 'create').includes(groupId)) return 'agent';
  if (hasPermission(actor, 'ticket.customer')) return 'customer';
  throw notAuthorized();
}

/** Whether the actor may have customers made: whoever does so for no ticket at all is only filling the user list. */
export function mayMakeCustomers(actor: Actor, level: 'create' | 'change'): boolean {
  return actor.kind === 'service' || groupsWith(actor, level).length > 0;
}

/** As whom the actor may change a ticket that they can see. @throws AppError forbidden */
export function partInChanging(actor: Actor, ticket: Ticket): Part {
  if (actor.kind === 'service' || groupsWith(actor, 'change').includes(ticket.groupId)) return 'agent';
  const mine = ticket.customerId === actor.userId;
  const ours = ticket.organizationId !== null && actor.sharedOrganizationIds.includes(ticket.organizationId);
  if (hasPermission(actor, 'ticket.customer') && (mine || ours)) return 'customer';
  throw notAuthorized();
}

/** Whether the actor may put a ticket of theirs into the group: whoever may open tickets there, or work on those it has. */
export function mayMoveInto(actor: Actor, groupId: number): boolean {
  if (actor.kind === 'service') return true;
  return groupsWith(actor, 'create').includes(groupId) || groupsWith(actor, 'change').includes(groupId);
}

/** @throws AppError forbidden, with the detail, unless the actor holds one of the permissions */
export function requireAnyOf(actor: Actor, permissions: readonly string[], detail?: string): void {
  if (!permissions.some((permission) => hasPermission(actor, permission))) throw notAuthorized(detail);
}

/** What decides about rights, without the session it came by. */
export function rightsOf({ kind, userId, login, permissions, groups, organizationIds, ...rest }: Actor): Actor {
  const { sharedOrganizationIds, locale, via } = rest;
  return { kind, userId, login, permissions, groups, organizationIds, sharedOrganizationIds, locale, via };
}

export function notAuthorized(detail = 'Not authorized'): AppError {
  return new AppError('forbidden', 'access.not-authorized', detail);
}

type Missing =
  | (
      | 'Ticket'
      | 'Ticket::Article'
      | 'Ticket::State'
      | 'Ticket::Priority'
      | 'Tag::Item'
      | 'Calendar'
      | 'Sla'
      | 'Overview'
      | 'User::OverviewSorting'
    )
  | ('Checklist' | 'Checklist::Item' | 'ChecklistTemplate' | 'Ticket::TimeAccounting')
  | ('Ticket::TimeAccounting::Type' | 'RetentionRule' | 'Macro' | 'TextModule' | 'Template')
  | ('KnowledgeBase' | 'KnowledgeBase::Category' | 'KnowledgeBase::Answer' | 'KnowledgeBase::File')
  | ('Trigger' | 'Job' | 'HeldArticle' | 'HeldTicket' | 'SharedDraft' | 'RecurringTicket' | 'Report::Profile');

export function notFound(kind: Missing, id: number): AppError {
  const code = {
    Ticket: 'ticket.not-found',
    'Ticket::Article': 'article.not-found',
    'Ticket::State': 'state.not-found',
    'Ticket::Priority': 'priority.not-found',
    'Tag::Item': 'tag.not-found',
    Macro: 'macro.not-found',
    TextModule: 'text-module.not-found',
    Template: 'template.not-found',
    Calendar: 'calendar.not-found',
    Sla: 'sla.not-found',
    Overview: 'overview.not-found',
    'User::OverviewSorting': 'overview-sorting.not-found',
    Checklist: 'checklist.not-found',
    'Checklist::Item': 'checklist-item.not-found',
    ChecklistTemplate: 'checklist-template.not-found',
    'Ticket::TimeAccounting': 'time-accounting.not-found',
    'Ticket::TimeAccounting::Type': 'activity-type.not-found',
    RetentionRule: 'retention.not-found',
    KnowledgeBase: 'knowledge-base.not-found',
    'KnowledgeBase::Category': 'help-category.not-found',
    'KnowledgeBase::File': 'help-file.not-found',
    'KnowledgeBase::Answer': 'help-answer.not-found',
    Trigger: 'trigger.not-found',
    Job: 'job.not-found',
    HeldArticle: 'held-article.not-found',
    HeldTicket: 'held-ticket.not-found',
    SharedDraft: 'shared-draft.not-found',
    RecurringTicket: 'recurring-ticket.not-found',
    'Report::Profile': 'report-profile.not-found',
  };
  return new AppError('not-found', code[kind], `Couldn't find ${kind} with 'id'=${id}`);
}

/** A name that means nothing here. */
export function noLookupValue(field: string, value: string): AppError {
  return new AppError('invalid', 'input.unknown-name', `No lookup value found for '${field}': "${value}"`);
}

/** An id that means nothing here. */
export function invalidParam(field: string, value: unknown): AppError {
  return new AppError('invalid', 'input.unknown-id', `Invalid value for param '${field}': ${String(value)}`);
}

export function missingValue(field: string): AppError {
  return new AppError('invalid', 'input.missing', `The required value '${field}' is missing.`);
}
