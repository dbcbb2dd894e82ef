import type { callWebhook, Message, WebhookArticle, WebhookTicket } from '@helpmesh/contracts';

/** What a call is about. */
export type CallData = Pick<Message<typeof callWebhook>['data'], 'ticket' | 'article'>;

/** Where receivers find the desk. */
export interface Desk {
  /** Address of the web page, without a slash at its end. */
  page: string;
  fqdn: string;
  brand: string;
}

/** What variables of a custom payload may name. */
export interface PayloadSource {
  ticket: WebhookTicket;
  article: WebhookArticle | null;
  notification: { link: string; subject: string };
  config: { http_type: string; fqdn: string; product_name: string };
}

export function sourceOf({ ticket, article }: CallData, desk: Desk): PayloadSource {
  const { protocol, host } = new URL(desk.page);
  return {
    ticket,
    article: article && {
      ...article,
      attachments: article.attachments.map((file) => ({
        ...file,
        url: `${desk.page}/api/v1/ticket_attachment/${ticket.id}/${article.id}/${file.id}`,
      })),
    },
    notification: { link: `${desk.page}/tickets/${ticket.id}`, subject: ticket.title },
    config: { http_type: protocol.replace(':', ''), fqdn: host, product_name: desk.brand },
  };
}

/**
 * The body of a call: Zammad's `{ ticket, article }`, or what the administrator wrote, with variables in its texts.
 * @param template  JSON; null: the usual body
 */
export function bodyOf(source: PayloadSource, template: string | null): string {
  if (template === null) return JSON.stringify({ ticket: source.ticket, article: source.article ?? {} });
  return JSON.stringify(filled(JSON.parse(template), source));
}

/** Why a template cannot be used; null: it can. */
export function templateTrouble(template: string): string | null {
  try {
    const value: unknown = JSON.parse(template);
    return typeof value === 'object' && value !== null ? null : 'it is no JSON object or list';
  } catch {
    return 'it is no JSON';
  }
}

const variable = /#\{\s*([\w.]+)\s*\}/g;

/** Names of members are left as they are; texts take values as texts. */
function filled(value: unknown, source: PayloadSource): unknown {
  if (typeof value === 'string') return value.replace(variable, (_, path: string) => valueAt(source, path));
  if (Array.isArray(value)) return value.map((one) => filled(one, source));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, filled(one, source)]));
}

/** What is not set is empty; what there is not says so, where whoever wrote the template sees it. */
function valueAt(source: PayloadSource, path: string): string {
  let value: unknown = source;
  for (const name of path.split('.')) {
    if (value === null || value === undefined) return '';
    if (typeof value !== 'object' || !Object.hasOwn(value, name)) return `#{${path} / no such attribute}`;
    value = (value as Record<string, unknown>)[name];
  }
  return textOf(value);
}

function textOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value !== 'object') return String(value);
  if ('name' in value && typeof value.name === 'string') return value.name;
  if ('firstname' in value && 'lastname' in value) return `${value.firstname} ${value.lastname}`.trim();
  return Array.isArray(value) && value.every((one) => typeof one !== 'object')
    ? value.join(', ')
    : JSON.stringify(value);
}
