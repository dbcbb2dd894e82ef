import { promises as dns } from 'node:dns';
import type { DNSResolver } from 'mailauth';

/** Time of one question, and how often it is asked. */
const QUESTION = { timeout: 1_500, tries: 2 };
/** So many questions without any answer in between, and it is looked whether the servers are there at all. */
const SILENT = 8;
/** While they are not, nobody is asked for a while: each mail would wait for it. */
const PAUSE_MS = 30_000;
/** How long an answer is good for: many mails come from few domains, and who changes a key leaves the old one. */
const FRESH_MS = 60_000;
const MOST_KEPT = 2_000;

const codeOf = (error: unknown) => (error as { code?: string }).code ?? '';

/** That there is no such name is an answer. */
const isAnswer = (error: unknown) => ['ENOTFOUND', 'ENODATA', 'EBADNAME'].includes(codeOf(error));
const isSilence = (error: unknown) => ['ETIMEOUT', 'ECONNREFUSED'].includes(codeOf(error));

/** Asks the name servers given, or those of the machine. */
export function askServers(servers: readonly string[]): DNSResolver {
  const resolver = new dns.Resolver(QUESTION);
  if (servers.length > 0) resolver.setServers(servers);
  return (name, type) => resolver.resolve(name, type) as Promise<string[][] | string[]>;
}

/**
 * Name servers that may be away. Answers are kept for a minute. Servers that do not answer at all are left alone for a
 * while; that nobody answers for the domains of a stranger says nothing about them.
 */
export class NameServers {
  private readonly kept = new Map<string, { at: number; answer: Promise<string[][] | string[]> }>();
  private silent = 0;
  private awayUntil = Number.NEGATIVE_INFINITY;
  private readonly ask: DNSResolver;
  private readonly now: () => number;

  /** @param now  milliseconds of a clock that only grows */
  constructor(ask: DNSResolver, now: () => number = () => performance.now()) {
    this.ask = ask;
    this.now = now;
  }

  readonly resolve: DNSResolver = (name, type) => {
    const key = `${type} ${name.toLowerCase()}`;
    const known = this.kept.get(key);
    if (known && this.now() - known.at < FRESH_MS) return known.answer;
    const answer = this.question(name, type);
    this.kept.set(key, { at: this.now(), answer });
    const [oldest] = this.kept.keys();
    if (this.kept.size > MOST_KEPT && oldest !== undefined) this.kept.delete(oldest);
    answer.catch((error: unknown) => isAnswer(error) || this.kept.delete(key));
    return answer;
  };

  private async question(name: string, type: string): Promise<string[][] | string[]> {
    if (this.now() < this.awayUntil) throw Object.assign(new Error('name servers are away'), { code: 'ETIMEOUT' });
    try {
      const answer = await this.ask(name, type);
      this.silent = 0;
      return answer;
    } catch (error) {
      this.silent = isSilence(error) ? this.silent + 1 : 0;
      if (this.silent >= SILENT) await this.lookAfter();
      throw error;
    }
  }

  /** Every server knows the root. */
  private async lookAfter(): Promise<void> {
    this.silent = 0;
    try {
      await this.ask('.', 'NS');
    } catch (error) {
      if (isSilence(error)) this.awayUntil = this.now() + PAUSE_MS;
    }
  }
}
