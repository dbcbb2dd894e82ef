import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Projection1768600000000 implements MigrationInterface {
  name = 'Projection1768600000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- What the events said, one row for each version of a ticket: the facts everything below is derived from.
      CREATE TABLE ticket_point (
        ticket_id       bigint NOT NULL,
        version         bigint NOT NULL,
        at              timestamptz NOT NULL,
        number          text NOT NULL,
        group_id        bigint NOT NULL,
        group_name      text NOT NULL,
        state           text NOT NULL,
        state_type      text NOT NULL,
        priority        text NOT NULL,
        customer_id     bigint NOT NULL,
        organization_id bigint,
        owner_id        bigint NOT NULL,
        created_at      timestamptz NOT NULL,
        close_at        timestamptz,
        deleted         boolean NOT NULL,
        PRIMARY KEY (ticket_id, version)
      );

      -- The newest point of each ticket.
      CREATE TABLE ticket_fact (
        ticket_id       bigint PRIMARY KEY,
        version         bigint NOT NULL,
        number          text NOT NULL,
        group_id        bigint NOT NULL,
        group_name      text NOT NULL,
        state           text NOT NULL,
        state_type      text NOT NULL,
        priority        text NOT NULL,
        customer_id     bigint NOT NULL,
        organization_id bigint,
        owner_id        bigint NOT NULL,
        created_at      timestamptz NOT NULL,
        close_at        timestamptz,
        deleted         boolean NOT NULL
      );
      CREATE INDEX ticket_fact_open ON ticket_fact (group_id, state)
        WHERE NOT deleted AND state_type NOT IN ('closed', 'merged', 'redirected');

      -- Half-open [from_at, to_at): the ticket was in this group and state type. Null: it still is.
      CREATE TABLE state_interval (
        ticket_id  bigint NOT NULL,
        from_at    timestamptz NOT NULL,
        to_at      timestamptz,
        group_id   bigint NOT NULL,
        state_type text NOT NULL,
        -- The ticket began with it; it came from open to closed with it.
        opening    boolean NOT NULL,
        closing    boolean NOT NULL,
        PRIMARY KEY (ticket_id, from_at)
      );
      CREATE INDEX state_interval_opening ON state_interval (from_at) WHERE opening;
      CREATE INDEX state_interval_closing ON state_interval (from_at) WHERE closing;
      CREATE INDEX state_interval_span ON state_interval (from_at, to_at);

      CREATE TABLE group_name (
        group_id bigint PRIMARY KEY,
        name     text NOT NULL,
        version  bigint NOT NULL
      );
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE group_name, state_interval, ticket_fact, ticket_point');
  }
}
