import { createHash, randomBytes } from 'node:crypto';
import { isIP } from 'node:net';
import { type OutputOf, openPbasLink, openSessionFor, type ParsedInputOf } from '@helpmesh/contracts';
import { AppError, type Clock, type EpochMs } from '@helpmesh/kernel';
import type { RpcClient } from '@helpmesh/messaging';
import { type ActorSigner, clientNetwork, isPublicAddress } from '@helpmesh/service-kit';
import type { DataSource } from 'typeorm';
import type { PbasStore } from '../../persistence/pbas.store.ts';

/** Time to follow a redirect, on a slow line. */
const LINK_MS = 90_000;

/** Links that sign a contact in, each once and only for a moment. */
export class PbasLinks {
  constructor(
    private readonly db: DataSource,
    private readonly store: PbasStore,
    private readonly rpc: RpcClient,
    private readonly signer: ActorSigner,
    private readonly clock: Clock,
    private readonly publicUrl: string,
  ) {}

  /**
   * @param bind  the link is for the address alone that the panel tells, unless that is on a private network, where
   *   this desk may see another
   * @throws AppError not-found `pbas.contact-unknown`; invalid `pbas.bad-address`
   */
  async make({ pbasId, ip, act }: { pbasId: string; ip: string; act: 'add' | 'list' }, bind: boolean): Promise<string> {
    if (bind && isIP(ip) === 0) throw new AppError('invalid', 'pbas.bad-address', "The visitor's address is no IP.");
    const account = (await this.store.byPbasIds(this.db, [pbasId])).get(pbasId);
    if (!account) throw new AppError('not-found', 'pbas.contact-unknown', 'There is no contact with this id.');
    const token = randomBytes(32).toString('base64url');
    const now = this.clock.now();
    const link = { userId: account.user_id, act, ip: bind && isPublicAddress(ip) ? clientNetwork(ip) : null };
    await this.store.addLink(this.db, hashOf(token), link, (now + LINK_MS) as EpochMs, now);
    return `${this.publicUrl}/sso/pbas/${token}?act=${act}`;
  }

  /** @throws AppError forbidden `pbas.link-used`; `identity.not-vouchable` */
  async open({ token, ip, userAgent }: ParsedInputOf<typeof openPbasLink>): Promise<OutputOf<typeof openPbasLink>> {
    const link = await this.store.takeLink(this.db, hashOf(token), this.clock.now());
    // A link that somebody else opened is gone as well: it was seen by eyes it was not for.
    if (!link || (link.ip !== null && link.ip !== clientNetwork(ip ?? ''))) {
      throw new AppError('forbidden', 'pbas.link-used', 'This link is not good any more. Open the helpdesk again.');
    }
    const { userId, act } = link;
    const session = await this.rpc.call(openSessionFor, { userId, ip, userAgent }, { actor: this.signer.service() });
    return { ...session, act };
  }
}

function hashOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
