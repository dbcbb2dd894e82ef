import type { auditLog, OutputOf } from '@helpmesh/contracts';
import { cell } from './rows-csv.ts';

type Entry = OutputOf<typeof auditLog.list>['entries'][number];

const columns = [
  'id',
  'created_at',
  'service',
  'action',
  'actor_id',
  'actor',
  'on_behalf_of_id',
  'on_behalf_of',
  'object_type',
  'object_id',
  'object_label',
  'changes',
  'ip',
  'request_id',
  'hash',
] as const satisfies (keyof Entry)[];

export interface AuditFormat {
  contentType: string;
  /** What stands before, between and after the entries. */
  open: string;
  between: string;
  close: string;
  write(entry: Entry): string;
}

/** A file of audit entries that is written while it is read: RFC 4180, or one JSON array. */
export const auditFormats: Record<'csv' | 'json', AuditFormat> = {
  csv: {
    contentType: 'text/csv; charset=utf-8; header=present',
    open: `${columns.join(',')}\r\n`,
    between: '',
    close: '',
    write: (entry) => `${columns.map((name) => cell(entry[name])).join(',')}\r\n`,
  },
  json: {
    contentType: 'application/json; charset=utf-8',
    open: '[',
    between: ',\n',
    close: ']\n',
    write: (entry) => JSON.stringify(entry),
  },
};
