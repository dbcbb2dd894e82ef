import { randomBytes } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import {
  type Actor,
  type Branding,
  type BrandingInput,
  type brandings,
  changesBetween,
  type getBrandingLogo,
  type OutputOf,
  type ParsedInputOf,
  type readBranding,
} from '@helpmesh/contracts';
import { AppError, type Clock } from '@helpmesh/kernel';
import { transaction, violates } from '@helpmesh/persistence';
import { CLOCK, CONFIG } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { IdentityConfig } from '../config.ts';
import { checkedAccent } from '../domain/accent.ts';
import { mayBranding } from '../domain/access.ts';
import { isDomain } from '../domain/address.ts';
import { logoPath } from '../domain/mail-brand.ts';
import { pictureOf } from '../domain/picture.ts';
import { type BrandingRow, BrandingStore, type BrandingValues } from '../persistence/branding.store.ts';
import { GroupStore } from '../persistence/group.store.ts';
import { Announce } from './announce.ts';
import { Audit } from './audit/audit.ts';
import { refusals } from './refusals.ts';

type Shown = OutputOf<typeof brandings.get>;
type Colours = OutputOf<typeof brandings.colours>;

const audited = [
  ...(['name', 'mail_sender', 'accent', 'support', 'footer', 'host', 'slug', 'locales', 'group_ids', 'logo'] as const),
];
const blank: BrandingValues = {
  ...{ name: '', mail_sender: null, accent: null, support: null, footer: null, host: null, slug: null, locales: [] },
};
/** As the migration has it. */
const LOGO_MAX_BYTES = 262_144;
/** A small file may unfold to a huge picture in everybody's browser. */
const LOGO_MAX_PIXELS_A_SIDE = 2_048;

/** How the pages and mails look that customers see: the desk's, and those of communities. */
@Injectable()
export class Brandings {
  private readonly publicUrl: URL;

  constructor(
    private readonly db: DataSource,
    private readonly store: BrandingStore,
    private readonly groups: GroupStore,
    private readonly announce: Announce,
    private readonly audit: Audit,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(CONFIG) config: Pick<IdentityConfig, 'HELPMESH_PUBLIC_URL'>,
  ) {
    this.publicUrl = new URL(config.HELPMESH_PUBLIC_URL);
  }

  /** @throws AppError forbidden */
  async list(actor: Actor): Promise<Shown[]> {
    if (mayBranding.list(actor) === 'none') throw refusals.notAuthorized();
    const rows = await this.store.all(this.db);
    return rows.filter((row) => mayBranding.change(actor, row.group_ids)).map((row) => this.shown(row));
  }

  /** @throws AppError forbidden, not-found */
  async get(actor: Actor, id: number): Promise<Shown> {
    return this.shown(changeable(actor, await this.store.byId(this.db, id), id));
  }

  /** @throws AppError forbidden */
  colours(actor: Actor, accent: string): Colours {
    if (mayBranding.list(actor) === 'none') throw refusals.notAuthorized();
    return coloursOf(accent);
  }

  /** @throws AppError forbidden; invalid, `identity.branding-invalid` */
  async create(actor: Actor, input: BrandingInput): Promise<Shown> {
    demand(actor);
    return this.write(async (tx) => {
      const values = checked(input, blank, false, this.publicUrl);
      const id = await this.store.insert(tx, values, this.by(actor));
      return this.finish(tx, actor, id, input, null);
    });
  }

  /**
   * Whoever administers a community says how its pages look; where they are, and whose they are, is the desk's.
   * @throws AppError forbidden, not-found; invalid, `identity.branding-invalid`
   */
  async update(actor: Actor, id: number, input: BrandingInput): Promise<Shown> {
    if (mayBranding.list(actor) === 'none') throw refusals.notAuthorized();
    return this.write(async (tx) => {
      const before = changeable(actor, await this.store.byId(tx, id), id);
      if (!mayBranding.manage(actor) && movesOn(input, before)) throw refusals.notAuthorized();
      const values = checked(input, before, before.standard, this.publicUrl);
      await this.store.update(tx, id, values, this.by(actor));
      return this.finish(tx, actor, id, input, before);
    });
  }

  /** @throws AppError forbidden, not-found; invalid for that of the desk */
  async delete(actor: Actor, id: number): Promise<Record<string, never>> {
    demand(actor);
    await this.write(async (tx) => {
      const before = found(await this.store.byId(tx, id), id);
      if (before.standard) throw invalid('The branding of the desk cannot be deleted.');
      await this.store.delete(tx, id);
      await this.tellGroups(tx, before.group_ids);
      await this.record(tx, actor, 'deleted', before, null);
    });
    return {};
  }

  /** For anybody. */
  async read({ host, slug, groupId }: ParsedInputOf<typeof readBranding>): Promise<{ branding: Branding | null }> {
    if (slug !== undefined) {
      const row = await this.store.bySlug(this.db, slug);
      return { branding: row ? publicOf(row) : null };
    }
    return { branding: publicOf(await this.store.fitting(this.db, host?.toLowerCase() ?? null, groupId ?? null)) };
  }

  /** @throws AppError not-found */
  async logo(hash: string): Promise<OutputOf<typeof getBrandingLogo>> {
    const picture = await this.store.logo(this.db, hash);
    if (!picture) throw new AppError('not-found', 'identity.no-such-picture', 'There is no such picture.');
    return { contentType: picture.type, base64: picture.content.toString('base64') };
  }

  private async finish(
    tx: EntityManager,
    actor: Actor,
    id: number,
    input: BrandingInput,
    before: BrandingRow | null,
  ): Promise<Shown> {
    if (input.logo !== undefined) await this.store.setLogo(tx, id, input.logo ? logoIn(input.logo) : null);
    if (input.group_ids !== undefined) {
      if (before?.standard && input.group_ids.length > 0) {
        throw invalid('The branding of the desk is that of every group which no community has.');
      }
      const known = new Set((await this.groups.byIds(tx, input.group_ids)).map((group) => group.id));
      const unknown = input.group_ids.find((groupId) => !known.has(groupId));
      if (unknown !== undefined) throw refusals.noSuchId('group', unknown);
      await this.store.setGroups(tx, id, [...known]);
    }
    const after = found(await this.store.byId(tx, id), id);
    const touched = after.standard ? await this.store.unbrandedGroups(tx) : after.group_ids;
    await this.tellGroups(tx, [...new Set([...(before?.group_ids ?? []), ...touched])]);
    await this.record(tx, actor, before ? 'changed' : 'created', before, after);
    return this.shown(after);
  }

  /** Neighbours write mails: what they hold of these groups is older than what they are told now. */
  private async tellGroups(tx: EntityManager, ids: readonly number[]): Promise<void> {
    await this.groups.outdate(tx, ids);
    await this.announce.groupsChanged(tx, 'updated', ids);
  }

  private async record(
    tx: EntityManager,
    actor: Actor,
    what: 'created' | 'changed' | 'deleted',
    before: BrandingRow | null,
    after: BrandingRow | null,
  ): Promise<void> {
    const { id, name } = (after ?? before) as BrandingRow;
    const object = { type: 'Branding', id, label: name };
    await this.audit.record(tx, actor, {
      ...{ action: `branding.${what}`, object, changes: changesBetween(before, after, audited) },
    });
  }

  private async write<T>(work: (tx: EntityManager) => Promise<T>): Promise<T> {
    try {
      return await transaction(this.db, async (tx) => {
        // Whoever changes groups waits meanwhile: neighbours are told both together.
        await this.groups.lockTree(tx);
        return work(tx);
      });
    } catch (error) {
      if (violates(error, 'brandings_host_key')) throw invalid('Another branding has this host already.');
      if (violates(error, 'brandings_slug_key')) throw invalid('Another branding has this path already.');
      if (violates(error, 'brandings_name_key')) throw refusals.exists();
      throw error;
    }
  }

  private shown({ created_at, updated_at, logo, ...row }: BrandingRow): Shown {
    const { origin, protocol, port } = this.publicUrl;
    const ofHost = row.host && `${protocol}//${row.host}${port && `:${port}`}`;
    const address = ofHost || (row.slug && `${origin}/c/${row.slug}`) || (row.standard ? origin : null);
    return {
      ...row,
      colours: row.accent === null ? null : coloursOf(row.accent),
      address,
      logo_url: logo === null ? null : logoPath(logo),
      created_at: created_at.toISOString(),
      updated_at: updated_at.toISOString(),
    };
  }

  private by(actor: Actor): { userId: number; at: Date } {
    return { userId: actor.actingUserId ?? actor.userId, at: new Date(this.clock.now()) };
  }
}

function publicOf({ name, logo, accent, support, footer, locales, slug, host, group_ids }: BrandingRow): Branding {
  const colours = accent === null ? null : checkedAccent(accent);
  return {
    ...{ name, support, footer, locales, slug, host, groupIds: group_ids },
    logo: logo === null ? null : logoPath(logo),
    accent: colours && { light: colours.light, dark: colours.dark },
  };
}

function coloursOf(accent: string): Colours {
  const { light, dark, lightContrast, darkContrast } = checkedAccent(accent);
  return {
    ...{ light, dark, light_contrast: lightContrast, dark_contrast: darkContrast },
    ...{ light_adjusted: light !== accent, dark_adjusted: dark !== accent },
  };
}

/** @throws AppError invalid `identity.branding-invalid`, and for what is missing */
function checked(input: BrandingInput, before: BrandingValues, standard: boolean, publicUrl: URL): BrandingValues {
  const said = (given: string | null | undefined, held: string | null) =>
    given === undefined ? held : given?.trim() || null;
  const next: BrandingValues = {
    name: input.name?.trim() ?? before.name,
    mail_sender: said(input.mail_sender, before.mail_sender),
    accent: input.accent === undefined ? before.accent : input.accent,
    support: said(input.support, before.support),
    footer: said(input.footer, before.footer),
    host: said(input.host?.toLowerCase(), before.host),
    slug: said(input.slug?.toLowerCase(), before.slug),
    locales: input.locales ? [...new Set(input.locales)] : before.locales,
  };
  if (input.host === null) next.host = null;
  if (input.slug === null) next.slug = null;
  if (!standard && next.name === '') throw refusals.blank('Name');
  if (standard && (next.host || next.slug)) throw invalid('The desk has its own address.');
  if (next.host && !isDomain(next.host)) {
    throw invalid('A host is written like help.example.org, without https:// and without a path.');
  }
  if (next.host && next.host === publicUrl.hostname) throw invalid('This is the host of the desk itself.');
  if (next.slug && !/^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/.test(next.slug)) {
    throw invalid('A path has letters, digits and hyphens only, and begins and ends with a letter or a digit.');
  }
  return next;
}

/** @throws AppError invalid `identity.picture-invalid` */
function logoIn(dataUrl: string): { hash: string; type: string; content: Buffer } {
  const base64 = /^data:image\/[\w.+-]+;base64,([A-Za-z0-9+/]+={0,2})$/.exec(dataUrl)?.[1];
  if (!base64) throw refused('The picture must be a data address in base64.');
  const content = Buffer.from(base64, 'base64');
  if (content.length > LOGO_MAX_BYTES) throw refused(`A logo may be ${LOGO_MAX_BYTES / 1024} KiB large at most.`);
  const picture = pictureOf(content);
  if (!picture) throw refused('Only PNG, JPEG, GIF and WebP pictures can be shown.');
  if (Math.max(picture.width, picture.height) > LOGO_MAX_PIXELS_A_SIDE) {
    throw refused(`A logo may be ${LOGO_MAX_PIXELS_A_SIDE} pixels wide and high at most.`);
  }
  return { hash: randomBytes(16).toString('hex'), type: picture.type, content };
}

function demand(actor: Actor): void {
  if (!mayBranding.manage(actor)) throw refusals.notAuthorized();
}

/** What others look after is not there for somebody who administers a community. @throws AppError forbidden, not-found */
function changeable(actor: Actor, row: BrandingRow | undefined, id: number): BrandingRow {
  if (mayBranding.list(actor) === 'none') throw refusals.notAuthorized();
  return found(row && mayBranding.change(actor, row.group_ids) ? row : undefined, id);
}

/** Whether its address or its groups would be others. */
function movesOn({ host, slug, group_ids: groupIds }: BrandingInput, before: BrandingRow): boolean {
  const differs = (given: string | null | undefined, held: string | null) =>
    given !== undefined && (given?.trim().toLowerCase() || null) !== held;
  const others = groupIds !== undefined && !isDeepStrictEqual([...new Set(groupIds)].sort(ascending), before.group_ids);
  return differs(host, before.host) || differs(slug, before.slug) || others;
}

const ascending = (a: number, b: number) => a - b;

function found(row: BrandingRow | undefined, id: number): BrandingRow {
  if (!row) throw refusals.notFound('Branding', id);
  return row;
}

const invalid = (detail: string) => new AppError('invalid', 'identity.branding-invalid', detail);
const refused = (detail: string) => new AppError('invalid', 'identity.picture-invalid', detail);
