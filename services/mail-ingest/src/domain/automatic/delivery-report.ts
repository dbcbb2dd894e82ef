import type { Filter } from './facts.ts';

/** Is it a report about an earlier mail (RFC 6522)? Read receipts are automatic replies, all others are bounces. */
export const deliveryReport: Filter = (facts) => {
  const type = facts.header('content-type').join(' ').toLowerCase();
  if (!/^\s*multipart\/report\b/.test(type)) return undefined;
  if (/report-type\s*=\s*"?disposition-notification/.test(type))
    return { automatic: 'auto-reply', reason: 'it is a read receipt' };
  return { automatic: 'bounce', reason: 'it is a delivery report' };
};
