import {
  type FederationDetails,
  type FederationFieldName,
  type FederationFields,
  type FederationHandover,
  federationFieldNames,
} from '@helpmesh/contracts';

/** Who may change a field: the helpdesk a ticket is assigned to, or, of these, the one it began at. */
const ofTheOrigin: readonly FederationFieldName[] = ['subject', 'requester'];

export function writerOf(field: FederationFieldName, fields: FederationFields, originNode: string): string {
  return ofTheOrigin.includes(field) ? originNode : fields.assignedNode;
}

/** The one spelling of what means the same: sorted keys and tags, Unicode NFC, no blanks around a text. */
export function canonical(fields: FederationFields): FederationFields {
  const { subject, requester, assignedNode, state, priority, ownerName, tags, handover, details } = fields;
  return {
    subject: plain(subject),
    requester: {
      pseudonym: plain(requester.pseudonym),
      ...(requester.name !== undefined && { name: plain(requester.name) }),
      ...(requester.email !== undefined && { email: plain(requester.email).toLowerCase() }),
    },
    assignedNode: plain(assignedNode),
    state,
    priority,
    ownerName: ownerName === null ? null : plain(ownerName),
    tags: [...new Set(tags.map(plain))].filter((tag) => tag !== '').sort(),
    ...(handover && { handover: spelled(handover) }),
    ...(details && { details: inOrder(details) }),
  };
}

/** @param one  @param other  both canonical */
export function isSame<F extends FederationFieldName>(one: FederationFields[F], other: FederationFields[F]): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** Fields of the one that differ in the other, both canonical. What is not known is no difference. */
export function differing(one: FederationFields, other: FederationFields): FederationFieldName[] {
  return federationFieldNames.filter((field) => isKnown(field, one) && !isSame(one[field], other[field]));
}

/** Helpdesks of before do not tell it: that they leave it out says nothing. */
export function isKnown(field: FederationFieldName, fields: FederationFields): boolean {
  return field !== 'details' || fields.details !== undefined;
}

function inOrder(details: FederationDetails): FederationDetails {
  const { node, group, service, impact, urgency, firstResponseDue, solutionDue } = details;
  const named = (name: string | null) => (name === null ? null : plain(name) || null);
  const words = { node: plain(node), group: named(group), service: named(service) };
  return { ...words, impact, urgency, firstResponseDue: second(firstResponseDue), solutionDue: second(solutionDue) };
}

/** One spelling of an instant. */
function second(at: string | null): string | null {
  return at && new Date(at).toISOString();
}

function spelled({ id, from, to, status, reason, answer, at, binding }: FederationHandover): FederationHandover {
  const words = { reason: plain(reason), answer: plain(answer), at };
  return { id, from: plain(from), to: plain(to), status, ...words, ...(binding && { binding }) };
}

function plain(text: string): string {
  return text.normalize('NFC').trim();
}
