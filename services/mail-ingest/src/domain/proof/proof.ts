/**
 * Who stands behind a mail. `pass`: the domain in From does. `fail`: its owner asks that mails like this one are not
 * believed to be theirs. `none`: nothing says either. `unknown`: it could not be looked up.
 */
export interface Proof {
  result: 'pass' | 'fail' | 'none' | 'unknown';
  /** What it rests on, in words of the standards: `dmarc`, `dkim`, `spf`, `arc`; null where there is nothing. */
  on: 'dmarc' | 'dkim' | 'spf' | 'arc' | null;
  /** The server whose word was taken for it; null: we looked ourselves. */
  by: string | null;
  /** Of the address in From. */
  domain: string;
}

/** What is kept of a mail to know whether there is anything to look at. */
export const proofHeaders = ['arc-seal', 'authentication-results', 'dkim-signature', 'received'] as const;

/** How a mail came, as far as it can say something about its sender. */
export interface Delivered {
  /** Who delivered it; null where that is not known, or says nothing: a relay of our own. */
  client: { ip: string; helo: string } | null;
  /** Envelope sender; empty: none. */
  sender: string;
}

/** What was found by looking at a mail. Words of results are those of RFC 8601. */
export interface Findings {
  /** Domain of the one author; null where From names several domains, or none. */
  domain: string | null;
  /**
   * `none`: the domain publishes nothing; `unproven`: it publishes DMARC, the mail does not pass, and nothing is asked of
   * whoever gets it (`p=none`). Null: it could not be evaluated.
   */
  dmarc: string | null;
  /** Signing domains of valid signatures over the whole text, and whether they speak for the domain in From. */
  dkim: { domain: string; aligned: boolean }[];
  /** Domain that lets the client send; null where the client is not known, or not let. */
  spf: string | null;
  /** The last server of a chain that holds, with what it said of the mail when that came to it. */
  arc: { sealer: string; results: HopResults } | null;
  /** A question about what could have spoken for the author was not answered. */
  troubled: boolean;
}

/** What a server on the way says of a mail (RFC 8601). */
export interface HopResults {
  dmarc: { result: string; from: string } | null;
  /** Domains of valid signatures. */
  dkim: string[];
  /** Domain of the envelope sender that lets the client send. */
  spf: string | null;
}

/**
 * Puts the findings together.
 * @param whole  the client is known, so that a sender who is not proven had every chance to be; a mail that was fetched
 *   from a mailbox may have been proven by what is not seen any more, so it never fails
 */
export function proofOf(found: Findings, trusted: readonly string[], whole: boolean): Proof | null {
  const { domain, dmarc, dkim, spf, arc, troubled } = found;
  if (domain === null) return null;
  const own = { by: null, domain };
  if (dmarc === 'pass') return { ...own, result: 'pass', on: 'dmarc' };
  // Of a domain that asks for nothing, its signature or its own permission is as good.
  if (dmarc === 'none' && dkim.some(({ aligned }) => aligned)) return { ...own, result: 'pass', on: 'dkim' };
  if (dmarc === 'none' && spf === domain) return { ...own, result: 'pass', on: 'spf' };
  if (arc && trusted.includes(arc.sealer) && hopProof(arc.results, domain)?.result === 'pass') {
    return { result: 'pass', on: 'arc', by: arc.sealer, domain };
  }
  if (troubled || dmarc === null || dmarc === 'temperror') return { ...own, result: 'unknown', on: null };
  return dmarc === 'fail' && whole ? { ...own, result: 'fail', on: 'dmarc' } : { ...own, result: 'none', on: null };
}

/** What the word of a trusted server is worth for a mail of this domain; null: it says nothing of use. */
export function hopProof({ dmarc, dkim, spf }: HopResults, domain: string): Pick<Proof, 'result' | 'on'> | null {
  if (dmarc && dmarc.from !== domain) return null;
  if (dmarc?.result === 'pass') return { result: 'pass', on: 'dmarc' };
  if (dmarc?.result === 'fail') return { result: 'fail', on: 'dmarc' };
  if (dkim.includes(domain)) return { result: 'pass', on: 'dkim' };
  return spf === domain ? { result: 'pass', on: 'spf' } : null;
}

/** Host and address of whoever delivered a mail, from the line that is kept of it: `mx.example [192.0.2.1]`. */
export function clientOf(line: string | null): { helo: string; ip: string } | null {
  const [, helo = '', ip] = /^(\S*) \[([0-9a-f.:]{2,45})\]$/i.exec(line ?? '') ?? [];
  return ip === undefined ? null : { helo, ip: ip.replace(/^::ffff:(?=\d+\.)/i, '') };
}
