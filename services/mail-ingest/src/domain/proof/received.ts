/** Servers of our own on the way of a mail; more of them than this nobody has. */
const MOST_RELAYS = 10;

/**
 * Who handed a mail to the first of our own relays: what stands in Received lines is believed as long as a relay wrote
 * them, and the topmost was written by the one that handed the mail to us.
 * @param received  Received headers, topmost first
 * @returns null where that cannot be told; the address is not checked to be one
 */
export function clientBehind(
  received: readonly string[],
  isRelay: (ip: string) => boolean,
): { ip: string; helo: string } | null {
  for (const line of received.slice(0, MOST_RELAYS)) {
    const client = clientIn(line);
    if (client === null || !isRelay(client.ip)) return client;
  }
  return null;
}

/**
 * The client as Postfix, Exim, Sendmail and Exchange tell it (RFC 5321 4.4): `from <helo> (<name> [<ip>]) by`,
 * `from <name> ([<ip>] helo=<helo>) by`, `from [<ip>] (helo=<helo>) by`, `from <helo> (<ip>) by`. The name in front is
 * the client's own claim, also where it looks like an address: only what stands in parentheses was looked up.
 */
function clientIn(line: string): { ip: string; helo: string } | null {
  const [, first = '', inside] = /^from (\S{1,255}) \(((?:[^()]|\([^()]*\)){0,500})\) by /i.exec(line.trim()) ?? [];
  if (inside === undefined) return null;
  const claimed = /\bhelo=(\S{1,255})/i.exec(inside)?.[1];
  const helo = claimed ?? first;
  const bracketed = [...inside.matchAll(/\[(?:IPv6:)?([0-9a-f.:]{2,45})\]/gi)].at(-1)?.[1];
  // Exim writes the address in front where it has no name for it, and then nothing but the claim in parentheses.
  const alone = /^helo=\S+$/i.test(inside) ? /^\[([0-9a-f.:]{2,45})\]$/i.exec(first)?.[1] : inside.trim();
  const ip = (bracketed ?? alone ?? '').replace(/^::ffff:(?=\d+\.)/i, '');
  return /^[0-9a-f]*[.:][0-9a-f.:]*$/i.test(ip) ? { ip, helo } : null;
}
