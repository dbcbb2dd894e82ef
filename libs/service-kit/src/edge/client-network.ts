import { isIPv6 } from 'node:net';

/**
 * The address that limits are counted by. A household is given an IPv6 network of 64 bits at least and takes any of its
 * addresses: those count as one, `2001:db8:1:2::/64`. IPv4 inside IPv6 (`::ffff:192.0.2.1`) is the IPv4 address.
 *
 * @param ip as a socket or `request.ip` says it; anything else comes back as it is
 */
export function clientNetwork(ip: string): string {
  // Nearly all are IPv4, and this runs with each request.
  if (!ip.includes(':') || !isIPv6(ip)) return ip;
  const words = wordsOf(ip.split('%')[0] ?? ip);
  const [, , , , , mark = 0, high = 0, low = 0] = words;
  if (mark === 0xffff && words.slice(0, 5).every((word) => word === 0)) {
    return [high >> 8, high & 0xff, low >> 8, low & 0xff].join('.');
  }
  const network = words.slice(0, 4).map((word) => word.toString(16));
  return `${network.join(':')}::/64`;
}

/** The eight 16-bit words of a valid IPv6 address. */
function wordsOf(ip: string): number[] {
  const [head = '', tail] = ip.split('::');
  const start = partsOf(head);
  if (tail === undefined) return start;
  const end = partsOf(tail);
  return [...start, ...Array<number>(8 - start.length - end.length).fill(0), ...end];
}

function partsOf(text: string): number[] {
  if (text === '') return [];
  return text.split(':').flatMap((part) => {
    if (!part.includes('.')) return Number.parseInt(part, 16);
    const [a = 0, b = 0, c = 0, d = 0] = part.split('.').map(Number);
    return [a * 256 + b, c * 256 + d];
  });
}
