import { type HelpPermissions, helpLocales } from '@helpmesh/contracts';

/** Stands where a secret is. Sent back it means: as it is. */
export const SECRET = '<secret>';

/** What an object is put into use by; one without its secret is not. */
export const SWITCHES: readonly string[] = ['active', 'enabled'];

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
  /** Members, however deep they stand, that are never told again: the file says that there is one, and not which. */
  secrets?: readonly string[];
  /** There is what there is: nothing is added or deleted. */
  fixed?: boolean;
  /** What of an object cannot be changed once it is there. */
  constant?: readonly string[];
  /** Fills what its routes leave open: `:knowledge_base_id`. */
  params?: Readonly<Record<string, string>>;
  /** How its rows are asked for, where `GET path` does not tell them. */
  list?: { method: 'GET' | 'POST'; path: string; rows: (answer: unknown) => Fields[] };
  /** What more is asked of each row, as far as it has any. */
  each?: { path: string; only: (row: Fields) => boolean; read: (answer: unknown) => Fields };
  /** It says more of the objects of that kind, and is changed by their ids: there is one of each. */
  of?: string;
  /** Fields that refer to what another name would tell: `permissions` to roles, as `role_ids` does. */
  refers?: Readonly<Record<string, string>>;
  /** Where one is changed; default: its `path` with the id. */
  change?: string;
  /** A row in the words of the file; default: as it is. */
  read?: (row: Fields) => Fields;
  /** What is sent of an object of the file; default: as it is. */
  write?: (object: Fields, what: 'create' | 'update') => Fields;
}

export type Fields = Record<string, unknown>;

const named = (path: string, fields: string, more: Partial<Kind> = {}): Kind => ({
  ...{ name: path.replaceAll('/', '_'), path, fields: fields.split(' ') },
  ...more,
});

const MAIL_SECRETS = ['password', 'client_secret', 'refresh_token'];
/** There is one knowledge base. */
const BASE = '1';
/** Between the titles of a category and of the one above it, as in the names of groups. */
const BELOW = '::';

interface CategoryRow extends Fields {
  id: number;
  parent_id: number | null;
  translations: { locale: string; title: string }[];
}

/** Categories named by their titles from the topmost down; those above come first, as what is below needs them. */
function categoriesIn(answer: unknown): Fields[] {
  const byId = (answer as { KnowledgeBaseCategory: Record<string, CategoryRow> }).KnowledgeBaseCategory;
  const nameOf = ({ parent_id, translations }: CategoryRow): string => {
    const title = helpLocales.map((one) => translations.find(({ locale }) => locale === one)?.title).find(Boolean);
    const above = parent_id === null ? undefined : byId[parent_id];
    return above ? `${nameOf(above)}${BELOW}${title}` : String(title);
  };
  return Object.values(byId).map((row) => ({
    ...row,
    name: nameOf(row),
    translations: row.translations.map(({ locale, title }) => ({ locale, title })),
  }));
}

/** What roles may do, by the names of those that have a part in the knowledge base; what is left of others means nothing. */
function helpPermissionsIn(answer: unknown): Fields {
  const { permissions, roles_reader, roles_editor } = answer as HelpPermissions;
  const roles = new Set([...roles_reader, ...roles_editor].map(({ id }) => id));
  const known = permissions.filter(({ role_id }) => roles.has(role_id));
  return { permissions: Object.fromEntries(known.map(({ role_id, access }) => [role_id, access])) };
}

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
  named('channels_email_outbound', 'name addresses fallback max_size_mb options active', { secrets: MAIL_SECRETS }),
  named('email_addresses', 'name email channel_id note active', { key: ({ email }) => String(email) }),
  named('signatures', 'name body note active'),
  named(
    'groups',
    'name email_address_id signature_id follow_up_possible follow_up_assignment reopen_time_in_days assignment_timeout ' +
      'priority_matrix ask_rating shared_drafts note active',
  ),
  named('channels_email', 'name email group_id options active', { secrets: MAIL_SECRETS }),
  named('roles', 'name permissions group_ids default_at_signup note active'),
  named('openid_providers', 'name title issuer client_id client_secret scopes enabled trusts_email creates_accounts', {
    secrets: ['client_secret'],
    constant: ['issuer'],
    read: (row) => ({ ...row, client_secret: row.client_secret_set === true ? SECRET : null }),
  }),
  named('entitlement_mappings', 'provider_id pattern role_id group_id access note', {
    key: ({ provider_id, pattern }) => `${provider_id} ${pattern}`,
  }),
  named('directories', 'name domains organization_id default_role_id claims_accounts enabled mappings'),
  named('brandings', 'standard name mail_sender accent support footer host slug locales group_ids', {
    key: ({ standard, name }) => (standard ? '*' : String(name)),
    read: ({ standard, ...row }) => (standard === true ? { ...row, standard } : row),
    write: ({ standard: _, ...object }) => object,
  }),
  named('settings', 'name value', {
    fixed: true,
    // When pages were last asked for something is nothing to carry to another desk.
    only: ({ name, preferences }) => (preferences as Fields)?.readonly !== true && name !== 'maintenance_reload_at',
    read: (row) => ({ ...row, value: (row.state_current as Fields).value }),
    write: ({ value }) => ({ state_current: { value } }),
  }),
  named('knowledge_base', 'active locales requests request_group_ids', {
    fixed: true,
    key: () => '*',
    params: { id: BASE },
    list: { method: 'GET', path: 'knowledge_bases/:id', rows: (base) => [base as Fields] },
    change: 'knowledge_bases/manage/:id',
  }),
  named('knowledge_base_categories', 'name internal role_ids translations', {
    path: 'knowledge_bases/:knowledge_base_id/categories',
    params: { knowledge_base_id: BASE },
    list: { method: 'POST', path: 'knowledge_bases/init', rows: categoriesIn },
    write: ({ name, ...object }, what) => {
      const above = String(name).split(BELOW).slice(0, -1).join(BELOW);
      const given = object.translations as CategoryRow['translations'] | undefined;
      // A title that is not among them is one that the desk shall not have: an empty one takes it away.
      const titleIn = (locale: string) => given?.find((one) => one.locale === locale)?.title ?? '';
      return {
        ...object,
        ...(Array.isArray(given) && {
          translations: helpLocales.map((locale) => ({ locale, title: titleIn(locale) })),
        }),
        ...(what === 'create' && above !== '' && { parent_id: above }),
      };
    },
  }),
  named('knowledge_base_permissions', 'permissions', {
    fixed: true,
    key: () => '*',
    params: { id: BASE },
    list: {
      method: 'GET',
      path: 'knowledge_bases/:id/permissions',
      rows: (answer) => [{ id: Number(BASE), ...helpPermissionsIn(answer) }],
    },
    change: 'knowledge_bases/:id/permissions',
    refers: { permissions: 'role_ids' },
  }),
  named('knowledge_base_category_permissions', 'name permissions', {
    fixed: true,
    of: 'knowledge_base_categories',
    params: { knowledge_base_id: BASE },
    list: { method: 'POST', path: 'knowledge_bases/init', rows: categoriesIn },
    each: {
      path: 'knowledge_bases/:knowledge_base_id/categories/:id/permissions',
      only: ({ has_permissions }) => has_permissions === true,
      read: helpPermissionsIn,
    },
    read: (row) => ({ permissions: {}, ...row }),
    write: ({ name: _, ...object }) => object,
    change: 'knowledge_bases/:knowledge_base_id/categories/:id/permissions',
    refers: { permissions: 'role_ids' },
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
