import { type AuthenticateResult, authenticate, type DMARCResult, type DNSResolver } from 'mailauth';
import { resultsIn } from '../../domain/proof/authentication-results.ts';
import type { Delivered, Findings } from '../../domain/proof/proof.ts';

/** Time all questions of one mail to the name servers may take together. */
const LOOKUPS_MS = 6_000;

/** Looks who stands behind a mail. Never asks anybody but name servers. @throws never for what a mail holds */
export async function look(
  raw: Buffer,
  { client, sender }: Delivered,
  resolve: DNSResolver,
  lookupsMs: number = LOOKUPS_MS,
): Promise<Findings> {
  const end = performance.now() + lookupsMs;
  return findingsOf(
    await authenticate(raw, {
      ...(client && { ip: client.ip, helo: client.helo }),
      sender,
      trustReceived: false,
      mta: 'helpmesh',
      minBitLength: 1024,
      rejectRsaSha1: true,
      // It would fetch pictures from wherever a stranger says.
      disableBimi: true,
      resolver: (name, type) => within(resolve(name, type), end - performance.now()),
    }),
  );
}

async function within<T>(answer: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const error = Object.assign(new Error('no answer in time'), { code: 'ETIMEOUT' });
    timer = setTimeout(() => reject(error), Math.max(0, ms));
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}

function findingsOf({ dkim, spf, dmarc, arc }: AuthenticateResult): Findings {
  const domain = dmarc ? dmarc.status.header?.from?.toLowerCase() : undefined;
  // Only what could have spoken for the author counts: a stranger's own servers never need to answer.
  const speaks = (name = '') => dmarc !== false && isWithin(name.toLowerCase(), dmarc.domain);
  return {
    domain: domain ?? null,
    dmarc: dmarc ? resultOf(dmarc) : null,
    dkim: dkim.results
      .filter(({ status }) => status.result === 'pass' && !status.underSized)
      .map(({ signingDomain = '', status }) => ({ domain: signingDomain, aligned: Boolean(status.aligned) })),
    spf: spf && spf.status.result === 'pass' ? spf.domain.toLowerCase() : null,
    arc: arcOf(arc),
    troubled:
      dkim.results.some(({ status, signingDomain }) => status.result === 'temperror' && speaks(signingDomain)) ||
      (spf !== false && spf.status.result === 'temperror' && speaks(spf.domain)),
  };
}

const isWithin = (name: string, domain: string) => name === domain || name.endsWith(`.${domain}`);

/** Of a domain that only watches (`p=none`) a mail that fails is one of which nothing is known: it asks for nothing. */
function resultOf(dmarc: DMARCResult): string {
  const { result } = dmarc.status;
  if (result === 'fail' && dmarc.policy === 'none') return 'unproven';
  return restsOnPart(dmarc) ? 'none' : result;
}

/** A signature over a part of the text lets anybody write the rest. */
function restsOnPart({ alignment, status }: DMARCResult): boolean {
  return status.result === 'pass' && !alignment.spf.result && Boolean(alignment.dkim.underSized);
}

/** What the newest seal vouches for; only the seal covers the results, the signature covers the mail. */
function arcOf(arc: AuthenticateResult['arc']): Findings['arc'] {
  const newest = arc && arc.status.result === 'pass' ? arc.chain?.at(-1) : undefined;
  const sealer = newest?.['arc-seal']?.parsed?.d?.value;
  if (!arc || typeof sealer !== 'string' || !arc.signature || arc.signature.signingDomain !== sealer) return null;
  const said = String(newest?.['arc-authentication-results']?.original ?? '');
  return {
    sealer: sealer.toLowerCase(),
    results: resultsIn(said.slice(said.indexOf(':') + 1).replaceAll(/\s+/g, ' ')),
  };
}
