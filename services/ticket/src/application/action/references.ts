import type { Action } from '../../domain/action/action.ts';
import type { ActionPlan } from '../../domain/action/plan.ts';
import type { ChangeRecord } from '../../domain/action/take-back.ts';
import { invalidParam } from '../access.ts';
import type { Wanted } from '../references.ts';
import type { Refs } from '../refs.ts';

/** Collects what actions refer to. */
export function wantActions(actions: readonly Action[], wanted: Wanted): void {
  for (const action of actions) {
    if (action.do === 'set' && action.field === 'groupId') wanted.group(action.id);
    if (action.do !== 'appoint' || action.who.is !== 'user') continue;
    if (action.field === 'organizationId') wanted.organization(action.who.id);
    else wanted.user(action.who.id);
  }
}

/** Collects what going back refers to. */
export function wantRecord({ fields }: ChangeRecord, wanted: Wanted): void {
  const from = (name: string) => {
    const value = fields[name]?.from;
    return typeof value === 'number' ? value : undefined;
  };
  wanted.group(from('group_id')).user(from('owner_id')).user(from('customer_id')).organization(from('organization_id'));
}

/** Every text in which variables may stand. */
export function textsOf(actions: readonly Action[]): string[] {
  return actions.flatMap((action) => {
    if (action.do === 'write') return [action.text];
    return action.do === 'note' || action.do === 'mail' ? [action.subject, action.body] : [];
  });
}

/**
 * The plan, once everything it names is known to exist: rules outlive what they were made for.
 * @throws AppError invalid `input.unknown-id`
 */
export function checkedPlan(plan: ActionPlan, refs: Refs): ActionPlan {
  const { stateId, priorityId, groupId, ownerId, customerId, organizationId } = plan.fields;
  const hold = (name: string, id: number | null | undefined, found: unknown) => {
    if (id != null && !found) throw invalidParam(name, id);
  };
  hold('state_id', stateId, stateId !== undefined && refs.states.find({ id: stateId })?.active);
  hold('priority_id', priorityId, priorityId !== undefined && refs.priority({ id: priorityId }));
  hold('group_id', groupId, groupId !== undefined && refs.group(groupId)?.active);
  hold('owner_id', ownerId, ownerId !== undefined && refs.person(ownerId));
  hold('customer_id', customerId, customerId !== undefined && refs.person(customerId));
  hold('organization_id', organizationId, organizationId != null && refs.organization(organizationId));
  return plan;
}
