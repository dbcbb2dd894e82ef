const MASK = '***';
const DEPTH = 6;

/** Keys whose value is a credential, wherever the word appears in the key. */
const CREDENTIAL = /passw|secret|token|authori[sz]ation|cookie|api[-_]?key|private[-_]?key|signing[-_]?key|credential/i;
/** Keys that hold what people wrote. */
const WRITING = new Set(['body', 'html', 'text', 'raw', 'subject', 'title', 'note', 'attachments', 'data']);
/** Keys that may hold a mail address; a value without an `@` (a state, an id) is kept. */
const ADDRESS = new Set([
  ...['from', 'to', 'cc', 'bcc', 'sender', 'recipient', 'recipients', 'replyto', 'reply_to', 'reply-to'],
  ...['email', 'mail', 'address', 'login', 'username', 'user', 'customer', 'envelope'],
]);
const MAIL_ADDRESS = /[^\s<>"'(),;:=/[\]]+@[^\s<>"'(),;:=/[\]]+/g;

/** Masks mail addresses inside a text that is otherwise ours (an error message, a stack). */
export function maskAddresses(text: string): string {
  return text.includes('@') ? text.replace(MAIL_ADDRESS, MASK) : text;
}

/**
 * A copy of a log record without credentials, mail text and mail addresses. Works by key at any depth, so a
 * whole object that slipped into a log call is covered too; deeper than six levels is cut off.
 */
export function redact(value: unknown, depth = 0): unknown {
  // Addresses and URLs with a password are masked by their shape as well, whatever the key is called.
  if (typeof value === 'string') return maskAddresses(value);
  if (value === null || typeof value !== 'object') return value;
  if (depth >= DEPTH) return '…';
  if (value instanceof Error) return errorRecord(value, depth);
  if (value instanceof Date) return value;
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (Array.isArray(value)) return value.map((item) => redact(item, depth + 1));
  const copy: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(value)) copy[key] = redactEntry(key, item, depth);
  return copy;
}

/** What a log keeps of an error. Driver errors carry parameters, rows and hints as fields: none is copied. */
export function errorRecord(error: Error, depth = 0): Record<string, unknown> {
  const { kind, code, detail, internal } = error as Error & Record<string, unknown>;
  return {
    type: error.name,
    message: maskAddresses(error.message),
    ...(typeof code === 'string' && { code }),
    // `detail` and `internal` are ours only on an AppError; PostgreSQL's `detail` quotes the row.
    ...(typeof kind === 'string' && { kind }),
    ...(typeof kind === 'string' && typeof detail === 'string' && { detail: maskAddresses(detail) }),
    ...(typeof kind === 'string' && typeof internal === 'string' && { internal: maskAddresses(internal) }),
    stack: frames(error),
    ...(error.cause instanceof Error && depth < DEPTH && { cause: errorRecord(error.cause, depth + 1) }),
  };
}

/** The stack without its head, which repeats the message. Frames are paths, in which an `@` is a package scope. */
function frames(error: Error): string {
  const lines = (error.stack ?? '').split('\n');
  return lines.filter((line) => /^\s+at /.test(line)).join('\n');
}

function redactEntry(key: string, item: unknown, depth: number): unknown {
  if (item === undefined || item === null || typeof item === 'boolean') return item;
  if (CREDENTIAL.test(key)) return MASK;
  const name = key.toLowerCase();
  if (WRITING.has(name)) return MASK;
  if (ADDRESS.has(name)) {
    if (typeof item === 'number') return item;
    if (typeof item === 'string') return item.includes('@') ? MASK : item;
    return MASK;
  }
  return redact(item, depth + 1);
}
