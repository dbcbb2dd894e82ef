import { setTimeout as pause } from 'node:timers/promises';
import { Archive, type BlobStore } from '@helpmesh/blob';
import type { PersonalDataPart } from '@helpmesh/contracts';
import { AppError, backoffMs, type Clock } from '@helpmesh/kernel';
import { transaction } from '@helpmesh/persistence';
import { CLOCK } from '@helpmesh/service-kit';
import { logger } from '@helpmesh/telemetry';
import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { fileInArchive, isPartPath } from '../../domain/privacy/archive-name.ts';
import { DataExportStore, type ExportRow, type Progress } from '../../persistence/data-export.store.ts';
import { UserStore } from '../../persistence/user.store.ts';
import { BLOBS } from '../ports.ts';
import { fullName } from '../sign-in/links.ts';
import { PersonMail } from '../sign-in/person-mail.ts';
import { PersonalData } from './personal-data.ts';

const POLL_MS = 5_000;
const LEASE_MS = 60_000;
/** How far it is, is noted so often; then it is also seen that nobody waits for it any more. */
const PARTS_A_NOTE = 20;
const STOP_MS = 3_000;
/** With the waits between them about two hours. */
const MAX_ATTEMPTS = 20;
const LONGEST_WAIT_MS = 600_000;
/** An archive is there for so long once it can be fetched; an order that comes to nothing as well. */
export const KEPT_MS = 7 * 24 * 3_600_000;

type Counted = Progress & { missing: string[] };

/** Nobody waits for this archive any more: it was ended, or another replica makes it. */
class GivenUp extends Error {}

/**
 * Makes the archives that were ordered, one after the other, straight into the file store. A row says what is to be
 * done, so nothing is forgotten by a stop: another replica, or the next start, begins that archive again.
 */
@Injectable()
export class MakeExports implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly log = logger('data-export');
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  private stopping = false;
  private rung = false;

  constructor(
    private readonly db: DataSource,
    private readonly store: DataExportStore,
    private readonly users: UserStore,
    private readonly data: PersonalData,
    private readonly mail: PersonMail,
    @Inject(BLOBS) private readonly blobs: BlobStore,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => this.ring(), POLL_MS).unref();
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopping = true;
    clearInterval(this.timer);
    await Promise.race([this.running, pause(STOP_MS, undefined, { ref: false })]);
    await this.blobs.close();
  }

  ring(): void {
    this.rung = true;
    this.running ??= this.run().finally(() => {
      this.running = undefined;
    });
  }

  private async run(): Promise<void> {
    while (this.rung && !this.stopping) {
      this.rung = false;
      try {
        for (let job = await this.claim(); job; job = await this.claim()) await this.attempt(job);
      } catch (error) {
        this.log.warn({ err: error }, 'data exports cannot be looked for now');
      }
    }
  }

  private claim(): Promise<ExportRow | undefined> {
    return this.stopping ? Promise.resolve(undefined) : this.store.claim(this.db, LEASE_MS);
  }

  private async attempt(job: ExportRow): Promise<void> {
    const so: Counted = { parts: 0, files: 0, bytes: 0, missing: [] };
    const lease = setInterval(() => {
      this.store.goOn(this.db, job, so, LEASE_MS).catch(() => undefined);
    }, LEASE_MS / 3);
    try {
      await this.make(job, so);
    } catch (error) {
      if (error instanceof GivenUp) return;
      // A stop is no failure of the archive: the next start begins it again at once.
      const last = job.attempts >= MAX_ATTEMPTS && !this.stopping;
      const wait = this.stopping ? 0 : backoffMs(job.attempts, { baseMs: 1_000, capMs: LONGEST_WAIT_MS });
      this.log.warn({ err: error, export: job.id, attempt: job.attempts, last }, 'a data export failed');
      const { code } = AppError.from(error);
      await this.store.fail(this.db, job, code, last ? null : wait).catch(() => undefined);
    } finally {
      clearInterval(lease);
    }
  }

  private async make(job: ExportRow, so: Counted): Promise<void> {
    const [user] = await this.users.byIds(this.db, [job.userId]);
    if (!user) return void (await this.store.fail(this.db, job, 'identity.not-found', null));
    const isAddress = user.login.includes('@');
    const emails = [...new Set([user.email, ...(isAddress ? [user.login] : [])])].filter((email) => email !== '');
    const at = new Date(this.clock.now());
    const archive = new Archive(at);
    const stored = this.blobs.put(archive.output);
    // Its failure reaches whoever writes through the archive, which it closes.
    stored.catch(() => undefined);
    try {
      for await (const part of this.data.of({ userId: job.userId, emails, internal: job.internal })) {
        await this.write(archive, part, so);
        if (this.stopping) throw new GivenUp();
        if (so.parts % PARTS_A_NOTE === 0 && !(await this.store.goOn(this.db, job, so, LEASE_MS))) throw new GivenUp();
      }
      const about = { export: job.id, attempt: job.attempts, user_id: job.userId, internal: job.internal };
      const { missing, ...progress } = so;
      await archive.add('export.json', json({ ...about, made_at: at.toISOString(), ...progress, missing }));
      archive.end();
    } catch (error) {
      archive.output.destroy(error as Error);
      await stored.catch(() => undefined);
      if (this.stopping) throw new AppError('unavailable', 'identity.stopping', 'The service stops.');
      throw error;
    }
    const file = await stored;
    if (!(await this.finish(job, so, file))) await this.blobs.delete(file.sha256);
  }

  private async write(archive: Archive, { path, data, files }: PersonalDataPart, so: Counted): Promise<void> {
    if (!isPartPath(path)) throw new AppError('bug', 'identity.export-path', 'An internal error.', path.slice(0, 100));
    const text = json(data);
    await archive.add(path, text);
    so.parts += 1;
    so.bytes += text.length;
    for (const [i, { sha256, filename }] of files.entries()) {
      const name = fileInArchive(path, i + 1, filename);
      const size = await this.blobs.size(sha256);
      // An archive without one file is worth more than none; it says what it lacks.
      if (size === undefined) {
        so.missing.push(name);
        continue;
      }
      await archive.add(name, await this.blobs.get(sha256));
      so.files += 1;
      so.bytes += size;
    }
  }

  /** @returns false when the archive was ended meanwhile */
  private finish(job: ExportRow, so: Progress, file: { sha256: string; size: number }): Promise<boolean> {
    return transaction(this.db, async (tx) => {
      const now = this.clock.now();
      const expiresAt = new Date(now + KEPT_MS);
      if (!(await this.store.finish(tx, job, so, file, { at: new Date(now), expiresAt }))) return false;
      const [to] = await this.users.byIds(tx, [job.createdById]);
      if (to?.active && to.email !== '') {
        const name = fullName(to);
        await this.mail.send(tx, {
          kind: 'data-export-ready',
          template: 'data-export-ready',
          to: { name, address: to.email },
          locale: typeof to.preferences.locale === 'string' ? to.preferences.locale : 'en',
          values: { name: name || to.login, at: expiresAt.toISOString() },
          preferences: to.preferences,
          path: '/account',
        });
      }
      return true;
    });
  }
}

const json = (data: unknown): Buffer => Buffer.from(`${JSON.stringify(data, null, 2)}\n`);
