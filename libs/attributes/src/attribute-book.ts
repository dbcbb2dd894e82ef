import { type AttributeDefinition, type AttributeObject, attributeObjects, type Envelope } from '@helpmesh/contracts';
import type { Bus } from '@helpmesh/messaging';
import { logger } from '@helpmesh/telemetry';
import { Attribute } from './attribute.ts';
import { AttributeSet } from './attribute-set.ts';

/** All definitions in force of an object, with the revision of the set. */
export interface StoredSet {
  object: AttributeObject;
  revision: number;
  attributes: readonly AttributeDefinition[];
}

const SUBJECT = 'attribute.v1.>';

/**
 * The attributes there are, read once after each change of them. Every process hears of a change as it happens, by a
 * plain subscription beside the stream; until the table it reads has the change, each use looks again.
 */
export class AttributeBook {
  private readonly log = logger('attributes');
  private readonly held = new Map<AttributeObject, AttributeSet>();
  private readonly told = new Map<AttributeObject, number>();
  private reading: Promise<void> | undefined;
  private subscription: { unsubscribe(): void } | undefined;

  /** @param read  what the service's own table says */
  constructor(
    private readonly bus: Bus,
    private readonly read: () => Promise<StoredSet[]>,
  ) {}

  /** Nest calls it, as it does what ends it. */
  onModuleInit(): void {
    this.subscription = this.bus.nc.subscribe(SUBJECT, {
      callback: (error, message) => (error ? this.forget() : this.hear(message.string())),
    });
    void this.watchConnection();
  }

  onApplicationShutdown(): void {
    this.subscription?.unsubscribe();
  }

  /** Says nothing to the database while nothing has changed. */
  of(object: AttributeObject): AttributeSet | Promise<AttributeSet> {
    return this.fresh(object) ?? this.learn(object);
  }

  /** This process made the change: its next use already sees it. */
  expect(object: AttributeObject, revision: number): void {
    this.told.set(object, Math.max(revision, this.told.get(object) ?? 0));
  }

  /** What is held may have been read before a change: the next use reads again. */
  private forget(): void {
    this.held.clear();
  }

  private fresh(object: AttributeObject): AttributeSet | undefined {
    const set = this.held.get(object);
    return set && set.revision >= (this.told.get(object) ?? 0) ? set : undefined;
  }

  private async learn(object: AttributeObject): Promise<AttributeSet> {
    // A reading that is on its way may have begun before the change.
    await this.reading;
    const fresh = this.fresh(object);
    if (fresh) return fresh;
    this.reading ??= this.readAll().finally(() => {
      this.reading = undefined;
    });
    await this.reading;
    return this.held.get(object) ?? new AttributeSet(object, 0, []);
  }

  private async readAll(): Promise<void> {
    for (const { object, revision, attributes } of await this.read()) {
      this.held.set(
        object,
        new AttributeSet(
          object,
          revision,
          attributes.flatMap((one) => this.usable(one)),
        ),
      );
    }
  }

  /** What was saved was checked; what cannot be used any more must not stop the desk. */
  private usable(definition: AttributeDefinition): Attribute[] {
    try {
      return [new Attribute(definition)];
    } catch (error) {
      this.log.error({ err: error, attribute: definition.id }, 'an attribute cannot be used and is left out');
      return [];
    }
  }

  private hear(text: string): void {
    try {
      const { aggregateId, aggregateVersion } = JSON.parse(text) as Envelope;
      const object = attributeObjects.find((one) => one === aggregateId);
      if (object) this.expect(object, aggregateVersion);
      else this.forget();
    } catch (error) {
      // Whatever it wanted to say, looking once too often is always right.
      this.log.warn({ err: error }, 'an attribute event cannot be read');
      this.forget();
    }
  }

  /** Events of the time without a connection were missed. */
  private async watchConnection(): Promise<void> {
    for await (const status of this.bus.nc.status()) {
      if (status.type === 'reconnect' || status.type === 'disconnect') this.forget();
    }
  }
}
