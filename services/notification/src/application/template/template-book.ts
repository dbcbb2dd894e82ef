import type { Clock } from '@helpmesh/kernel';
import { KeptReady } from '@helpmesh/service-kit';
import type { DataSource } from 'typeorm';
import type { MailTemplateStore } from '../../persistence/mail-template.store.ts';
import { blocksOf, type SourceBlock } from '../../templates/source.ts';
import type { TemplateRow } from './mail-template.ts';
import type { LiquidParts } from './ports.ts';

/** How long a text that had to be stopped is not tried again, ms: mails behind it must not wait for it each time. */
const REST_MS = 60_000;
/** How often it is written down that a text fails, ms. */
const TELL_EVERY_MS = 10_000;

/** A text of an administrator, cut into the parts that are filled in. */
export interface OwnText {
  row: TemplateRow;
  blocks: readonly SourceBlock[];
  /** The subject, then for each block its words and, of a link, its address. */
  parts: LiquidParts;
}

export function ownTextOf(row: TemplateRow): OwnText {
  const blocks = blocksOf(row.body);
  return { row, blocks, parts: partsOf(row.subject, blocks) };
}

export const partsOf = (subject: string, blocks: readonly SourceBlock[]): string[] => [
  subject,
  ...blocks.flatMap(({ source, address }) => (address === undefined ? [source] : [source, address])),
];

/** The texts in force, read and cut once. Nothing is asked of the database for a mail. */
export class TemplateBook extends KeptReady {
  private held: ReadonlyMap<string, OwnText> = new Map();
  private readonly resting = new Map<TemplateRow, number>();
  private readonly told = new Map<number, number>();
  private revision = -1;

  constructor(
    private readonly db: DataSource,
    private readonly store: MailTemplateStore,
    private readonly clock: Clock,
    private readonly failing: (kind: string, why: string) => void,
  ) {
    super('templates', 'the texts of mails cannot be read now');
  }

  /** The community's text, else that for all; undefined: the words of the system. */
  of(kind: string, locale: string, community: number | undefined): OwnText | undefined {
    if (this.held.size === 0) return undefined;
    const own = community === undefined ? undefined : this.held.get(keyOf(kind, locale, community));
    const found = own ?? this.held.get(keyOf(kind, locale, null));
    return found && (this.resting.get(found.row) ?? 0) > this.clock.now() ? undefined : found;
  }

  /** It could not be used. @param stopped  it had to be stopped: it rests for a while */
  failed(row: TemplateRow, why: string, stopped: boolean): void {
    const now = this.clock.now();
    if (stopped) this.resting.set(row, now + REST_MS);
    this.failing(row.kind, why);
    if (now - (this.told.get(row.id) ?? Number.NEGATIVE_INFINITY) < TELL_EVERY_MS) return;
    this.told.set(row.id, now);
    this.store.failed(this.db, row, why, new Date(now)).catch((error) => {
      this.told.delete(row.id);
      this.log.warn({ err: error, template: row.id }, 'the failure of a text cannot be written down now');
    });
  }

  protected async read(): Promise<void> {
    const revision = await this.store.revision(this.db);
    if (revision === this.revision) return;
    const rows = await this.store.inForce(this.db);
    this.held = new Map(rows.map((row) => [keyOf(row.kind, row.locale, row.branding_id), ownTextOf(row)]));
    this.resting.clear();
    this.told.clear();
    this.revision = revision;
  }
}

const keyOf = (kind: string, locale: string, community: number | null) => `${kind} ${locale} ${community ?? ''}`;
