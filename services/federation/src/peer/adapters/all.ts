import type { Clock } from '@helpmesh/kernel';
import type { SafeFetch } from '@helpmesh/service-kit';
import type { Adapters } from '../../application/foreign/ports.ts';
import { FreshdeskAdapter } from './freshdesk.ts';
import { GgusAdapter } from './ggus.ts';
import { GitlabAdapter } from './gitlab.ts';
import { ItopAdapter } from './itop.ts';
import { JiraAdapter } from './jira.ts';
import { RtAdapter } from './rt.ts';
import { ZammadAdapter } from './zammad.ts';
import { ZnunyAdapter, type ZnunySessions } from './znuny.ts';

/** The helpdesks that we can speak to in their own words. */
export function adaptersBy(safe: SafeFetch, clock: Clock): Adapters {
  const znunySessions: ZnunySessions = new Map();
  return {
    rt: (to) => new RtAdapter(safe, to),
    zammad: (to) => new ZammadAdapter(safe, clock, to),
    freshdesk: (to) => new FreshdeskAdapter(safe, to),
    gitlab: (to) => new GitlabAdapter(safe, to),
    jira: (to) => new JiraAdapter(safe, to),
    znuny: (to) => new ZnunyAdapter(safe, znunySessions, to),
    itop: (to) => new ItopAdapter(safe, to),
    ggus: (to) => new GgusAdapter(safe, to),
  };
}
