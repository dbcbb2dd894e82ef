import { readFileSync } from 'node:fs';
import { httpLoad } from './http-load.ts';
import { mailLoad } from './mail-load.ts';
import { Words } from './words.ts';
import { cpuMs } from './procfs.ts';
const s = JSON.parse(readFileSync('/tmp/scratch.json', 'utf8'));
const words = new Words(11);
const what = process.argv[2];
const pids: Record<string, number> = { ...s.pids, postgres: s.pg, ...(s.nats ? { nats: s.nats } : {}) };
const before = Object.fromEntries(Object.entries(pids).map(([k, p]) => [k, cpuMs([p])]));
const next = {
  search: () => ({ method: 'GET' as const, path: `/api/v1/tickets/search?query=${Words.word(20 + Math.floor(words.random() * 200))}&limit=100` }),
  list: () => ({ method: 'GET' as const, path: '/api/v1/ticket_list?view=open&limit=50' }),
}[what as 'search'];
const out = what === 'mail' ? await mailLoad({ port: s.smtp, connections: 16, mails: Number(process.argv[3] ?? 1000), run: `c${Date.now()}`, text: () => words.text(400) })
  : await httpLoad({ url: s.url, headers: { authorization: `Token token=${s.token}` }, connections: 16, seconds: Number(process.argv[3] ?? 8), next });
if (what === 'mail') await new Promise((r) => setTimeout(r, 8000));
console.log(out);
let sum = 0;
for (const [k, p] of Object.entries(pids)) { const d = (cpuMs([p]) - before[k]!) / out.requests; sum += d; console.log(k.padEnd(14), d.toFixed(3)); }
console.log('sum', sum.toFixed(2));
process.exit(0);
