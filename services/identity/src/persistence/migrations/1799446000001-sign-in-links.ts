import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Customers sign in by a link in a mail, where that is wanted. */
export class SignInLinks1799446000001 implements MigrationInterface {
  name = 'SignInLinks1799446000001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE one_time_tokens DROP CONSTRAINT one_time_tokens_purpose_check,
        ADD CONSTRAINT one_time_tokens_purpose_check CHECK (purpose IN ('password-reset', 'invitation', 'sign-in'));
      ALTER TABLE sessions DROP CONSTRAINT sessions_way_check,
        ADD CONSTRAINT sessions_way_check CHECK (way IN ('password', 'passkey', 'federated', 'link'));
      INSERT INTO settings (name, value) VALUES ('user_sign_in_by_link', 'true');
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DELETE FROM settings WHERE name = 'user_sign_in_by_link';
      DELETE FROM sessions WHERE way = 'link';
      DELETE FROM one_time_tokens WHERE purpose = 'sign-in';
      ALTER TABLE sessions DROP CONSTRAINT sessions_way_check,
        ADD CONSTRAINT sessions_way_check CHECK (way IN ('password', 'passkey', 'federated'));
      ALTER TABLE one_time_tokens DROP CONSTRAINT one_time_tokens_purpose_check,
        ADD CONSTRAINT one_time_tokens_purpose_check CHECK (purpose IN ('password-reset', 'invitation'));
    `);
  }
}
