import type { Clock } from '@helpmesh/kernel';
import type { SafeFetch } from '@helpmesh/service-kit';
import type { AdapterAddress, AdapterKind, Adapters } from '../../application/foreign/ports.ts';
import { DryFetch } from './dry-fetch.ts';
import { FreshdeskAdapter } from './freshdesk.ts';
import { GgusAdapter } from './ggus.ts';
import { GitlabAdapter } from './gitlab.ts';
import { ItopAdapter } from './itop.ts';
import { JiraAdapter } from './jira.ts';
import { type Fetcher, PacedFetch } from './paced-fetch.ts';
import { RtAdapter } from './rt.ts';
import { ZammadAdapter } from './zammad.ts';
import { ZnunyAdapter, type ZnunySessions } from './znuny.ts';

/** The helpdesks that we can speak to in their own words. */
export function adaptersBy(safe: SafeFetch, clock: Clock): Adapters {
  const znunySessions: ZnunySessions = new Map();
  const by = (kind: AdapterKind, { pace, dry, secret }: AdapterAddress): Fetcher => {
    const paced = pace ? new PacedFetch(safe, pace) : safe;
    return dry ? new DryFetch(paced, kind, secret) : paced;
  };
  return {
    rt: (to) => new RtAdapter(by('rt', to), to),
    zammad: (to) => new ZammadAdapter(by('zammad', to), clock, to),
    freshdesk: (to) => new FreshdeskAdapter(by('freshdesk', to), to),
    gitlab: (to) => new GitlabAdapter(by('gitlab', to), to),
    jira: (to) => new JiraAdapter(by('jira', to), to),
    znuny: (to) => new ZnunyAdapter(by('znuny', to), znunySessions, to),
    itop: (to) => new ItopAdapter(by('itop', to), to),
    ggus: (to) => new GgusAdapter(by('ggus', to), to),
  };
}
