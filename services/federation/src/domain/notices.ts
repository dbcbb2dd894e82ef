import type {
  FederationAgreement,
  FederationAgreementChanged,
  FederationAttachment,
  FederationAttachmentAvailable,
  FederationRequesterErased,
} from '@helpmesh/contracts';
import { derivedId, type EpochMs, epochMs, isoTime } from '@helpmesh/kernel';
import type { PeerAgreement } from './agreement.ts';
import { toldStatus } from './agreement-life.ts';

/** What the peer has for taking an erased requester out of its tickets. */
const ERASE_MS = 30 * 24 * 3_600_000;

/** @param id  the same each time it is told @param node  this desk */
export function requesterErased(
  { id, uuid, pseudonym }: { id: string; uuid: string; pseudonym: string },
  node: string,
  at: EpochMs,
): FederationRequesterErased {
  return {
    ...{ specversion: '1.0', id, source: node, type: 'eu.eosc.helpdesk.ticket.requester_erased.v1', subject: uuid },
    ...{ time: isoTime(at), datacontenttype: 'application/json' },
    data: { requester: { pseudonym }, until: isoTime(epochMs(at + ERASE_MS)) },
  };
}

/** @param uuid  of the ticket @param comment  of the comment that names the file */
export function attachmentAvailable(
  { uuid, comment, attachment }: { uuid: string; comment: string; attachment: FederationAttachment },
  node: string,
  at: EpochMs,
): FederationAttachmentAvailable {
  const id = derivedId(uuid, `available ${attachment.uuid}`);
  return {
    ...{ specversion: '1.0', id, source: node, type: 'eu.eosc.helpdesk.attachment.available.v1', subject: uuid },
    ...{ time: isoTime(at), datacontenttype: 'application/json' },
    data: { attachment, comment, url: `${node}/federation/v1/attachments/${attachment.uuid}/content` },
  };
}

/** As the peer may know it. @param nodes  this desk and the peer */
export function toldAgreement(agreement: PeerAgreement, nodes: readonly [string, string]): FederationAgreement {
  const { id, name, groupId: group, kind, active, disclosure, internalNotes, ...rest } = agreement;
  const [here, there] = nodes;
  const told = toldStatus(agreement);
  const status = told === 'accepted' && !active ? 'inactive' : told;
  return {
    ...{ id, name, group, mode: kind, status, requesterDisclosure: disclosure, reason: rest.reason },
    proposedBy: { proposed: here, pending: there, accepted: null, declined: null, ended: null }[rest.status],
    suspendedBy: told === 'suspended' ? [...(rest.pausedHere ? [here] : []), ...(rest.pausedThere ? [there] : [])] : [],
    ...{ internalNotes: internalNotes ? 'always' : 'never', nodes: [...nodes] },
    ...{ maxAttachmentBytes: rest.maxAttachmentBytes, attachmentTypes: rest.attachmentTypes },
  };
}

/** @param id  of the event @param node  this desk */
export function agreementChanged(
  agreement: FederationAgreement,
  id: string,
  node: string,
  at: EpochMs,
): FederationAgreementChanged {
  return {
    ...{ specversion: '1.0', id, source: node, type: 'eu.eosc.helpdesk.agreement.changed.v1' },
    ...{ subject: String(agreement.id), time: isoTime(at), datacontenttype: 'application/json', data: agreement },
  };
}
