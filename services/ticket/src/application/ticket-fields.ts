import type { Writer } from '@helpmesh/attributes';
import type { Actor, TicketInput } from '@helpmesh/contracts';
import { AppError, type EpochMs, epochMs } from '@helpmesh/kernel';
import { dayIn } from '../domain/notice/day.ts';
import type { Group, Person } from '../domain/ticket/people.ts';
import type { TicketFields } from '../domain/ticket/ticket.ts';
import { SYSTEM_USER, type Ticket } from '../domain/ticket/ticket.ts';
import { invalidParam, missingValue, noLookupValue, type Part } from './access.ts';
import type { Wanted } from './references.ts';
import type { Refs } from './refs.ts';

const GUESS = 'guess:';

/** The e-mail of a customer who is to be made when nobody has it; undefined when an existing one is named. */
export function guessedCustomer(input: TicketInput): string | undefined {
  const key = customerKey(input);
  return typeof key === 'string' && key.startsWith(GUESS) ? key.slice(GUESS.length).trim().toLowerCase() : undefined;
}

/** Collects what the input refers to. */
export function wantFields(input: TicketInput, wanted: Wanted): void {
  wanted.group(input.group_id ?? input.group);
  wanted.user(input.owner_id ?? input.owner);
  wanted.user(guessedCustomer(input) ?? customerKey(input));
  wanted.organization(input.organization_id ?? input.organization);
}

/** @throws AppError invalid `ticket.group-not-active` */
export function requireActive(group: Group): Group {
  if (group.active) return group;
  throw new AppError('invalid', 'ticket.group-not-active', `The group "${group.name}" is not active.`);
}

/** The group the input names. @throws AppError invalid */
export function groupOf(input: TicketInput, refs: Refs): Group | undefined {
  if (input.group_id != null) {
    const group = refs.group(input.group_id);
    if (!group) throw invalidParam('group_id', input.group_id);
    return group;
  }
  if (input.group === undefined) return undefined;
  const group = refs.groupNamed(input.group);
  if (!group) throw noLookupValue('group', input.group);
  return group;
}

/** The customer the input names. @throws AppError invalid */
export function customerOf(input: TicketInput, refs: Refs): Person | undefined {
  const guessed = guessedCustomer(input);
  const key = guessed ?? customerKey(input);
  if (key == null || key === '') return undefined;
  const person = typeof key === 'number' ? refs.person(key) : refs.personNamed(key);
  if (person) return person;
  if (guessed !== undefined) {
    throw new AppError('invalid', 'ticket.customer-email-invalid', `Invalid email '${guessed}' of customer`);
  }
  throw typeof key === 'number' ? invalidParam('customer_id', key) : noLookupValue('customer', key);
}

/** The fields of a ticket that is about to be opened. @throws AppError invalid */
export function openingFields(
  input: TicketInput,
  actor: Actor,
  part: Part,
  group: Group,
  refs: Refs,
  now: EpochMs,
): TicketFields & { title: string; groupId: number; customerId: number } {
  const title = input.title?.trim();
  if (!title) throw missingValue('title');
  const customer = part === 'customer' ? refs.person(actor.userId) : customerOf(input, refs);
  if (!customer) throw missingValue('customer_id');
  const fields = part === 'agent' ? agentFields(input, group.id, refs) : {};
  const custom = refs.attributes.made(input.custom, writerFor(part, refs, now));
  return {
    ...fields,
    ...(custom && { custom }),
    title,
    groupId: group.id,
    customerId: customer.id,
    organizationId: organizationFor(input, customer, part === 'customer' ? actor.organizationIds : undefined, refs),
  };
}

/** What an update of an existing ticket changes. @throws AppError invalid */
export function changingFields(input: TicketInput, part: Part, ticket: Ticket, refs: Refs, now: EpochMs): TicketFields {
  const changed = customFields(input.custom, part, ticket, refs, now);
  if (part === 'customer') return { ...customersChange(input, refs), ...changed };
  const customer = customerOf(input, refs);
  const group = groupOf(input, refs);
  const title = input.title?.trim();
  const fields: TicketFields = {
    ...agentFields(input, group?.id ?? ticket.groupId, refs),
    ...changed,
    ...(title && { title }),
    ...(group && { groupId: group.id }),
    ...(customer && { customerId: customer.id }),
  };
  if (customer && customer.id !== ticket.customerId) fields.organizationId = customer.organizationId;
  if (input.organization_id !== undefined || input.organization !== undefined) {
    fields.organizationId = organizationNamed(input, refs);
  }
  return fields;
}

/** The custom attributes after a change; nothing where it changes none. @throws AppError invalid */
export function customFields(
  given: Readonly<Record<string, unknown>> | undefined,
  part: Part,
  ticket: Ticket,
  refs: Refs,
  now: EpochMs,
): Pick<TicketFields, 'custom'> {
  const custom = refs.attributes.changed(ticket.custom, given, writerFor(part, refs, now));
  return custom === ticket.custom ? {} : { custom };
}

/** Agents write every attribute, as clients do; customers those that are on the screen they have. */
function writerFor(part: Part, { zone }: Refs, now: EpochMs): Writer {
  const own = part === 'agent' ? 'ticket.agent' : 'ticket.customer';
  const today = dayIn(zone, now);
  return { everything: part === 'agent', permitted: (permission) => permission === own, now, today };
}

function customerKey(input: TicketInput): string | number | undefined {
  const { customer, customer_id } = input;
  if (customer_id != null) return customer_id;
  if (typeof customer === 'object') return GUESS + String((customer as { email?: unknown }).email ?? '');
  return customer;
}

/** @param groupId  of the group that the ticket is in afterwards */
function agentFields(input: TicketInput, groupId: number, refs: Refs): TicketFields {
  const state = stateOf(input, refs);
  const priority = priorityOf(input, refs);
  const owner = ownerOf(input, refs);
  return {
    ...(state && { stateId: state.id }),
    ...(priority && { priorityId: priority.id }),
    ...assessedFields(input, groupId, refs),
    ...(owner !== undefined && { ownerId: owner }),
    ...(input.pending_time !== undefined && {
      pendingTime: input.pending_time === null ? null : epochMs(new Date(input.pending_time)),
    }),
    ...(input.note !== undefined && { note: input.note }),
    ...(input.type !== undefined && { type: input.type }),
    ...(input.preferences && { preferences: input.preferences }),
  };
}

/** @throws AppError invalid `ticket.impact-not-used`; that there is none can be said everywhere */
function assessedFields({ impact, urgency }: TicketInput, groupId: number, refs: Refs): TicketFields {
  if (impact === undefined && urgency === undefined) return {};
  if ((impact || urgency) && !refs.matrixOf(groupId)) {
    const group = refs.groupOf(groupId).name;
    const why = `The group "${group}" does not reckon priorities from impact and urgency.`;
    throw new AppError('invalid', 'ticket.impact-not-used', why);
  }
  return { ...(impact !== undefined && { impact }), ...(urgency !== undefined && { urgency }) };
}

/** Customers may close their ticket and open it again; what else they send is dropped, as unknown fields are. */
function customersChange(input: TicketInput, refs: Refs): TicketFields {
  const state = stateOf(input, refs);
  const allowed = state?.id === refs.states.forFollowUp.id || (state?.type === 'closed' && !state.terminal);
  return state && allowed ? { stateId: state.id } : {};
}

function stateOf(input: TicketInput, refs: Refs) {
  if (input.state_id != null) {
    const state = refs.states.find({ id: input.state_id });
    if (!state) throw invalidParam('state_id', input.state_id);
    return state;
  }
  if (input.state === undefined) return undefined;
  const state = refs.states.find({ name: input.state });
  if (!state) throw noLookupValue('state', input.state);
  return state;
}

function priorityOf(input: TicketInput, refs: Refs) {
  if (input.priority_id != null) {
    const priority = refs.priority({ id: input.priority_id });
    if (!priority) throw invalidParam('priority_id', input.priority_id);
    return priority;
  }
  if (input.priority === undefined) return undefined;
  const priority = refs.priority({ name: input.priority });
  if (!priority) throw noLookupValue('priority', input.priority);
  return priority;
}

/** Undefined when the input says nothing about it; null and the login `-` mean nobody. */
function ownerOf(input: TicketInput, refs: Refs): number | undefined {
  if (input.owner_id != null) {
    if (!refs.person(input.owner_id)) throw invalidParam('owner_id', input.owner_id);
    return input.owner_id;
  }
  if (input.owner) {
    const owner = refs.personNamed(input.owner);
    if (!owner) throw noLookupValue('owner', input.owner);
    return owner.id;
  }
  return input.owner_id === null || input.owner === null ? SYSTEM_USER : undefined;
}

/** The customer's own organization, or another one: any for an agent, one of their own for a customer. */
function organizationFor(
  input: TicketInput,
  customer: Person,
  choosable: readonly number[] | undefined,
  refs: Refs,
): number | null {
  return organizationNamed(input, refs, choosable) ?? customer.organizationId;
}

/** @param choosable  undefined: all; the others are answered as if there were none, so that nobody learns their names */
function organizationNamed(input: TicketInput, refs: Refs, choosable?: readonly number[]): number | null {
  const known = (organization: { id: number } | undefined) =>
    organization && (!choosable || choosable.includes(organization.id)) ? organization.id : undefined;
  if (input.organization_id != null) {
    const id = known(refs.organization(input.organization_id));
    if (id === undefined) throw invalidParam('organization_id', input.organization_id);
    return id;
  }
  if (!input.organization) return null;
  const id = known(refs.organizationNamed(input.organization));
  if (id === undefined) throw noLookupValue('organization', input.organization);
  return id;
}
