import { auditMessage, FederationAgreementPatch, FederationProposal, recordAudit } from '@helpmesh/contracts';
import { AppError, type Clock } from '@helpmesh/kernel';
import type { Outbox } from '@helpmesh/messaging';
import { afterCommit, transaction } from '@helpmesh/persistence';
import type { Cache } from '@helpmesh/service-kit';
import type { DataSource, EntityManager } from 'typeorm';
import { z } from 'zod';
import type { PeerAgreement } from '../../domain/agreement.ts';
import { byPeer, ourWord } from '../../domain/agreement-life.ts';
import { toldAgreement } from '../../domain/notices.ts';
import type { AgreementStore } from '../../persistence/agreement.store.ts';
import type { LinkStore } from '../../persistence/link.store.ts';
import { type Answer, type Caller, ok, precondition, type Request, type Route, read } from '../door/answers.ts';
import type { SyncSettings } from '../sync/ports.ts';
import type { SyncLinks } from '../sync/sync-links.ts';

/** Proposals of one helpdesk that wait for an answer, and that it may make in a day. */
const MOST_PENDING = 5;
const PACE = { max: 20, windowMs: 24 * 3_600_000 };
const Number_ = z.coerce.number().int().positive();

/** `/federation/v1/agreements`: what a helpdesk proposes, and what it says of the agreements with us. */
export class PeerAgreements {
  constructor(
    private readonly db: DataSource,
    private readonly agreements: AgreementStore,
    private readonly links: Pick<LinkStore, 'endOf'>,
    private readonly sync: Pick<SyncLinks, 'wake'>,
    private readonly outbox: Outbox,
    private readonly cache: Pick<Cache, 'limit'>,
    private readonly clock: Clock,
    private readonly settings: Pick<SyncSettings, 'node'>,
  ) {}

  routes(): Route[] {
    return [
      ['GET', /^agreements$/, (peer) => this.list(peer)],
      ['POST', /^agreements$/, (peer, { body }) => this.propose(peer, read(FederationProposal, body))],
      ['GET', /^agreements\/([^/]+)$/, (peer, request, id) => this.show(peer, request, read(Number_, id))],
      ['PATCH', /^agreements\/([^/]+)$/, (peer, request, id) => this.change(peer, request, read(Number_, id))],
    ];
  }

  /** Those that a caller may know of. */
  async of(on: DataSource | EntityManager, { id, scope }: Caller): Promise<PeerAgreement[]> {
    const all = await this.agreements.ofPeer(on, id);
    return scope === null ? all : all.filter((agreement) => scope.includes(agreement.id));
  }

  private async list(peer: Caller): Promise<Answer> {
    const rows = await this.of(this.db, peer);
    return ok({ agreements: rows.map((agreement) => toldAgreement(agreement, [this.settings.node, peer.node])) });
  }

  private async show(peer: Caller, { ifNoneMatch }: Request, id: number): Promise<Answer> {
    const agreement = (await this.of(this.db, peer)).find((one) => one.id === id);
    if (!agreement) throw noSuch();
    const answer = this.shown(peer, agreement);
    return ifNoneMatch === answer.headers.etag ? { status: 304, headers: answer.headers } : answer;
  }

  /**
   * Keeps a proposal for an administrator: it names no group and shares nothing. Proposing the same again does nothing.
   * @throws AppError forbidden `federation.no-agreement`; conflict `federation.agreement-over`,
   *   `federation.too-many-proposals`; limited `http.too-many-requests`
   */
  private async propose(peer: Caller, proposal: FederationProposal): Promise<Answer> {
    if (peer.scope !== null) {
      const detail = 'This token is for some agreements alone.';
      throw new AppError('forbidden', 'federation.no-agreement', detail);
    }
    const agreement = await transaction(this.db, async (tx) => {
      await this.agreements.lockProposals(tx, peer.id);
      const held = await this.agreements.byRemote(tx, peer.id, proposal.number);
      if (held && (held.status === 'ended' || held.status === 'declined')) {
        const detail = `This agreement was ${held.status}. Propose another one, with a number of its own.`;
        throw new AppError('conflict', 'federation.agreement-over', detail);
      }
      if (held) return held;
      if ((await this.agreements.pending(tx, peer.id)).length >= MOST_PENDING) {
        const detail = `${MOST_PENDING} proposals of yours wait for an answer already.`;
        throw new AppError('conflict', 'federation.too-many-proposals', detail);
      }
      const { allowed } = await this.cache.limit(`peer-proposals:${peer.id}`, PACE);
      if (!allowed) throw new AppError('limited', 'http.too-many-requests', 'Too many proposals. Try again tomorrow.');
      const added = await this.agreements.addPending(tx, peer.id, proposal, this.clock.now());
      await this.tell(tx, peer, added, 'proposed-by-peer');
      return added;
    });
    const { headers, body } = this.shown(peer, agreement);
    return { status: 201, headers: { ...headers, location: `/federation/v1/agreements/${agreement.id}` }, body };
  }

  /** @throws AppError as `byPeer`; not-found; stale `federation.version-moved`; invalid `federation.precondition-needed` */
  private async change(peer: Caller, { body, ifMatch }: Request, id: number): Promise<Answer> {
    const saved = await transaction(this.db, async (tx) => {
      const held = await this.agreements.loadOf(tx, peer.id, id);
      if (!held || (peer.scope !== null && !peer.scope.includes(id))) throw noSuch();
      if (ifMatch === undefined) throw precondition('If-Match');
      const { status: step, reason } = read(FederationAgreementPatch, body);
      if (ifMatch !== etagOf(held)) {
        const detail = `The agreement is at version ${etagOf(held)} by now.`;
        throw new AppError('stale', 'federation.version-moved', detail);
      }
      const next = byPeer(held, step);
      if (Object.keys(next).length === 0) return held;
      const now = this.clock.now();
      const isOver = next.status === 'declined' || next.status === 'ended';
      const standing = { ...next, ...(isOver && { reason: reason ?? null }) };
      const word = ourWord({ ...held, ...next });
      const stands = await this.agreements.stand(tx, id, standing, { tell: false, ...(word && { told: word }) }, now);
      if (isOver) await this.links.endOf(tx, id, `${peer.name} has ended the agreement.`, now);
      await this.tell(tx, peer, stands, `${step}-by-peer`);
      afterCommit(tx, () => this.sync.wake());
      return stands;
    });
    return this.shown(peer, saved);
  }

  private shown(peer: Caller, agreement: PeerAgreement): Answer {
    return ok(toldAgreement(agreement, [this.settings.node, peer.node]), { etag: etagOf(agreement) });
  }

  /** For the audit log: nobody here has done it. */
  private async tell(
    tx: EntityManager,
    peer: Caller,
    { id, name, reason }: PeerAgreement,
    what: string,
  ): Promise<void> {
    const object = { type: 'Agreement', id, label: name };
    const changes = { peer: { to: peer.name }, ...(reason !== null && { reason: { to: reason } }) };
    const author = { kind: 'service', userId: 1 } as const;
    await this.outbox.add(tx, recordAudit, auditMessage(author, { action: `agreement.${what}`, object, changes }));
  }
}

function etagOf({ version }: PeerAgreement): string {
  return `"v${version}"`;
}

function noSuch(): AppError {
  return new AppError('not-found', 'federation.no-such-agreement', 'There is no such agreement between us.');
}
