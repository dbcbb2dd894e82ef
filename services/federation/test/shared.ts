import { agreements, peerAdapters, peers } from '@helpmesh/contracts';
import { waitFor } from '@helpmesh/testing';
import type { Desk } from './desk.ts';

/** A peer with an agreement about a group, and what a test waits for there. */
export class Shared {
  private constructor(
    private readonly desk: Desk,
    readonly peerId: number,
    private readonly adapter: { kind: string; queue: string; account?: string },
  ) {}

  static async with(
    desk: Desk,
    { name, node, secret, groupId }: { name: string; node: string; secret: string; groupId: number },
    adapter: Shared['adapter'] & { sign_in?: string },
  ): Promise<Shared> {
    const { id } = await desk.ask(peers.create, { body: { name, node } });
    const one = new Shared(desk, id, adapter);
    await one.nudge();
    await one.keepSecret(secret);
    const body = { kind: 'full', name, group_id: groupId, peer_id: id, disclosure: 'name+email', internal_notes: true };
    await desk.ask(agreements.create, { body });
    await one.look();
    return one;
  }

  keepSecret(token: string) {
    return this.desk.ask(peers.keepToken, { params: { id: this.peerId }, body: { token } });
  }

  verify() {
    return this.desk.ask(peerAdapters.verify, { params: { id: this.peerId } });
  }

  /** It is to be looked at now, not when it is time to. */
  nudge(over = {}) {
    return this.desk.ask(peerAdapters.update, { params: { id: this.peerId }, body: { ...this.adapter, ...over } });
  }

  /** And was. */
  async look(): Promise<void> {
    const { polled_at: before } = await this.nudge();
    const params = { id: this.peerId };
    await waitFor(async () => (await this.desk.ask(peerAdapters.show, { params })).polled_at !== before, {
      ...{ what: 'a look', timeoutMs: 90_000, everyMs: 100 },
    });
  }

  async standing() {
    return (await this.desk.ask(peers.list, {})).find(({ id }) => id === this.peerId);
  }

  quiet() {
    return waitFor(
      async () => {
        await this.desk.others.settled('federation');
        return (await this.standing())?.waiting === 0;
      },
      { what: 'nothing to wait', timeoutMs: 90_000, everyMs: 100 },
    );
  }

  /** A ticket that came from there. */
  arrived(subject: string): Promise<number> {
    return waitFor(() => [...this.desk.tickets.rows].find(([, { title }]) => title === subject)?.[0], {
      ...{ what: `"${subject}" here`, timeoutMs: 90_000 },
    });
  }
}
