import type { Ask } from './requests.ts';
import type { Who, World } from './world.ts';

export interface Got {
  status: number;
  text: string;
}

/** One call as a client makes it; of a live stream only the beginning is read. */
export async function send(
  world: World,
  who: Who,
  route: string,
  ask: Ask,
  { flags = [], text }: { flags?: string[] /** Instead of the body, letter by letter. */; text?: string } = {},
): Promise<Got> {
  const [method = '', template = ''] = route.split(' ');
  const path = template.replace(/\{(\w+)\}/g, (_, name) => String(ask.path?.[name]));
  const query = new URLSearchParams(Object.entries(ask.query ?? {}).map(([name, value]) => [name, String(value)]));
  for (const flag of flags) query.set(flag, 'true');
  const form = ask.body instanceof FormData || ask.body instanceof URLSearchParams;
  const json = text ?? (ask.body && !form ? JSON.stringify(ask.body) : undefined);
  const response = await fetch(`${world.url}${path}?${query}`, {
    method,
    redirect: 'manual',
    headers: {
      ...(ask.as ?? world.as(who)).authorization,
      ...(json !== undefined && { 'content-type': 'application/json' }),
    },
    body: form ? ask.body : (json ?? null),
  });
  if (!response.headers.get('content-type')?.startsWith('text/event-stream')) {
    return { status: response.status, text: await response.text() };
  }
  await response.body?.cancel();
  return { status: response.status, text: '' };
}

/** What `work` makes of each item, in their order; sixteen are under way at once. */
export async function forEach<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const done: R[] = [];
  for (let at = 0; at < items.length; at += 16) done.push(...(await Promise.all(items.slice(at, at + 16).map(work))));
  return done;
}
