import { AppError } from '@helpmesh/kernel';
import type { SafeFetch } from '@helpmesh/service-kit';

const MAX_BYTES = 1_000_000;
const REDIRECTS = 3;

/** Reads what others publish at addresses that administrators named. */
export class ReadFeed {
  constructor(private readonly safe: SafeFetch) {}

  /** @throws AppError invalid `net.address-refused`; unavailable `net.*`, `feed.no-success` */
  async run(url: string): Promise<string> {
    const headers = { accept: 'text/calendar, text/plain;q=0.5', 'user-agent': 'Helpmesh' };
    const response = await this.safe.fetch(url, { headers, maxRedirects: REDIRECTS, maxBytes: MAX_BYTES });
    if (response.ok) return response.text();
    throw new AppError('unavailable', 'feed.no-success', `The address answers with status ${response.status}.`);
  }
}
