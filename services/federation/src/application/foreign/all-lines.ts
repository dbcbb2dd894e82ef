import type { FederationAttachment, FederationChange, FederationEvent } from '@helpmesh/contracts';
import type { FileSink } from '../files/ports.ts';
import type { Greeting, PeerAddress, PeerGreeter, PeerLine } from '../sync/ports.ts';
import type { ForeignLine } from './foreign-line.ts';

/** To each peer in the way that it understands. */
export class AllLines implements PeerLine, PeerGreeter {
  constructor(
    private readonly ours: PeerLine & PeerGreeter,
    private readonly foreign: ForeignLine,
  ) {}

  async deliver(to: PeerAddress, event: FederationEvent, signal: AbortSignal): Promise<void> {
    return (await this.lineTo(to)).deliver(to, event, signal);
  }

  async standing(to: PeerAddress, uuid: string, signal: AbortSignal): Promise<FederationChange | null> {
    return (await this.lineTo(to)).standing(to, uuid, signal);
  }

  async file(to: PeerAddress, attachment: FederationAttachment, sink: FileSink, signal: AbortSignal): Promise<void> {
    return (await this.lineTo(to)).file(to, attachment, sink, signal);
  }

  async fields(to: PeerAddress, signal: AbortSignal): Promise<ReadonlySet<string>> {
    return (await this.lineTo(to)).fields(to, signal);
  }

  async probe(to: PeerAddress, signal: AbortSignal): Promise<boolean> {
    return (await this.lineTo(to)).probe(to, signal);
  }

  async greet(to: PeerAddress, called: boolean, signal: AbortSignal): Promise<Greeting> {
    return (await this.lineTo(to)).greet(to, called, signal);
  }

  private async lineTo({ node }: Pick<PeerAddress, 'node'>): Promise<PeerLine & PeerGreeter> {
    return (await this.foreign.speaksTo(node)) ? this.foreign : this.ours;
  }
}
