import type { AccountChange, MailTemplate, NoticeKind, NoticeReason } from '@helpmesh/contracts';

/** Templates other services may name, and those only this service fills. */
export type TemplateName = MailTemplate | keyof typeof ownTemplates;

/** Values every template may use besides its own; `validity` says `hours` or `minutes` in words (`7 days`). */
export const everywhere = ['brand', 'page', 'validity'] as const;

/** What the templates of this service need; the others are promised in `mailTemplates`. */
export const ownTemplates = {
  // Nobody has proven yet that the sender is who they say: not a word of theirs goes to that address.
  'auto-reply-new-ticket': { needs: ['number', 'link'], takes: [] },
  'call-received': { needs: ['number', 'title', 'link'], takes: ['name'] },
  'call-made': { needs: ['number', 'title', 'link'], takes: ['name'] },
  // To agents. `by` is who did it, `said` what was said (`internal`: among agents; `encrypted`: by a mail whose words are
  // told nowhere else), `changes` lines of `field=value`.
  'notice-create': {
    needs: ['title', 'group', 'link', 'reason'],
    takes: ['name', 'by', 'said', 'internal', 'encrypted'],
  },
  'notice-update': {
    needs: ['title', 'link', 'reason'],
    takes: ['name', 'by', 'said', 'internal', 'encrypted', 'changes'],
  },
  'notice-reminder_reached': { needs: ['title', 'link', 'reason'], takes: ['name'] },
  // `lines`: for each ticket an address, a tab and words.
  'notice-digest': { needs: ['lines', 'link'], takes: ['name'] },
  'notice-escalation': { needs: ['title', 'link', 'reason'], takes: ['name', 'at', 'zone'] },
  'notice-escalation_warning': { needs: ['title', 'link', 'reason'], takes: ['name', 'at', 'zone'] },
} as const;

/** One piece of a mail. All texts are mustache over flat string values. */
export type Block =
  | { kind: 'text'; text: string }
  /** A short quotation. */
  | { kind: 'quote'; text: string }
  /** Somebody's own words, with their line breaks. */
  | { kind: 'verbatim'; text: string }
  /** Lines of an address, a tab and words: links below each other. */
  | { kind: 'list'; text: string }
  /** The one thing to do: a button that opens `{{link}}`. */
  | { kind: 'action'; label: string }
  /** Small print. */
  | { kind: 'note'; text: string };

export interface Words {
  subject: string;
  blocks: Block[];
}

/** Everything this service says in one language. */
export interface Language {
  /** BCP 47, for the `lang` attribute. */
  tag: string;
  /** Before the address of a button, for readers whose program shows none. */
  plainLink: string;
  footer: string;
  /** Above the links to files that are too large for a mail, and below them. */
  files: { heading: string; until: string };
  /** What changed about an account, as a sentence of its own. */
  changes: Record<AccountChange, string>;
  /** Why an agent is told of a ticket. */
  reasons: Record<NoticeReason, string>;
  /** What happened to a ticket, in few words. */
  kinds: Record<NoticeKind, string>;
  /** Fields of a ticket. */
  fields: Record<string, string>;
  templates: Record<TemplateName, Words>;
}

export const text = (words: string): Block => ({ kind: 'text', text: words });
export const quote = (words: string): Block => ({ kind: 'quote', text: words });
export const verbatim = (words: string): Block => ({ kind: 'verbatim', text: words });
export const list = (words: string): Block => ({ kind: 'list', text: words });
export const action = (label: string): Block => ({ kind: 'action', label });
export const note = (words: string): Block => ({ kind: 'note', text: words });
