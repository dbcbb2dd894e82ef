import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Agreement1768500000000 implements MigrationInterface {
  name = 'Agreement1768500000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE agreement (
        id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        kind          text NOT NULL CHECK (kind IN ('redirect')),
        name          text NOT NULL,
        group_id      bigint NOT NULL,
        list_address  text NOT NULL,
        active        boolean NOT NULL,
        created_by_id bigint NOT NULL,
        updated_by_id bigint NOT NULL,
        created_at    timestamptz NOT NULL,
        updated_at    timestamptz NOT NULL
      );
      -- One group points at one agreement at a time.
      CREATE UNIQUE INDEX agreement_active_group ON agreement (group_id) WHERE active;

      -- A ticket leaves once. Outlives the agreement: it says where the ticket went.
      CREATE TABLE redirected_ticket (
        ticket_id     bigint PRIMARY KEY,
        agreement_id  bigint NOT NULL,
        list_address  text NOT NULL,
        mail_id       uuid NOT NULL,
        redirected_at timestamptz NOT NULL
      );
      CREATE INDEX redirected_ticket_agreement ON redirected_ticket (agreement_id);

      -- Replica of the groups, fed by group.v1.>; address null: the group has none of its own.
      CREATE TABLE group_replica (
        group_id     bigint PRIMARY KEY,
        name         text NOT NULL,
        address_name text,
        address      text,
        gone         boolean NOT NULL,
        version      bigint NOT NULL
      );
      CREATE INDEX group_replica_own ON group_replica (lower(address));
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE group_replica, redirected_ticket, agreement');
  }
}
