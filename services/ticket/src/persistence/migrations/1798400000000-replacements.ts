import type { MigrationInterface, QueryRunner } from 'typeorm';

/** When agents are away and who stands in, and the overview of those who do. */
export class Replacements1798400000000 implements MigrationInterface {
  name = 'Replacements1798400000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE replica_user
        ADD COLUMN away_from date, ADD COLUMN away_until date, ADD COLUMN replacement_id integer;
      CREATE INDEX replica_user_replacement ON replica_user (replacement_id) WHERE replacement_id IS NOT NULL;
      ALTER TABLE overview ADD COLUMN out_of_office boolean NOT NULL DEFAULT false;
      INSERT INTO overview (name, link, prio, condition, "order", out_of_office, view, role_ids)
      SELECT 'My Replacement Tickets', 'my_replacement_tickets', 1080,
        jsonb_build_object(
          'ticket.state_id', jsonb_build_object('operator', 'is', 'value', jsonb_agg(s.id::text ORDER BY s.id)),
          'ticket.owner_id', '{"operator":"is","pre_condition":"current_user.id","value":""}'::jsonb),
        '{"by":"created_at","direction":"DESC"}', true,
        jsonb_build_object('d', columns.shown, 's', columns.shown, 'm', '["number","title"]'::jsonb,
          'view_mode_default', 's'),
        '{2}'
      FROM ticket_state s JOIN ticket_state_type st ON st.id = s.state_type_id,
        (SELECT '["number","title","customer","group","state","owner","created_at"]'::jsonb) AS columns (shown)
      WHERE st.name NOT IN ('closed', 'merged')
      GROUP BY columns.shown
      ON CONFLICT (link) DO NOTHING;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DELETE FROM overview WHERE out_of_office;
      ALTER TABLE overview DROP COLUMN out_of_office;
      ALTER TABLE replica_user DROP COLUMN away_from, DROP COLUMN away_until, DROP COLUMN replacement_id;
    `);
  }
}
