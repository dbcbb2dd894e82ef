import type { TicketInput } from '@helpmesh/contracts';
import { type Clock, epochMs } from '@helpmesh/kernel';
import { transaction } from '@helpmesh/persistence';
import { CLOCK } from '@helpmesh/service-kit';
import { logger } from '@helpmesh/telemetry';
import { Inject, Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { endOf, mayBecome } from '../../domain/chat/chat.ts';
import { titleOf, transcriptOf } from '../../domain/chat/transcript.ts';
import { displayName } from '../../domain/ticket/people.ts';
import { ChatStore, type EndedChat } from '../../persistence/chat.store.ts';
import { DeskSettingStore } from '../../persistence/desk-setting.store.ts';
import { ReplicaStore } from '../../persistence/replica.store.ts';
import { CreateTickets } from '../create-tickets.ts';
import { firstGroup } from '../first-group.ts';
import { desk as theDesk } from '../recurring/open-recurring.ts';
import { References, Wanted } from '../references.ts';
import { ChatDesk } from './chat-desk.ts';

const EVERY_MS = 2_000;
const BATCH = 50;
/** What cannot become a ticket now is tried again then, ms. */
const LATER_MS = 60_000;

/**
 * Ends chats whose time has come, and makes one ticket of each that has ended, by the door of all new tickets: that it was
 * made is written in the transaction that makes it, however many replicas look and whoever dies.
 */
@Injectable()
export class ChatTimer implements OnModuleInit, OnApplicationShutdown {
  private readonly log = logger('live-chat');
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();
  private stopped = false;

  constructor(
    private readonly db: DataSource,
    private readonly store: ChatStore,
    private readonly desk: ChatDesk,
    private readonly settings: DeskSettingStore,
    private readonly replicas: ReplicaStore,
    private readonly references: References,
    private readonly creates: CreateTickets,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.timer = setInterval(() => void this.wake(), EVERY_MS).unref();
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopped = true;
    clearInterval(this.timer);
    await this.running;
  }

  /** Looks now: a chat has ended. */
  wake(): Promise<void> {
    this.running = this.running
      .then(async () => {
        while (!this.stopped && (await this.endDue()));
        while (!this.stopped && (await this.openTickets()));
      })
      .catch((error: unknown) => {
        this.log.warn({ err: error }, 'chats could not be looked through, the next round tries again');
      });
    return this.running;
  }

  /** @returns whether there may be more */
  private endDue(): Promise<boolean> {
    return transaction(this.db, async (tx) => {
      const now = this.clock.now();
      const due = await this.store.takeDue(tx, now, BATCH);
      if (due.length === 0) return false;
      const limits = await this.desk.limits(tx);
      for (const chat of due) {
        const { at, why } = endOf(chat, limits);
        // The settings may be others than when it was set.
        if (at > now || !mayBecome(chat.state, 'closed')) await this.store.setDue(tx, chat.id, at);
        else {
          await this.store.close(tx, chat.id, why, now);
          await this.desk.tell(tx, chat, 'state');
        }
      }
      return due.length === BATCH;
    });
  }

  /** @returns whether there may be more */
  private async openTickets(): Promise<boolean> {
    const now = this.clock.now();
    const ended = await this.store.ended(this.db, now, BATCH);
    for (const chat of ended) {
      try {
        await this.openTicket(chat);
      } catch (error) {
        // Nothing of it is lost: it is tried until it is a ticket.
        this.log.warn({ err: error, chat: chat.id }, 'a chat could not become a ticket yet');
        await this.store.putOff(this.db, chat.id, epochMs(now + LATER_MS));
      }
    }
    return ended.length === BATCH;
  }

  private async openTicket(chat: EndedChat): Promise<void> {
    const { id, agentId } = chat;
    await this.creates.runOnce(
      { actor: theDesk, input: await this.ticketOf(chat), flags: {}, key: undefined },
      (tx) => this.store.claimEnded(tx, id),
      async (tx, ticketId) => {
        await this.store.settle(tx, id, ticketId);
        await this.desk.tell(tx, { id, agentId }, 'state');
      },
    );
  }

  /** As said by the visitor, and looked after by the agent who took it. */
  private async ticketOf({ id, name, customerId, topic, groupId, page, agentId }: EndedChat): Promise<TicketInput> {
    const refs = await this.references.resolve(new Wanted().user(customerId).user(agentId).group(groupId));
    const group = refs.group(groupId)?.active ? groupId : await firstGroup(this.replicas, this.db);
    const agent = agentId === null ? undefined : refs.person(agentId);
    const owns = agent?.active && agent.agent && agent.fullGroupIds.includes(group);
    const said = await this.store.words(this.db, id);
    const people = { visitor: name, agent: agent ? displayName(agent) : '-' };
    const body = transcriptOf(said, people, { page, zone: await this.settings.zone(this.db) });
    const open = refs.states.forFollowUp.id;
    return {
      ...{ title: titleOf(said, topic), group_id: group, customer_id: customerId },
      ...(agentId !== null && { state_id: open }),
      ...(owns && { owner_id: agent.id }),
      article: { type: 'chat', sender: 'Customer', body, content_type: 'text/plain', internal: false },
    };
  }
}
