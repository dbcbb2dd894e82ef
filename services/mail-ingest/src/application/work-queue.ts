import { setTimeout as pause } from 'node:timers/promises';
import { backoffMs } from '@helpmesh/kernel';
import { logger } from '@helpmesh/telemetry';
import type { ClaimedMail } from '../domain/inbound-mail.ts';
import type { InboundMails } from './ports.ts';

/** Mails claimed by one statement, and mails in work at once: enough to read, parse, store and commit side by side. */
const CLAIM = 64;
const IN_WORK = 16;
/** A mail whose worker died is taken over after this time; the living extend it in good time. */
export const LEASE_MS = 10_000;
const EXTEND_EVERY_MS = 3_000;
/** How long without a bell until the table is looked at: mails another process received. */
const POLL_MS = 1_000;
/** How often mails that were started before are looked for: those of a dead process, and retries. */
const STARTED_EVERY_MS = 2_000;

/**
 * Claims mails and has them worked on, many at once. Mails that were started before are worked on alone: if one of
 * them ends the process, it takes no start of an innocent one with it.
 */
export class WorkQueue {
  private readonly log = logger('work-queue');
  private readonly queue: ClaimedMail[] = [];
  /** Claimed by us, waiting or in work. */
  private readonly held = new Map<number, ClaimedMail>();
  private inWork = 0;
  private promised = 0;
  private startedLookAt = Number.NEGATIVE_INFINITY;
  /** The last claim was a full one: there are others behind it. */
  private more = false;
  /** Those in work are waited for, to look for started ones. */
  private draining = false;
  private stopping = false;
  private rung = false;
  private wake = (): void => undefined;
  private loop: Promise<void> | undefined;
  private extending: NodeJS.Timeout | undefined;

  /** @param work  must not throw */
  constructor(
    private readonly mails: InboundMails,
    private readonly work: (mail: ClaimedMail) => Promise<void>,
  ) {}

  start(): void {
    this.loop = this.run();
    this.extending = setInterval(() => void this.extendLeases(), EXTEND_EVERY_MS);
  }

  /** Ends when the mails in work are done; those only claimed are given back by the end of their lease. */
  async stop(): Promise<void> {
    this.stopping = true;
    this.ring();
    await this.loop;
    clearInterval(this.extending);
    const waiting = this.queue.splice(0);
    await Promise.all(waiting.map((mail) => this.mails.giveBack(mail, 0).catch(() => undefined)));
  }

  /** How many mails may be given to `take` now. None while those that were started before have their turn. */
  get room(): number {
    const open = !this.stopping && performance.now() - this.startedLookAt < STARTED_EVERY_MS;
    return open ? Math.max(0, CLAIM - this.held.size - this.promised) : 0;
  }

  /** Keeps room for mails that are being inserted as claimed. */
  promise(count: number): void {
    this.promised += count;
  }

  /** Mails that were claimed for this queue when they were inserted; `promised` of them were expected. */
  take(mails: ClaimedMail[], promised: number): void {
    this.promised -= promised;
    for (const mail of mails) {
      this.held.set(mail.id, mail);
      this.queue.push(mail);
    }
    this.pump();
  }

  /** There is work. */
  ring(): void {
    this.rung = true;
    this.wake();
  }

  private async run(): Promise<void> {
    let failures = 0;
    while (!this.stopping) {
      this.rung = false;
      try {
        await this.turn();
        failures = 0;
      } catch (error) {
        failures += 1;
        this.log.warn({ err: error }, 'no mails can be taken from the database now');
        await pause(backoffMs(failures, { baseMs: 100, capMs: 2_000 }));
      }
    }
    while (this.inWork > 0) {
      this.rung = false;
      await this.rest();
    }
  }

  private async turn(): Promise<void> {
    if (performance.now() - this.startedLookAt >= STARTED_EVERY_MS) return this.startedOnes();
    if (this.queue.length > 0) {
      this.more = true; // looked for when these have been begun
      return this.rest();
    }
    const claimed = await this.claim('fresh', CLAIM);
    this.more = claimed.length === CLAIM;
    this.queue.push(...claimed);
    this.pump();
    if (!this.more) await this.rest();
  }

  private async startedOnes(): Promise<void> {
    this.draining = this.held.size + this.promised > 0;
    if (this.draining) return this.rest();
    const [mail] = await this.claim('started', 1);
    if (!mail) this.startedLookAt = performance.now();
    else {
      this.queue.push(mail);
      this.pump();
    }
  }

  private async claim(which: 'fresh' | 'started', limit: number): Promise<ClaimedMail[]> {
    const claimed = await this.mails.claim(which, limit, LEASE_MS);
    for (const mail of claimed) this.held.set(mail.id, mail);
    return claimed;
  }

  private pump(): void {
    while (this.inWork < IN_WORK && !this.stopping) {
      const mail = this.queue.shift();
      if (!mail) break;
      this.inWork += 1;
      void this.work(mail).finally(() => {
        this.inWork -= 1;
        this.held.delete(mail.id);
        this.pump();
        if (this.queue.length === 0 && (this.more || this.draining || this.stopping)) this.ring();
      });
    }
  }

  private async extendLeases(): Promise<void> {
    if (this.held.size === 0) return;
    await this.mails.extend([...this.held.values()], LEASE_MS).catch((error) => {
      this.log.warn({ err: error }, 'leases of mails in work cannot be extended now');
    });
  }

  private rest(): Promise<void> {
    if (this.rung) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, POLL_MS);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
