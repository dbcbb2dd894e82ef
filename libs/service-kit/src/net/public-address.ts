import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/**
 * True for addresses of the public internet: not of this host, its networks or its cloud, nor reserved (RFC 6890). Of
 * IPv6 only what is handed out (2000::/3) and leads nowhere else: an IPv4 address inside it counts in the mapped form
 * alone (`::ffff:192.0.2.1`), not as 6to4, Teredo or NAT64.
 *
 * @param address as a resolver answers it, without brackets
 */
export function isPublicAddress(address: string): boolean {
  if (isIP(address) === 0) return false;
  const parsed = ipaddr.parse(address);
  if (parsed instanceof ipaddr.IPv4) return parsed.range() === 'unicast';
  const [first = 0, ...rest] = parsed.parts;
  const mapped = first === 0 && rest.slice(0, 4).every((word) => word === 0) && rest[4] === 0xffff;
  if (mapped) return parsed.toIPv4Address().range() === 'unicast';
  return parsed.range() === 'unicast' && first >> 13 === 0b001;
}
