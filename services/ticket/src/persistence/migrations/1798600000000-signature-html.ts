import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Signatures of groups are HTML; the text stays for the release before. */
export class SignatureHtml1798600000000 implements MigrationInterface {
  name = 'SignatureHtml1798600000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE replica_group ADD COLUMN signature_html text;
      UPDATE replica_group SET signature_html =
        replace(replace(replace(replace(signature, '&', '&amp;'), '<', '&lt;'), '>', '&gt;'), E'\\n', '<br>')
      WHERE signature IS NOT NULL;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE replica_group DROP COLUMN signature_html');
  }
}
