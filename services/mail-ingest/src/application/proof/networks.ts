import { BlockList, isIP } from 'node:net';

/** Whether an address is within one of them. */
export type Networks = (ip: string) => boolean;

/** @param all  `address` or `address/bits` each. @returns undefined when one of them is neither */
export function networkList(all: readonly string[]): Networks | undefined {
  const list = new BlockList();
  for (const one of all) {
    const [net = '', bits = ''] = one.split('/');
    const family = isIP(net) === 4 ? 'ipv4' : 'ipv6';
    const most = family === 'ipv4' ? 32 : 128;
    const length = one.includes('/') ? Number(bits) : most;
    if (isIP(net) === 0 || !/^\d*$/.test(bits) || (one.includes('/') && bits === '') || length > most) return undefined;
    list.addSubnet(net, length, family);
  }
  return (ip) => isIP(ip) > 0 && list.check(ip, isIP(ip) === 4 ? 'ipv4' : 'ipv6');
}
