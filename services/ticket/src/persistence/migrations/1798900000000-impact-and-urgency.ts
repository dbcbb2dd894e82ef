import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * How bad it is, of tickets in groups that reckon priorities from that. Few tickets have it, so the texts of a ticket
 * (migration 6) get it by a trigger of their own, which the others do not even call.
 */
export class ImpactAndUrgency1798900000000 implements MigrationInterface {
  name = 'ImpactAndUrgency1798900000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE replica_group ADD COLUMN priority_matrix jsonb;
      ALTER TABLE ticket
        ADD COLUMN impact text CHECK (impact IN ('low', 'medium', 'high')),
        ADD COLUMN urgency text CHECK (urgency IN ('low', 'medium', 'high')),
        ADD COLUMN original_priority_id integer REFERENCES ticket_priority,
        ADD COLUMN priority_overridden boolean;

      CREATE FUNCTION add_assessment_json() RETURNS trigger LANGUAGE plpgsql AS $$
      DECLARE
        members text := ',' || btrim((SELECT row_to_json(shown) FROM (SELECT NEW.impact, NEW.urgency,
          NEW.original_priority_id, NEW.priority_overridden) AS shown)::text, '{}');
      BEGIN
        NEW.json := NEW.json || members;
        NEW.line := NEW.line || members;
        RETURN NEW;
      END $$;
      -- Triggers run in the order of their names: after ticket_json.
      CREATE TRIGGER ticket_json_assessment BEFORE INSERT OR UPDATE ON ticket FOR EACH ROW
        WHEN (NEW.impact IS NOT NULL OR NEW.urgency IS NOT NULL) EXECUTE FUNCTION add_assessment_json();
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TRIGGER ticket_json_assessment ON ticket;
      DROP FUNCTION add_assessment_json();
      UPDATE ticket SET json = NULL WHERE impact IS NOT NULL OR urgency IS NOT NULL;
      ALTER TABLE ticket DROP COLUMN impact, DROP COLUMN urgency, DROP COLUMN original_priority_id,
        DROP COLUMN priority_overridden;
      ALTER TABLE replica_group DROP COLUMN priority_matrix;
    `);
  }
}
