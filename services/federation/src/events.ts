import type { FederationChange, FederationEvent } from '@helpmesh/contracts';
import type { AppError } from '@helpmesh/kernel';
import { counter, logger } from '@helpmesh/telemetry';
import type { TicketCreated } from './domain/redirect.ts';
import type { Redirected } from './persistence/agreement.store.ts';
import type { Peer } from './persistence/peer.store.ts';

const left = counter({
  name: 'helpmesh_tickets_redirected_total',
  help: 'Tickets that left for the mailing list of an agreement.',
});
const stayed = counter({
  name: 'helpmesh_tickets_not_redirected_total',
  help: 'New tickets of a group with an agreement that stayed here, because nobody could be answered or it was a loop.',
});
const pbasCalls = counter({
  name: 'helpmesh_pbas_calls_total',
  help: 'Envelopes of PBA-S control panels that were answered, by method.',
  labels: ['method'],
});
const pbasRefusals = counter({
  name: 'helpmesh_pbas_refusals_total',
  help: 'Envelopes that were refused unread, by reason (the code of the error).',
  labels: ['code'],
});
const logbooks = counter({
  name: 'helpmesh_cmdb_logbook_total',
  help: 'Entries for logbooks of the CMDB, by what came of a try (written, failed, given-up).',
  labels: ['result'],
});

const unanswered = counter({
  name: 'helpmesh_federation_unanswered_offers_total',
  help: 'Tickets that were offered to a peer which had not answered in time.',
  labels: ['peer'],
});
const outages = counter({
  name: 'helpmesh_federation_outages_total',
  help: 'Times that somebody was given the task to look after a peer that had not answered for a day.',
  labels: ['peer'],
});
const sent = counter({
  name: 'helpmesh_federation_sent_total',
  help: 'Messages that a peer has taken.',
  labels: ['peer'],
});
const taken = counter({
  name: 'helpmesh_federation_taken_total',
  help: 'Messages of a peer that were done here.',
  labels: ['peer'],
});
const failed = counter({
  name: 'helpmesh_federation_failures_total',
  help: 'Turns of a ticket that ended with an error, by peer and code.',
  labels: ['peer', 'code'],
});

const signIns = counter({
  name: 'helpmesh_federation_sign_ins_total',
  help: 'Tokens that were asked for with a signature in the name of a peer, by what came of it (ok, refused).',
  labels: ['peer', 'result'],
});

const limited = counter({
  name: 'helpmesh_federation_limited_total',
  help: 'Calls of a peer that were refused because there were more in a minute than was agreed.',
  labels: ['peer'],
});

const webhookCalls = counter({
  name: 'helpmesh_federation_webhook_calls_total',
  help: 'Calls of addresses that peers have named, by what came of them (taken, failed).',
  labels: ['peer', 'result'],
});

/** Business events as metrics and log records. Addresses and texts stay out of both. */
export class FederationEvents {
  private readonly log = logger('agreement');
  private readonly syncLog = logger('sync');

  redirected({ ticketId, agreementId, mailId }: Redirected): void {
    left.inc();
    this.log.info({ ticketId, agreementId, mailId }, 'ticket redirected');
  }

  limited({ id }: Pick<Peer, 'id'>): void {
    limited.inc({ peer: String(id) });
  }

  sent({ id }: Pick<Peer, 'id'>, { subject, type }: FederationEvent): void {
    sent.inc({ peer: String(id) });
    this.syncLog.debug({ peer: id, uuid: subject, type }, 'told a peer');
  }

  taken({ id }: Pick<Peer, 'id'>, { sequence, ticket }: FederationChange): void {
    taken.inc({ peer: String(id) });
    this.syncLog.debug({ peer: id, uuid: ticket.uuid, sequence }, 'did what was done at a peer');
  }

  syncFailed(link: { id: number; uuid: string }, { id }: Pick<Peer, 'id'>, error: AppError): void {
    failed.inc({ peer: String(id), code: error.code });
    this.syncLog.warn({ peer: id, link: link.id, uuid: link.uuid, code: error.code, err: error }, 'a ticket waits');
  }

  /** A helpdesk cannot be looked at, or one of its tickets cannot be read. */
  pollFailed(peer: number, error: AppError): void {
    failed.inc({ peer: String(peer), code: error.code });
    this.syncLog.warn({ peer, code: error.code, err: error }, 'what has changed at a peer is not known');
  }

  found(peer: number, uuid: string): void {
    this.syncLog.info({ peer, uuid }, 'a ticket was opened at a peer');
  }

  /** It has not taken what is ours to decide; the ticket goes on with what it made of it. */
  refusedAt(peer: number, link: number, words: readonly string[]): void {
    this.syncLog.warn({ peer, link, words }, 'a peer has not taken a change');
  }

  trouble(what: string, error: unknown): void {
    this.syncLog.error({ err: error }, what);
  }

  kept({ ticket }: TicketCreated, why: string): void {
    stayed.inc();
    this.log.info({ ticketId: ticket.id, why }, 'ticket of a group with an agreement stays here');
  }

  /** A helpdesk got a token for its signature. */
  signedIn(peer: number): void {
    signIns.inc({ peer: String(peer), result: 'ok' });
  }

  signInRefused(peer: number, why: string): void {
    signIns.inc({ peer: String(peer), result: 'refused' });
    this.syncLog.warn({ peer, why }, 'a signature in the name of a peer was refused');
  }

  offerUnanswered(peer: number): void {
    unanswered.inc({ peer: String(peer) });
    this.syncLog.info({ peer }, 'an offer was not answered in time');
  }

  /** There is a task for a helpdesk that has been away for a day. */
  outageToldOf(peer: number, ticketId: number): void {
    outages.inc({ peer: String(peer) });
    this.syncLog.warn({ peer, ticketId }, 'a peer has not answered for a day');
  }

  outageOver(peer: number, ticketId: number): void {
    this.syncLog.info({ peer, ticketId }, 'a peer answers again');
  }

  webhookCalled(peer: number, taken: boolean): void {
    webhookCalls.inc({ peer: String(peer), result: taken ? 'taken' : 'failed' });
  }

  webhookDisabled(peer: number, webhook: string, reason: string): void {
    this.syncLog.warn({ peer, webhook, reason }, 'a webhook of a peer is called no more');
  }

  pbasAnswered(method: string): void {
    pbasCalls.inc({ method });
  }

  pbasRefused(code: string): void {
    pbasRefusals.inc({ code });
    this.log.warn({ code }, 'a call of the External Helpdesk API was refused');
  }

  pbasSchemeFound(scheme: string): void {
    this.log.info({ scheme }, 'the security header of the control panel is understood');
  }

  logbookWritten(result: 'written' | 'failed' | 'given-up'): void {
    logbooks.inc({ result });
  }
}
