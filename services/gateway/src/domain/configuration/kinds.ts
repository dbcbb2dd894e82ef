/** What a configuration is made of: objects that are told apart by their names, in an order in which none comes before what it refers to. */
export interface Kind {
  name: string;
  /** Of its routes, below `/api/v1/`. */
  path: string;
  /** What of an object stands in the file, in this order. */
  fields: readonly string[];
  /** What an object is called; two of one name are told apart by their order. Default: its `name`. */
  key?: (object: Fields) => string;
  /** Which rows are configuration; default: all. */
  only?: (row: Fields) => boolean;
  /** Fields that are never told again: the file says that there is one, and not which. */
  secrets?: readonly string[];
  /** There is what there is: nothing is added or deleted. */
  fixed?: boolean;
}

export type Fields = Record<string, unknown>;

const named = (path: string, fields: string, more: Partial<Kind> = {}): Kind => ({
  ...{ name: path.replaceAll('/', '_'), path, fields: fields.split(' ') },
  ...more,
});

/** The kinds of a file, those first that others refer to. */
export const kinds: readonly Kind[] = [
  named('object_manager_attributes', 'object name display data_type data_option screens active position', {
    key: ({ object, name }) => `${object}.${name}`,
    only: ({ editable, to_delete }) => editable !== false && to_delete !== true,
  }),
  named('calendars', 'name timezone business_hours public_holidays ical_url default'),
  named('ticket_priorities', 'name default_create ui_icon ui_color note active'),
  named(
    'ticket_states',
    'name state_type next_state_id ignore_escalation default_create default_follow_up note active',
  ),
  named('email_addresses', 'name email note active', { key: ({ email }) => String(email) }),
  named('signatures', 'name body note active'),
  named(
    'groups',
    'name email_address_id signature_id follow_up_possible follow_up_assignment reopen_time_in_days assignment_timeout ' +
      'priority_matrix ask_rating shared_drafts note active',
  ),
  named('roles', 'name permissions group_ids default_at_signup note active'),
  named('brandings', 'standard name mail_sender accent support footer host slug locales group_ids', {
    key: ({ standard, name }) => (standard ? '*' : String(name)),
  }),
  named('settings', 'name value', {
    fixed: true,
    only: ({ preferences }) => (preferences as Fields)?.readonly !== true,
  }),
  named('tag_list', 'name'),
  named('checklist_templates', 'name items active'),
  named('time_accounting/types', 'name note active'),
  named(
    'webhooks',
    'name endpoint http_method basic_auth_username ssl_verify customized_payload custom_payload note active signature_token basic_auth_password bearer_token',
    {
      secrets: ['signature_token', 'basic_auth_password', 'bearer_token'],
    },
  ),
  named('macros', 'name perform ux_flow_next_up group_ids note active'),
  named('text_modules', 'name keywords content group_ids note active'),
  named('templates', 'name options active'),
  named('slas', 'name calendar_id condition first_response_time response_time update_time solution_time'),
  named(
    'triggers',
    'name activator execution_condition_mode condition perform disable_notification localization timezone note active',
  ),
  named('jobs', 'name object condition perform timeplan disable_notification localization timezone note active'),
  named(
    'overviews',
    'name prio condition order group_by group_direction view role_ids user_ids organization_shared out_of_office active',
    { only: ({ personal }) => personal !== true },
  ),
  named('postmaster_filters', 'name match perform note active'),
  named('mail_templates', 'kind locale subject body active', {
    key: ({ kind, locale }) => `${kind} ${locale}`,
    // Those of communities are told apart by an id that another desk does not have.
    only: ({ branding_id }) => branding_id === null,
  }),
  named('public_links', 'title link description screen new_tab prio', { key: ({ title }) => String(title) }),
  named('report_profiles', 'name condition active'),
  named('recurring_tickets', 'name rrule starts_at timezone catch_up ticket note active'),
  named('retention_rules', 'name group_ids state_types older_than_days action active'),
];

export const keyOf = (kind: Kind, object: Fields): string => (kind.key ?? (({ name }) => String(name)))(object);
