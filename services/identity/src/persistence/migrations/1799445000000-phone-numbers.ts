import type { MigrationInterface, QueryRunner } from 'typeorm';

/** People by the last digits of their telephone numbers, as `user.store.ts` looks for them. */
export class PhoneNumbers1799445000000 implements MigrationInterface {
  name = 'PhoneNumbers1799445000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE INDEX users_phone_digits ON users (right(regexp_replace(phone, '\\D', '', 'g'), 9)) WHERE phone <> '';
      CREATE INDEX users_mobile_digits ON users (right(regexp_replace(mobile, '\\D', '', 'g'), 9)) WHERE mobile <> '';
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX users_mobile_digits; DROP INDEX users_phone_digits');
  }
}
