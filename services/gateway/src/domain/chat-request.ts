import { ChatClientId } from '@helpmesh/contracts';
import { wrongIn } from './form-request.ts';

/** What the chat on a page of others says. */
export interface ChatRequest {
  session: string;
  clientId: string;
  name: string;
  email: string;
  topic: string;
  page: string;
  text: string;
  /** The newest message that the page has. */
  after: number;
}

const limits = { session: 64, client_id: 64, name: 200, email: 254, topic: 100, page: 2_000, text: 2_000 } as const;

/** Fields that are no text are empty ones; what is too long is cut as the page would not let it be. */
export function chatRequestIn(body: unknown): ChatRequest {
  const given = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>;
  const field = (name: keyof typeof limits) => {
    const value = given[name];
    return typeof value === 'string' ? value.replaceAll('\0', '').slice(0, limits[name]).trim() : '';
  };
  const { after } = given;
  return {
    ...{ session: field('session'), clientId: field('client_id'), name: field('name'), email: field('email') },
    ...{ topic: field('topic'), page: field('page'), text: field('text') },
    after: typeof after === 'number' && Number.isSafeInteger(after) && after > 0 ? after : 0,
  };
}

/** What is wrong with the beginning of a chat: `required`, `invalid`. */
export function wrongInChat({ name, email, text, clientId }: ChatRequest): Record<string, 'required' | 'invalid'> {
  const { body, ...wrong } = wrongIn({ fingerprint: '', token: '', name, email, title: '-', body: text });
  if (!ChatClientId.safeParse(clientId).success) return { ...wrong, client_id: 'required' };
  return body ? { ...wrong, text: body } : wrong;
}
