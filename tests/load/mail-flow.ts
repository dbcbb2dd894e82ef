import { setTimeout as pause } from 'node:timers/promises';
import type { Outcome } from './http-load.ts';
import { mailSender } from './mail-load.ts';

/** A ticket that is not shown so long after its mail was due counts as failed, ms. */
const GIVE_UP_MS = 60_000;
const PAGE = 100;
/** How often the list is read: what a latency may be too long by, ms. */
const LOOK_EVERY_MS = 150;

/**
 * Sends mails at a steady rate, whether or not the server keeps up, and reads the list of tickets as a script would.
 * A latency begins when its mail was due to be sent, and ends when an answer of the API shows its ticket.
 */
export async function mailFlow(options: {
  smtpPort: number;
  url: string;
  token: string;
  /** Mails a second. */
  rate: number;
  mails: number;
  connections: number;
  run: string;
  text(): string;
}): Promise<Outcome> {
  const { rate, mails, run } = options;
  const { send, close } = mailSender({ port: options.smtpPort, connections: options.connections });
  const list = ticketPages(options.url, options.token);
  await list.skipToEnd();
  const began = performance.now();
  const due = new Map<string, number>();
  const times: number[] = [];
  let failures = 0;
  // The rate is that between the first look that found some and the last: how long a mail takes is no part of it.
  let first: { at: number; shown: number } | undefined;
  let lastShown = began;

  const sent: Promise<void>[] = [];
  const sending = (async () => {
    for (let n = 0; n < mails; n++) {
      const at = began + (n * 1000) / rate;
      if (at > performance.now()) await pause(at - performance.now());
      const subject = `Flow ${run} ${n}`;
      due.set(subject, at);
      const done = send(`${run}-${n}@bench.example`, subject, options.text()).catch(() => {
        failures += 1;
        due.delete(subject);
      });
      sent.push(done);
    }
    await Promise.all(sent);
  })();
  while (times.length + failures < mails && performance.now() < began + (mails * 1000) / rate + GIVE_UP_MS) {
    const titles = await list.read();
    const now = performance.now();
    for (const title of titles) {
      const since = due.get(title);
      if (since === undefined) continue;
      due.delete(title);
      times.push(now - since);
      lastShown = now;
    }
    if (times.length > 0) first ??= { at: now, shown: times.length };
    await pause(LOOK_EVERY_MS);
  }
  await sending;
  close();
  times.sort((a, b) => a - b);
  const at = (share: number) => Math.round((times[Math.floor(times.length * share)] ?? 0) * 10) / 10;
  return {
    requests: times.length,
    perSecond: first ? Math.round(((times.length - first.shown) * 1000) / Math.max(1, lastShown - first.at)) : 0,
    p50: at(0.5),
    p99: at(0.99),
    failures: mails - times.length,
  };
}

/** The list of tickets by id, from its end on. Ids are taken before a commit, so pages near the end are read again. */
function ticketPages(url: string, token: string) {
  let page = 1;
  const titlesOf = async (number: number): Promise<string[]> => {
    const response = await fetch(`${url}/api/v1/tickets?page=${number}&per_page=${PAGE}`, {
      headers: { authorization: `Token token=${token}` },
    });
    if (!response.ok) throw new Error(`the list of tickets: ${response.status}`);
    return ((await response.json()) as { title: string }[]).map(({ title }) => title);
  };
  const read = async (): Promise<string[]> => {
    const titles: string[] = [];
    for (let number = Math.max(1, page - 1); ; number++) {
      const found = await titlesOf(number);
      titles.push(...found);
      page = number;
      if (found.length < PAGE) return titles;
    }
  };
  return {
    read,
    /** By doubling and halving: a bench may begin with a hundred thousand tickets. */
    async skipToEnd(): Promise<void> {
      let [low, high] = [1, 2];
      while ((await titlesOf(high)).length === PAGE) [low, high] = [high, high * 2];
      while (high - low > 1) {
        const middle = Math.floor((low + high) / 2);
        if ((await titlesOf(middle)).length === PAGE) low = middle;
        else high = middle;
      }
      page = low;
    },
  };
}
