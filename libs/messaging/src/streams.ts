import { setTimeout as pause } from 'node:timers/promises';
import { DLQ_STREAM } from '@helpmesh/contracts';
import { AppError } from '@helpmesh/kernel';
import {
  DiscardPolicy,
  JetStreamApiCodes,
  JetStreamApiError,
  type JetStreamManager,
  RetentionPolicy,
  StorageType,
  type StreamConfig,
  type StreamInfo,
} from '@nats-io/jetstream';
import { nanos } from '@nats-io/nats-core';

export interface StreamDeclaration {
  name: string;
  /** The service that applies it and whose log it is rebuilt from. */
  owner: string;
  /** `event` keeps by age, every durable reads all of it; `command` is a work queue of the addressed service. */
  kind: 'event' | 'command';
  /** Non-overlapping, each ending in `.>`. */
  subjects: readonly string[];
}

/** A republished message id within this time is dropped by the broker; the inbox covers everything later. */
const DUPLICATE_WINDOW_MS = 120_000;
const DAY_MS = 86_400_000;
/**
 * nats-server 2.9 answers that a stream is deleted while it still removes its files, those of a new stream of the same
 * name with them: whoever makes it again at once gets one that stores nothing (seen with 25,000 messages).
 */
const DELETION_MS = 2_000;

/** The streams of a deployment, and how to bring the broker to them. Uses nothing newer than nats-server 2.9. */
export class StreamSet {
  private readonly byName = new Map<string, StreamDeclaration>();
  private readonly byPrefix = new Map<string, string>();
  /** Streams that were there once: one of these that is missing was deleted under us. */
  private readonly seen = new Set<string>();
  private readonly replicas: number;
  private readonly retentionMs: number;
  private readonly maker: string | undefined;

  /** @param maker  the service whose streams may be made or changed here; undefined: everybody's */
  constructor(
    declarations: readonly StreamDeclaration[],
    { replicas, retentionDays, maker }: { replicas: number; retentionDays: number; maker?: string | undefined },
  ) {
    this.replicas = replicas;
    this.maker = maker;
    this.retentionMs = retentionDays * DAY_MS;
    for (const declaration of declarations) {
      this.byName.set(declaration.name, declaration);
      for (const subject of declaration.subjects) {
        if (!subject.endsWith('.>')) throw new Error(`stream subject ${subject} must end in .>`);
        this.byPrefix.set(subject.slice(0, -1), declaration.name);
      }
    }
  }

  /** Stream that keeps this subject; undefined when none is declared for it. */
  find(subject: string): string | undefined {
    // `ticket.v1.created` -> `ticket.v1.`, `cmd.ticket.v1.file-mail` -> `cmd.ticket.v1.`
    return this.byPrefix.get(subject.slice(0, subject.lastIndexOf('.') + 1));
  }

  /** @throws Error for a subject no stream is declared for */
  of(subject: string): string {
    const name = this.find(subject);
    if (!name) throw new Error(`no stream is declared for subject ${subject}`);
    return name;
  }

  ownedBy(service: string): string[] {
    const own = [...this.byName.values()].filter((stream) => stream.owner === service).map((stream) => stream.name);
    return [...own, DLQ_STREAM];
  }

  /**
   * Creates the stream, or adds what its configuration lacks; never takes anything away.
   * @throws AppError unavailable `bus.stream-missing` when it is another service's to make
   */
  async ensure(jsm: JetStreamManager, name: string): Promise<StreamInfo> {
    const wanted = this.configOf(name);
    let found = await findStream(jsm, name);
    if (found) this.seen.add(name);
    else if (this.seen.delete(name)) {
      await pause(DELETION_MS);
      found = await findStream(jsm, name);
    }
    if (this.maker !== undefined && !this.ownedBy(this.maker).includes(name)) {
      if (found) return found;
      const detail = 'A part of the message bus is not there yet.';
      throw new AppError('unavailable', 'bus.stream-missing', detail, `stream ${name} is another service's to make`);
    }
    if (!found) {
      try {
        return await jsm.streams.add(wanted);
      } catch (error) {
        const raced = await findStream(jsm, name); // another replica was faster
        if (!raced) throw error;
        return raced;
      }
    }
    const { config } = found;
    // A release before or after this one may know more subjects: only ever widen.
    const subjects = [...new Set([...(config.subjects ?? []), ...(wanted.subjects ?? [])])];
    const same =
      subjects.length === config.subjects?.length &&
      config.max_age === wanted.max_age &&
      config.num_replicas === wanted.num_replicas;
    if (same) return found;
    return jsm.streams.update(name, { ...config, subjects, max_age: wanted.max_age, num_replicas: this.replicas });
  }

  private configOf(name: string): StreamConfig & { name: string } {
    const common = {
      name,
      storage: StorageType.File,
      discard: DiscardPolicy.Old,
      num_replicas: this.replicas,
      duplicate_window: nanos(DUPLICATE_WINDOW_MS),
    };
    if (name === DLQ_STREAM) {
      return {
        ...common,
        subjects: ['dlq.>'],
        retention: RetentionPolicy.Limits,
        max_age: nanos(30 * DAY_MS),
      } as never;
    }
    const declared = this.byName.get(name);
    if (!declared) throw new Error(`stream ${name} is not declared`);
    const event = declared.kind === 'event';
    return {
      ...common,
      subjects: [...declared.subjects],
      retention: event ? RetentionPolicy.Limits : RetentionPolicy.Workqueue,
      max_age: event ? nanos(this.retentionMs) : 0,
    } as never;
  }
}

/** Undefined when the broker has no such stream; other errors pass through. */
export async function findStream(jsm: JetStreamManager, name: string): Promise<StreamInfo | undefined> {
  try {
    return await jsm.streams.info(name);
  } catch (error) {
    if (error instanceof JetStreamApiError && error.code === JetStreamApiCodes.StreamNotFound) return undefined;
    throw error;
  }
}
