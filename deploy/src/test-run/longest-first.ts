import path from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { workspace } from '../platform/home.ts';

/**
 * The files that take longest, the longest first, each at least a quarter of a minute; as `npm test` shows them. The place
 * of one counts little, that it is named does: begun last, it runs on alone when all others are through.
 */
export const long = [
  'tests/e2e/access/access.test.ts',
  'tests/e2e/browser-axe.test.ts',
  'tests/e2e/browser-story.test.ts',
  'tests/e2e/browser-account.test.ts',
  'tests/fault/service-killed.test.ts',
  'tests/fault/broker.test.ts',
  'tests/peers/dovecot.test.ts',
  'tests/e2e/federation.test.ts',
  'tests/contract/rest-v1/rest-v1.test.ts',
  'tests/e2e/browser-openid.test.ts',
  'tests/fault/retried-post.test.ts',
  'tests/e2e/main-job.test.ts',
  'tests/fault/job-killed.test.ts',
  'tests/fault/database-stopped.test.ts',
  'tests/e2e/audit.test.ts',
  'tests/e2e/trace.test.ts',
  'services/federation/test/foreign.svc.test.ts',
  'services/mail-ingest/test/dovecot.svc.test.ts',
  'services/federation/test/sync.svc.test.ts',
  'services/mail-ingest/test/imap-in.svc.test.ts',
  'services/federation/test/adapters.svc.test.ts',
  'services/notification/test/webhooks.svc.test.ts',
  'services/notification/test/notification.svc.test.ts',
  'services/mail-ingest/test/outage.svc.test.ts',
  'services/mail-ingest/test/crash.svc.test.ts',
  'libs/messaging/test/consume.int.test.ts',
  'services/mail-ingest/test/hostile.svc.test.ts',
  'deploy/src/platform/platform.int.test.ts',
  'deploy/src/local/postgres.int.test.ts',
  'services/gateway/test/gateway.svc.test.ts',
  'libs/service-kit/src/run/main.int.test.ts',
  'services/ticket/test/sla.svc.test.ts',
  'services/ticket/test/triggers.svc.test.ts',
  'services/identity/test/organizations-and-groups.svc.test.ts',
];

/** Vitest's own order, the larger of unknown files first, behind those that are known to take long. */
export default class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification): number => {
      const at = long.indexOf(path.relative(workspace, moduleId).split(path.sep).join('/'));
      return at === -1 ? long.length : at;
    };
    return (await super.sort(files)).toSorted((a, b) => place(a) - place(b));
  }
}
