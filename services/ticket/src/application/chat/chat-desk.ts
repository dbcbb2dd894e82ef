import {
  auditMessage,
  type Caller,
  type ChatSettings,
  changesBetween,
  chatChanged,
  recordAudit,
} from '@helpmesh/contracts';
import { AppError, type Clock, epochMs } from '@helpmesh/kernel';
import { Outbox } from '@helpmesh/messaging';
import { transaction } from '@helpmesh/persistence';
import { CLOCK } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { type ChatLimits, doorOf, originIn } from '../../domain/chat/chat.ts';
import { ChatStore, type LockedChat } from '../../persistence/chat.store.ts';
import { DeskSettingStore } from '../../persistence/desk-setting.store.ts';
import { invalidParam, requireAnyOf } from '../access.ts';
import { PUBLIC_PLACE, type PublicPlace } from '../ports.ts';
import { References, Wanted } from '../references.ts';

/** Who says that they take chats is asked every 25 s to say so again; a page in the background speaks once a minute. */
const AGENT_GONE_MS = 100_000;

/** What holds until somebody chooses otherwise: there is no chat. */
const untouched: ChatSettings = {
  ...{ chat_active: false, chat_title: '', chat_topics: [], chat_origins: [] },
  ...{ chat_waiting_max: 5, chat_idle_minutes: 15, chat_away_seconds: 60 },
};
const names = Object.keys(untouched) as (keyof ChatSettings)[];
const permissions = ['admin.channel_chat'];

/** How the desk chats: its settings, who is there, and what is told when a chat changes. */
@Injectable()
export class ChatDesk {
  constructor(
    private readonly db: DataSource,
    private readonly settings: DeskSettingStore,
    private readonly store: ChatStore,
    private readonly references: References,
    private readonly outbox: Outbox,
    @Inject(PUBLIC_PLACE) private readonly place: PublicPlace,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async current(on: DataSource | EntityManager = this.db): Promise<ChatSettings> {
    const all = await this.settings.all(on);
    return { ...untouched, ...Object.fromEntries(names.flatMap((name) => (name in all ? [[name, all[name]]] : []))) };
  }

  /** @throws AppError forbidden */
  async read(actor: Caller): Promise<ChatSettings> {
    requireAnyOf(actor, permissions);
    return this.current();
  }

  /** @throws AppError forbidden; invalid `chat.origin-invalid`, `chat.topic-twice`, or for a group that there is not */
  async update(
    actor: Caller,
    input: { [K in keyof ChatSettings]?: ChatSettings[K] | undefined },
  ): Promise<ChatSettings> {
    requireAnyOf(actor, permissions);
    const given = names.filter((name) => input[name] !== undefined);
    const values: Record<string, unknown> = Object.fromEntries(given.map((name) => [name, input[name]]));
    if (input.chat_origins) values.chat_origins = originsIn(input.chat_origins);
    if (input.chat_topics) await this.requireTopics(input.chat_topics);
    return transaction(this.db, async (tx) => {
      const before = await this.current(tx);
      await this.settings.set(tx, values, actor.userId, this.clock.now());
      const after = await this.current(tx);
      const changes = changesBetween(before, after, names);
      if (Object.keys(changes).length > 0) {
        const object = { type: 'Setting', id: 0, label: given.join(', ') };
        const entry = { action: 'integration-setting.changed' as const, object, changes };
        await this.outbox.add(tx, recordAudit, auditMessage(actor, entry));
      }
      return after;
    });
  }

  /** What a page finds that shows the chat. @param origin  null: whoever asks is no page of a browser */
  async door(origin: string | null) {
    const settings = await this.current();
    const allowed =
      origin === null || origin === new URL(this.place.url).origin || settings.chat_origins.includes(origin);
    const title = settings.chat_title;
    if (!settings.chat_active || !allowed) return { state: 'off' as const, allowed, title: '', topics: [] };
    return { ...(await this.open(settings)), allowed, title };
  }

  /** Whether somebody is there, and for which topics. */
  async open(settings: ChatSettings) {
    const seenSince = epochMs(this.clock.now() - AGENT_GONE_MS);
    const { agents, waiting } = await this.store.agents(this.db, seenSince);
    const topics = settings.chat_topics.map(({ name, group_id }) => ({ name, groupId: group_id }));
    return doorOf(topics, agents, { waiting, max: settings.chat_waiting_max });
  }

  async limits(on: DataSource | EntityManager = this.db): Promise<ChatLimits> {
    const { chat_idle_minutes, chat_away_seconds } = await this.current(on);
    return { idleMs: chat_idle_minutes * 60_000, awayMs: chat_away_seconds * 1_000 };
  }

  async tell(tx: EntityManager, { id, agentId }: Pick<LockedChat, 'id' | 'agentId'>, what: 'state' | 'words') {
    await this.outbox.add(tx, chatChanged, { aggregateId: id, data: { id, what, agentId } });
  }

  private async requireTopics(topics: ChatSettings['chat_topics']): Promise<void> {
    const twice = topics.find(({ name }, i) => topics.findIndex((other) => other.name === name) !== i);
    if (twice) throw new AppError('invalid', 'chat.topic-twice', `There are two topics "${twice.name}".`);
    const wanted = new Wanted();
    for (const { group_id } of topics) wanted.group(group_id);
    const refs = await this.references.resolve(wanted);
    for (const { group_id } of topics) if (!refs.group(group_id)?.active) throw invalidParam('group_id', group_id);
  }
}

/** @throws AppError invalid `chat.origin-invalid` */
function originsIn(written: readonly string[]): string[] {
  const origins = written.map((one) => {
    const origin = originIn(one);
    if (origin) return origin;
    const detail = `"${one.slice(0, 100)}" is no address of a page, such as https://www.example.org.`;
    throw new AppError('invalid', 'chat.origin-invalid', detail);
  });
  return [...new Set(origins)];
}
