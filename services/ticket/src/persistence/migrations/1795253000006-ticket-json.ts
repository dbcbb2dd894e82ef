import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * A ticket holds the JSON it is answered with, made when it is written: most of what a page of tickets cost was writing
 * the same members as text again. `json` are those of the API, `line` those that lists show of the ticket itself; both
 * without the closing brace, because the reads go on from there with what depends on the reader or on other rows, and
 * cutting a character off the end of a text goes through all of it.
 */
export class TicketJson1795253000006 implements MigrationInterface {
  name = 'TicketJson1795253000006';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- A row with both is kept whole up to half a page: larger ones are compressed, and unpacked at every read.
      ALTER TABLE ticket ADD COLUMN json text, ADD COLUMN line text, SET (toast_tuple_target = 4080);

      CREATE FUNCTION keep_ticket_json() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        SELECT left(row_to_json(shown)::text, -1), left(row_to_json(listed)::text, -1) INTO NEW.json, NEW.line
        FROM (SELECT
          NEW.id, NEW.group_id, NEW.priority_id, NEW.state_id, NEW.organization_id, NEW.number, NEW.title,
          NEW.owner_id, NEW.customer_id, NEW.note,
          iso(NEW.first_response_at) AS first_response_at,
          iso(NEW.first_response_escalation_at) AS first_response_escalation_at,
          NEW.first_response_in_min, NEW.first_response_diff_in_min,
          iso(NEW.close_at) AS close_at, iso(NEW.close_escalation_at) AS close_escalation_at,
          NEW.close_in_min, NEW.close_diff_in_min,
          iso(NEW.update_escalation_at) AS update_escalation_at, NEW.update_in_min, NEW.update_diff_in_min,
          iso(NEW.last_close_at) AS last_close_at, iso(NEW.last_contact_at) AS last_contact_at,
          iso(NEW.last_contact_agent_at) AS last_contact_agent_at,
          iso(NEW.last_contact_customer_at) AS last_contact_customer_at,
          iso(NEW.last_owner_update_at) AS last_owner_update_at,
          NEW.create_article_type_id, NEW.create_article_sender_id, NEW.article_count,
          iso(NEW.escalation_at) AS escalation_at, iso(NEW.pending_time) AS pending_time,
          NEW.type, NEW.time_unit::text AS time_unit, NEW.checklist_id,
          NEW.updated_by_id, NEW.created_by_id, iso(NEW.created_at) AS created_at, iso(NEW.updated_at) AS updated_at
        ) AS shown CROSS JOIN LATERAL (SELECT
          shown.id, shown.number, shown.title, shown.priority_id, shown.group_id, shown.owner_id, shown.customer_id,
          coalesce(shown.article_count, 0) AS article_count, shown.pending_time, shown.created_at, shown.updated_at,
          shown.last_contact_customer_at, shown.last_contact_agent_at
        ) AS listed;
        RETURN NEW;
      END $$;
      CREATE TRIGGER ticket_json BEFORE INSERT OR UPDATE ON ticket FOR EACH ROW EXECUTE FUNCTION keep_ticket_json();

      UPDATE ticket SET json = NULL;
      ALTER TABLE ticket ALTER COLUMN json SET NOT NULL, ALTER COLUMN line SET NOT NULL;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TRIGGER ticket_json ON ticket;
      DROP FUNCTION keep_ticket_json();
      ALTER TABLE ticket DROP COLUMN line, DROP COLUMN json, RESET (toast_tuple_target);
    `);
  }
}
