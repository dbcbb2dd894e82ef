import type { EpochMs } from '@helpmesh/kernel';
import type { ArticleSender, ArticleType } from './kinds.ts';

/** A file in the blob store, as an article or an upload names it. */
export interface AttachedFile {
  sha256: string;
  /** Bytes. */
  size: number;
  filename: string;
  contentType: string;
  contentId: string | null;
  inline: boolean;
}

export interface Article {
  id: number;
  ticketId: number;
  type: ArticleType;
  sender: ArticleSender;
  from: string | null;
  to: string | null;
  cc: string | null;
  /** Who got it without the others knowing: for agents of the ticket to see, and for nobody else. */
  bcc: string | null;
  subject: string | null;
  replyTo: string | null;
  /** With angle brackets. */
  messageId: string | null;
  inReplyTo: string | null;
  references: string | null;
  contentType: 'text/plain' | 'text/html';
  /** Sanitized when HTML. */
  body: string;
  /** How the body begins, on one line of plain text. */
  excerpt: string;
  internal: boolean;
  preferences: Record<string, unknown>;
  /** The person who said it, when somebody else wrote it down. */
  originById: number | null;
  /** The mail it came as. */
  mail: { inboundId: number; sha256: string; size: number; unreadable: boolean } | null;
  createdAt: EpochMs;
  createdById: number;
  files: AttachedFile[];
}
