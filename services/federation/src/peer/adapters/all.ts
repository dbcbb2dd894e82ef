import type { Clock } from '@helpmesh/kernel';
import type { SafeFetch } from '@helpmesh/service-kit';
import type { AdapterAddress, Adapters } from '../../application/foreign/ports.ts';
import { FreshdeskAdapter } from './freshdesk.ts';
import { GgusAdapter } from './ggus.ts';
import { GitlabAdapter } from './gitlab.ts';
import { ItopAdapter } from './itop.ts';
import { JiraAdapter } from './jira.ts';
import { PacedFetch } from './paced-fetch.ts';
import { RtAdapter } from './rt.ts';
import { ZammadAdapter } from './zammad.ts';
import { ZnunyAdapter, type ZnunySessions } from './znuny.ts';

/** The helpdesks that we can speak to in their own words. */
export function adaptersBy(safe: SafeFetch, clock: Clock): Adapters {
  const znunySessions: ZnunySessions = new Map();
  const paced = ({ pace }: AdapterAddress) => (pace ? new PacedFetch(safe, pace) : safe);
  return {
    rt: (to) => new RtAdapter(paced(to), to),
    zammad: (to) => new ZammadAdapter(paced(to), clock, to),
    freshdesk: (to) => new FreshdeskAdapter(paced(to), to),
    gitlab: (to) => new GitlabAdapter(paced(to), to),
    jira: (to) => new JiraAdapter(paced(to), to),
    znuny: (to) => new ZnunyAdapter(paced(to), znunySessions, to),
    itop: (to) => new ItopAdapter(paced(to), to),
    ggus: (to) => new GgusAdapter(paced(to), to),
  };
}
