import type { BlobStore } from '@helpmesh/blob';
import type { Actor, ArticleInput, SecurityType, StoredFile } from '@helpmesh/contracts';
import { AppError, uuidv7 } from '@helpmesh/kernel';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { AttachedFile } from '../domain/article/article.ts';
import { type ArticleSender, type ArticleType, articleSenderOf, articleTypeOf } from '../domain/article/kinds.ts';
import { mentionedIn } from '../domain/article/mentioned.ts';
import type { SideThreadId } from '../domain/article/side-thread.ts';
import { parseAddresses } from '../domain/mail/addresses.ts';
import type { Group, Person } from '../domain/ticket/people.ts';
import { extractImages } from '../html/inline-images.ts';
import { sanitize } from '../html/sanitize.ts';
import { UploadStore } from '../persistence/upload.store.ts';
import { noLookupValue, type Part } from './access.ts';
import { BLOBS, PROTECTED_MAIL, type ProtectedMail } from './ports.ts';
import { Times } from './times/times.ts';

/** Largest decoded attachment taken from a JSON body; larger ones come as files through the gateway. Bytes. */
const MAX_INLINE_FILE = 10 * 1024 * 1024;
/** Characters, once images are taken out: a mail carries the text twice and must fit a message of the bus. */
const MAX_BODY = 1_500_000;

/** What somebody wants to say, checked and cleaned; what depends on the ticket is added when it is locked. */
export interface ArticleDraft {
  type: ArticleType;
  sender: ArticleSender;
  internal: boolean;
  contentType: 'text/plain' | 'text/html';
  body: string;
  subject: string | null;
  /** Undefined: by the rules of the ticket it joins. */
  from: string | undefined;
  to: string | null;
  cc: string | null;
  bcc: string | null;
  replyTo: string | null;
  inReplyTo: string | null;
  originById: number | null;
  preferences: Record<string, unknown>;
  /** The conversation beside the ticket that it begins or goes on with; null: it is of the ticket itself. */
  sideThread: 'new' | SideThreadId | null;
  /** How the mail is to be protected; null: as it is. `type` null: by whichever there are keys for. */
  security: { sign: boolean; encrypt: boolean; type: SecurityType | null } | null;
  files: AttachedFile[];
  /** Uploads among the files, used up by the article. */
  uploadIds: number[];
  /** Whom an agent calls by `@@`: ids and logins. */
  mentioned: (number | string)[];
  /** Time the agent spent for it; decimal digits. */
  time: { units: string; typeId: number | null } | null;
}

/** Turns the REST form of an article into a draft. Stores files, so it runs before the transaction. */
@Injectable()
export class ArticleDrafts {
  constructor(
    private readonly db: DataSource,
    @Inject(BLOBS) private readonly blobs: BlobStore,
    private readonly uploads: UploadStore,
    private readonly times: Times,
    @Inject(PROTECTED_MAIL) private readonly mails: ProtectedMail,
  ) {}

  /** @throws AppError invalid with the texts that clients of the contract expect */
  async prepare(actor: Actor, part: Part, input: ArticleInput): Promise<ArticleDraft> {
    const type = typeOf(input);
    const sender = senderOf(input, part);
    if (!input.body?.trim()) {
      throw new AppError('invalid', 'article.body-missing', "Need at least an 'article body' field.");
    }
    const contentType = input.content_type ?? 'text/plain';
    const files = await this.filesOf(input);
    const uploads = input.form_id ? await this.uploads.of(this.db, actor.userId, input.form_id) : [];
    const body = contentType === 'text/html' ? await this.cleanHtml(input.body, files) : fitting(input.body);
    const agent = part === 'agent';
    const sideThread = (agent && input.side_thread) || null;
    if (sideThread !== null && (type !== 'email' || sender !== 'Agent')) {
      throw new AppError(
        'invalid',
        'article.side-thread-not-mail',
        "A side thread is of articles of type 'email' by agents.",
      );
    }
    return {
      type: agent ? type : customersType(type),
      sender,
      internal: agent && (input.internal === true || sideThread !== null),
      sideThread,
      contentType,
      body,
      subject: input.subject?.trim() || null,
      from: agent ? (input.from?.trim() ?? undefined) || undefined : undefined,
      to: input.to?.trim() || null,
      cc: input.cc?.trim() || null,
      bcc: (agent && input.bcc?.trim()) || null,
      replyTo: (agent && input.reply_to?.trim()) || null,
      inReplyTo: input.in_reply_to?.trim() || null,
      originById: (agent && input.origin_by_id) || null,
      ...(agent ? protectionIn(input.preferences ?? {}) : { preferences: {}, security: null }),
      files: [...files, ...uploads.map(({ file }) => file)],
      uploadIds: uploads.map(({ id }) => id),
      mentioned: agent && !isHearsay(actor, sender) ? mentionedIn(input.body) : [],
      time: agent ? await this.timeOf(input) : null,
    };
  }

  /**
   * Whether a mail can leave as its writer wants it, and by which kind of keys: written into the draft. Looked at once more
   * when it is sent: keys come and go.
   * @throws AppError invalid `article.no-key-to-sign`, `article.no-key-to-encrypt`, `article.bcc-not-encrypted`
   */
  async requireKeys(draft: ArticleDraft | null, group: Group, customer: Person | undefined): Promise<void> {
    if (!draft?.security || !isMailOut(draft)) return;
    if (draft.security.encrypt && parseAddresses(draft.bcc).length > 0) {
      const detail = 'A mail with hidden recipients cannot be encrypted: it would show whose keys open it.';
      throw new AppError('invalid', 'article.bcc-not-encrypted', detail);
    }
    const customers = draft.sideThread === null ? customer?.email : null;
    const to = parseAddresses([draft.to ?? customers, draft.cc].filter(Boolean).join(', '));
    const from = group.email?.address ?? null;
    const asked = { from, to: to.map(({ address }) => address), ...draft.security };
    const { type, sign, missing } = await this.mails.check(asked);
    const by = type === 'PGP' ? 'OpenPGP' : type;
    if (sign !== null) {
      const why = sign === 'expired' ? 'is no longer valid' : 'is missing';
      throw new AppError('invalid', 'article.no-key-to-sign', `The ${by} key of the group to sign with ${why}.`);
    }
    if (missing.length > 0) {
      const detail = `The mail cannot be encrypted: there is no ${by} key of ${missing.join(', ')}.`;
      throw new AppError('invalid', 'article.no-key-to-encrypt', detail);
    }
    draft.security.type = type;
  }

  private async timeOf(input: ArticleInput): Promise<ArticleDraft['time']> {
    const { time_unit: units, accounted_time_type_id: id, accounted_time_type: name } = input;
    return units ? { units, typeId: await this.times.typeOf({ id, name }) } : null;
  }

  private async filesOf(input: ArticleInput): Promise<AttachedFile[]> {
    const files: AttachedFile[] = [];
    for (const [index, given] of (input.attachments ?? []).entries()) {
      files.push('sha256' in given ? storedFile(given) : await this.decode(given, index));
    }
    return files;
  }

  private async decode(
    given: { filename: string; data: string; 'mime-type': string },
    index: number,
  ): Promise<AttachedFile> {
    const base64 = given.data.replaceAll(/\s/g, '');
    const bytes = Buffer.from(base64, 'base64');
    if (!/^[A-Za-z0-9+/]*={0,2}$/.test(base64) || base64.length % 4 === 1) {
      const detail = `Invalid base64 for attachment with index '${index}'`;
      throw new AppError('invalid', 'article.attachment-unreadable', detail);
    }
    const stored = await this.blobs.put(bytes, { maxBytes: MAX_INLINE_FILE });
    return { ...stored, filename: given.filename, contentType: given['mime-type'], contentId: null, inline: false };
  }

  /** Adds the images that were written into the body to `files`. */
  private async cleanHtml(html: string, files: AttachedFile[]): Promise<string> {
    const { html: lean, images } = extractImages(html, () => `${uuidv7()}@inline.helpmesh`);
    // Cleaning is the dear part and holds the thread, so what is too long is refused before it.
    fitting(lean);
    for (const { data, contentId, contentType, filename } of images) {
      const stored = await this.blobs.put(data, { maxBytes: MAX_INLINE_FILE });
      files.push({ ...stored, filename, contentType, contentId, inline: true });
    }
    return fitting(sanitize(lean));
  }
}

/** What the desk itself writes down as said by others, as monitoring systems: nobody of the desk calls people by it. */
function isHearsay({ kind }: Actor, sender: ArticleSender): boolean {
  return kind === 'service' && sender === 'Customer';
}

/** Whether the draft is a mail that really leaves. */
export function isMailOut(draft: ArticleDraft): boolean {
  return draft.type === 'email' && draft.sender === 'Agent' && (!draft.internal || draft.sideThread !== null);
}

/**
 * How the mail is to be protected, apart from what else is remembered of it: nobody says of himself that he is proven, or
 * writes into a side thread by its mark.
 */
function protectionIn(given: Record<string, unknown>): Pick<ArticleDraft, 'preferences' | 'security'> {
  const { security, side_thread: _, ...preferences } = given;
  const wished = (what: string) => {
    const part = isObject(security) ? security[what] : undefined;
    return isObject(part) && part.success === true;
  };
  const wishes = { sign: wished('sign'), encrypt: wished('encryption') };
  if (!wishes.sign && !wishes.encrypt) return { preferences, security: null };
  const named = isObject(security) ? security.type : undefined;
  const type = named === 'S/MIME' || named === 'PGP' ? named : null;
  if (named !== undefined && type === null) {
    throw new AppError('invalid', 'article.security-unknown', "Mails are signed and encrypted by 'S/MIME' or 'PGP'.");
  }
  return { preferences, security: { ...wishes, type } };
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

/** @throws AppError invalid `article.body-too-long` */
function fitting(body: string): string {
  if (body.length <= MAX_BODY) return body;
  const detail = `An article body may have ${MAX_BODY} characters at most.`;
  throw new AppError('invalid', 'article.body-too-long', detail);
}

export function storedFile(file: StoredFile): AttachedFile {
  return {
    sha256: file.sha256,
    size: file.size,
    filename: file.filename,
    contentType: file.contentType,
    contentId: file.contentId ?? null,
    inline: file.inline ?? false,
  };
}

function typeOf(input: ArticleInput): ArticleType {
  const key = input.type_id ?? input.type ?? 'note';
  const type = articleTypeOf(key);
  if (!type) throw noLookupValue('type', String(key));
  return type;
}

function senderOf(input: ArticleInput, part: Part): ArticleSender {
  if (part === 'customer') return 'Customer';
  const key = input.sender_id ?? input.sender ?? 'Agent';
  const sender = articleSenderOf(key);
  if (!sender) throw noLookupValue('sender', String(key));
  return sender;
}

function customersType(type: ArticleType): ArticleType {
  return type === 'note' ? 'note' : 'web';
}
