import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The audit log: written once, chained by hashes, never changed. */
export class Audit1796000000000 implements MigrationInterface {
  name = 'Audit1796000000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- No foreign keys: an entry outlives what it tells of.
      CREATE TABLE audit_entry (
        seq             bigint PRIMARY KEY,
        at              timestamptz(3) NOT NULL,
        service         text NOT NULL,
        action          text NOT NULL,
        actor_id        integer,
        on_behalf_of_id integer,
        object_type     text NOT NULL,
        object_id       text,
        object_label    text,
        -- json and not jsonb: the hash is over this very text.
        changes         json NOT NULL,
        address         text,
        request_id      text,
        hash            bytea NOT NULL
      );
      CREATE INDEX audit_entry_actor ON audit_entry (actor_id, seq);
      CREATE INDEX audit_entry_on_behalf_of ON audit_entry (on_behalf_of_id, seq) WHERE on_behalf_of_id IS NOT NULL;
      CREATE INDEX audit_entry_action ON audit_entry (action, seq);
      CREATE INDEX audit_entry_object ON audit_entry (object_type, object_id, seq);
      CREATE INDEX audit_entry_at ON audit_entry (at);

      -- The end of the chain: who appends holds this row, and who cuts entries off the end is found out by it.
      CREATE TABLE audit_chain (
        one  boolean PRIMARY KEY DEFAULT true CHECK (one),
        seq  bigint NOT NULL,
        hash bytea NOT NULL,
        -- Place and hash sealed with HELPMESH_SECRETS_KEY: SQL alone cannot make another end. Null: nothing written yet.
        seal bytea,
        CHECK ((seq = 0) = (seal IS NULL))
      );
      INSERT INTO audit_chain (seq, hash) VALUES (0, decode(repeat('00', 32), 'hex'));

      CREATE FUNCTION audit_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        RAISE EXCEPTION 'the audit log is append-only' USING ERRCODE = 'insufficient_privilege';
      END $$;
      CREATE FUNCTION audit_moves_on() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF NEW.seq > OLD.seq THEN RETURN NEW; END IF;
        RAISE EXCEPTION 'the audit log is append-only' USING ERRCODE = 'insufficient_privilege';
      END $$;
      CREATE TRIGGER audit_entry_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entry
        FOR EACH STATEMENT EXECUTE FUNCTION audit_append_only();
      CREATE TRIGGER audit_chain_append_only BEFORE DELETE OR TRUNCATE ON audit_chain
        FOR EACH STATEMENT EXECUTE FUNCTION audit_append_only();
      CREATE TRIGGER audit_chain_moves_on BEFORE UPDATE ON audit_chain
        FOR EACH ROW EXECUTE FUNCTION audit_moves_on();
      -- Also where a session plays a replica (session_replication_role).
      ALTER TABLE audit_entry ENABLE ALWAYS TRIGGER audit_entry_append_only;
      ALTER TABLE audit_chain ENABLE ALWAYS TRIGGER audit_chain_append_only;
      ALTER TABLE audit_chain ENABLE ALWAYS TRIGGER audit_chain_moves_on;

      -- Not even the owner, unless it grants itself the right back or is a superuser; the triggers stop those as well.
      REVOKE UPDATE, DELETE, TRUNCATE ON audit_entry FROM PUBLIC, CURRENT_USER;
      REVOKE DELETE, TRUNCATE ON audit_chain FROM PUBLIC, CURRENT_USER;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE audit_entry, audit_chain; DROP FUNCTION audit_append_only, audit_moves_on;');
  }
}
