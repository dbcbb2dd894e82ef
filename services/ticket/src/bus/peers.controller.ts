import {
  applyPeerChange,
  forgetRequester,
  type ParsedInputOf,
  readForPeer,
  takeInPast,
  workingTimeAfter,
} from '@helpmesh/contracts';
import { Answers, type RpcContext } from '@helpmesh/messaging';
import { Controller } from '@nestjs/common';
import { requireActor } from '../application/access.ts';
import { ForgetRequester } from '../application/peers/forget-requester.ts';
import { OfficeHours } from '../application/peers/office-hours.ts';
import { PeerChanges } from '../application/peers/peer-changes.ts';
import { TakeInPast } from '../application/peers/take-in-past.ts';

/** Questions of the federation service. */
@Controller()
export class PeersController {
  constructor(
    private readonly peers: PeerChanges,
    private readonly past: TakeInPast,
    private readonly hours: OfficeHours,
    private readonly requesters: ForgetRequester,
  ) {}

  @Answers(readForPeer)
  read({ actor }: RpcContext, input: ParsedInputOf<typeof readForPeer>) {
    return this.peers.read(requireActor(actor), input);
  }

  @Answers(applyPeerChange)
  apply({ actor }: RpcContext, input: ParsedInputOf<typeof applyPeerChange>) {
    return this.peers.apply(requireActor(actor), input);
  }

  @Answers(forgetRequester)
  async forget({ actor }: RpcContext, input: ParsedInputOf<typeof forgetRequester>) {
    await this.requesters.run(requireActor(actor), input);
    return {};
  }

  @Answers(takeInPast)
  takeIn({ actor }: RpcContext, input: ParsedInputOf<typeof takeInPast>) {
    return this.past.run(requireActor(actor), input);
  }

  @Answers(workingTimeAfter)
  after({ actor }: RpcContext, input: ParsedInputOf<typeof workingTimeAfter>) {
    return this.hours.after(requireActor(actor), input);
  }
}
