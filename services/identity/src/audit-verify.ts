import { connect, createDataSource } from '@helpmesh/persistence';
import { type OwnCommand, SecretBox } from '@helpmesh/service-kit';
import { VerifyAudit } from './application/audit/verify-audit.ts';
import type { IdentityConfig } from './config.ts';
import { AuditStore } from './persistence/audit.store.ts';

/** `audit-verify`: walks the audit log with nothing but the database and the key, the service may be down. */
export const auditVerify: OwnCommand<Pick<IdentityConfig, 'DATABASE_URL' | 'HELPMESH_SECRETS_KEY'>> = {
  help: 'walk the audit log; ends with code 1 and the first entry that does not fit when it was tampered with',
  async run({ DATABASE_URL: url, HELPMESH_SECRETS_KEY: key }) {
    const ds = await connect(createDataSource({ url, migrations: [], poolSize: 1 }));
    try {
      const { ok, entries, head, broken } = await new VerifyAudit(ds, new AuditStore(), new SecretBox(key)).run();
      const told = broken
        ? `audit log: entry ${broken.id} does not fit: ${broken.why}; ${entries} entries before it do\n`
        : `audit log: ${entries} entries fit, head ${head}\n`;
      return { told, ok };
    } finally {
      await ds.destroy();
    }
  },
};
