import type { MigrationInterface, QueryRunner } from 'typeorm';

/** OpenPGP keys beside certificates. They may have no end, may be taken back, and come with mails unasked. */
export class Openpgp1799450000000 implements MigrationInterface {
  name = 'Openpgp1799450000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE mail_key
        ADD COLUMN type text NOT NULL DEFAULT 'S/MIME' CHECK (type IN ('S/MIME', 'PGP')),
        -- Of OpenPGP: as they stand in the key.
        ADD COLUMN user_ids text[] NOT NULL DEFAULT '{}',
        ADD COLUMN revoked boolean NOT NULL DEFAULT false,
        -- It came with a mail, and nobody has accepted it.
        ADD COLUMN offered boolean NOT NULL DEFAULT false,
        -- Null: it does not end.
        ALTER COLUMN valid_to DROP NOT NULL,
        ADD CONSTRAINT mail_key_ends CHECK (valid_to IS NOT NULL OR type = 'PGP'),
        ADD CONSTRAINT mail_key_offered CHECK (NOT offered OR kind = 'contact');
      CREATE INDEX mail_key_offers ON mail_key (id) WHERE offered;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DELETE FROM mail_key WHERE type = 'PGP';
      DROP INDEX mail_key_offers;
      ALTER TABLE mail_key DROP CONSTRAINT mail_key_offered, DROP CONSTRAINT mail_key_ends,
        ALTER COLUMN valid_to SET NOT NULL,
        DROP COLUMN offered, DROP COLUMN revoked, DROP COLUMN user_ids, DROP COLUMN type;
    `);
  }
}
