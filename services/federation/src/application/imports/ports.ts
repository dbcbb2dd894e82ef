import type { importKinds } from '@helpmesh/contracts';
import type { Counts, Words } from '../../domain/imports/counts.ts';
import type { FileSink } from '../files/ports.ts';
import type { PeerCall } from '../foreign/ports.ts';

export type ImportKind = (typeof importKinds)[number];

/** Where the past is, and where it is to go. */
export interface ImportSettings {
  kind: ImportKind;
  /** Without a slash at the end. */
  address: string;
  account: string;
  signIn: 'token' | 'password';
  groupId: number;
  groups: Readonly<Record<string, number>>;
}

export const importPhases = ['organizations', 'people', 'tickets'] as const;
export type ImportPhase = (typeof importPhases)[number];

/** What a dry run has found. */
export interface Found {
  counts: Counts;
  words: Words;
  finishedAt: string;
}

export interface Import extends ImportSettings {
  id: number;
  secret: Buffer;
  state: 'ready' | 'running' | 'waiting' | 'stopped' | 'done' | 'failed';
  doing: 'dry-run' | 'import' | null;
  phase: ImportPhase | null;
  /** Where the phase goes on; null: at its beginning. */
  cursor: string | null;
  counts: Counts;
  words: Words;
  found: Found | null;
  problems: number;
  detail: string | null;
  startedById: number | null;
  startedAt: Date | null;
  finishedAt: Date | null;
  createdById: number;
  updatedById: number;
  createdAt: Date;
  updatedAt: Date;
  /** Which turn of work it is in; a change of its settings ends one. */
  turn: number;
}

export interface Problem {
  object: 'organization' | 'person' | 'ticket' | 'article' | 'file';
  /** What the other helpdesk knows it by. */
  remote: string;
  detail: string;
}

/** One of a list that cannot be understood. @param remote  its number there, else where in the list it stands */
export interface Unread {
  remote: string;
  detail: string;
}

/** A part of a list. */
export interface Part<T> {
  items: T[];
  unread: Unread[];
  /** Where the next begins; null: this was the last. */
  next: string | null;
}

/** Something with the cells of a row, by its columns. */
export interface PastRow {
  remote: string;
  cells: Readonly<Record<string, string>>;
}

export interface PastPerson {
  name: string;
  email: string | null;
}

export interface PastTicket {
  id: string;
  /** What the list says and its thread does not: whose it is. */
  people: { customer: number; owner: number | null };
  number: string;
  /** For people. */
  url: string;
  title: string;
  group: string;
  state: string;
  priority: string;
  createdAt: string;
  changedAt: string;
  /** Why it is not to be brought: spam, deleted, merged into another. */
  leftOut: string | null;
}

export interface PastFile {
  id: string;
  filename: string;
  mediaType: string;
  /** By which the body shows it. */
  contentId?: string;
  inline?: boolean;
}

export interface PastArticle {
  id: string;
  type: 'note' | 'email' | 'phone' | 'web';
  sender: 'Agent' | 'Customer' | 'System';
  author: PastPerson;
  to: string | null;
  subject: string | null;
  internal: boolean;
  contentType: 'text/plain' | 'text/html';
  body: string;
  createdAt: string;
  files: PastFile[];
}

/** The rest of a ticket. */
export interface PastThread {
  customer: PastPerson | null;
  /** Address of whoever works on it. */
  owner: string | null;
  tags: string[];
  articles: PastArticle[];
  unread: Unread[];
}

/** Reads what a helpdesk has, the oldest first. All: @throws AppError as PeerAdapter */
export interface PastReader {
  check(call: PeerCall): Promise<{ product: string; version: string; account: string; groups: string[] }>;
  organizations(cursor: string | null, call: PeerCall): Promise<Part<PastRow>>;
  people(cursor: string | null, call: PeerCall): Promise<Part<PastRow>>;
  tickets(cursor: string | null, call: PeerCall): Promise<Part<PastTicket>>;
  thread(ticket: PastTicket, call: PeerCall): Promise<PastThread>;
  file(id: string, sink: FileSink, call: PeerCall): Promise<void>;
}

export type OpenPast = (settings: ImportSettings, secret: string) => PastReader;

/** What the secret of an import is sealed for. */
export const contextOf = (id: number): string => `desk_import:${id}`;
