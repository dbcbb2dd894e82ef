import { type Actor, readForPeer } from '@helpmesh/contracts';
import { AppError } from '@helpmesh/kernel';
import type { RpcClient } from '@helpmesh/messaging';
import type { ActorSigner } from '@helpmesh/service-kit';
import type { DataSource } from 'typeorm';
import type { Agreement } from '../domain/agreement.ts';
import { addressProblem } from '../domain/redirect.ts';
import type { AgreementStore } from '../persistence/agreement.store.ts';
import type { PeerStore } from '../persistence/peer.store.ts';
import { requireAdmin } from './access.ts';
import type { ForeignLine } from './foreign/foreign-line.ts';
import type { OutgoingRequest } from './foreign/ports.ts';
import type { OwnAddresses } from './own-addresses.ts';
import { asText } from './redirect-tickets.ts';
import type { SyncLinks } from './sync/sync-links.ts';
import type { TicketShares } from './ticket-shares.ts';

/** Comments that are shown; the count tells of the others. */
const COMMENTS = 20;
const MOST = 200;

type Sent = Awaited<ReturnType<SyncLinks['preview']>>;

export interface AgreementPreview {
  to: string | null;
  whyNot: string | null;
  ticket: NonNullable<Sent>['ticket'] | null;
  comments: NonNullable<Sent>['comments'];
  commentsTotal: number;
  internalArticles: number;
  /** As the helpdesk would get it, where it does not speak our protocol; else why that cannot be said. */
  request: OutgoingRequest | null;
  requestProblem: string | null;
  mail: { replyTo: string; subject: string; text: string; files: string[] } | null;
}

/** Shows what would become of a ticket under an agreement, without doing any of it. */
export class PreviewAgreement {
  constructor(
    private readonly db: DataSource,
    private readonly agreements: AgreementStore,
    private readonly peers: PeerStore,
    private readonly own: OwnAddresses,
    private readonly foreign: Pick<ForeignLine, 'speaksTo' | 'preview'>,
    private readonly sync: Pick<SyncLinks, 'preview'>,
    private readonly shares: Pick<TicketShares, 'requireReadable'>,
    private readonly rpc: RpcClient,
    private readonly signer: ActorSigner,
  ) {}

  /** @throws AppError forbidden; not-found `agreement.not-found`, and `federation.no-such-ticket` for who may not read it */
  async run(actor: Actor | undefined, id: number, ticketId: number, signal: AbortSignal): Promise<AgreementPreview> {
    const admin = requireAdmin(actor);
    const agreement = await this.agreements.get(this.db, id);
    const groupId = await this.shares.requireReadable(admin, ticketId);
    const ask = { actor: this.signer.service() };
    const whole = { ticketId, knownArticleIds: [], internal: true, limit: MOST };
    const told = await this.rpc.call(readForPeer, whole, ask);
    if (!told) throw new AppError('not-found', 'federation.no-such-ticket', 'There is no such ticket.');
    const hidden = told.articles.filter(({ internal }) => internal).length;
    const nothing: AgreementPreview = {
      ...{ to: null, whyNot: null, ticket: null, comments: [], mail: null, request: null, requestProblem: null },
      ...{ commentsTotal: 0, internalArticles: hidden },
    };
    const whyNot = reasonOf(agreement, groupId);
    if (agreement.kind === 'direct') {
      return { ...nothing, whyNot: whyNot ?? 'The community works here: nothing is sent.' };
    }
    if (agreement.kind === 'full' && agreement.peerId !== null) {
      const peer = await this.peers.get(this.db, agreement.peerId);
      // Helpdesks without our protocol keep no secrets of ours.
      const isForeign = await this.foreign.speaksTo(peer.node);
      const secrets = agreement.internalNotes && !isForeign;
      const sent = await this.sync.preview(ticketId, peer, { ...agreement, internalNotes: secrets }, MOST);
      return {
        ...nothing,
        ...(isForeign && sent && (await this.inTheirWords(peer.id, sent, signal))),
        ...{ to: peer.node, whyNot: whyNot ?? (peer.paused ? `${peer.name} is paused.` : null) },
        ...{ ticket: sent?.ticket ?? null, comments: sent?.comments.slice(0, COMMENTS) ?? [] },
        ...{ commentsTotal: sent?.comments.length ?? 0, internalArticles: secrets ? 0 : hidden },
      };
    }
    const [request] = told.articles;
    const list = agreement.listAddress as string;
    const stays =
      whyNot ??
      (request?.internal === false ? null : 'The ticket has no request that may be passed on.') ??
      addressProblem(list, told.customer.email, await this.own.all());
    return {
      ...{ ...nothing, to: list, whyNot: stays },
      mail:
        stays === null && request
          ? {
              ...{ replyTo: told.customer.email as string, subject: told.title, text: asText(request) },
              files: request.files.map(({ filename }) => filename),
            }
          : null,
    };
  }

  private async inTheirWords(peerId: number, sent: NonNullable<Sent>, signal: AbortSignal) {
    try {
      return { request: await this.foreign.preview(peerId, sent, signal) };
    } catch (error) {
      return { requestProblem: AppError.from(error).detail };
    }
  }
}

function reasonOf({ active, groupId, pausedHere, pausedThere }: Agreement, ofTicket: number): string | null {
  if (!active) return 'The agreement is not active.';
  if (pausedHere || pausedThere) return 'The agreement is suspended.';
  return groupId === ofTicket ? null : 'The ticket is in another group.';
}
