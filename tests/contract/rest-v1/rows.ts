/**
 * The rows of the contract that this API keeps (`docs/zammad-api.md` of the specification, section 2), by section and
 * place in the table. Each has at least one test with its number in its name; `rest-rows.test.ts` holds that.
 */
export const rows: Readonly<Record<string, readonly string[]>> = {
  '2.1': ['Basic', 'API token', 'OAuth2 bearer', 'session', 'acting for another', 'CORS', 'content types'],
  '2.2': ['401', '403', '404', '422', '500'],
  '2.3': [
    ...['default shape', 'expand', 'full', 'all', 'only_total_count', 'label and term', 'pagination', 'order'],
    ...['search input', 'dates', 'names instead of ids', 'group access', 'ignored on write', 'deletes'],
  ],
  '2.4': [
    ...['GET /tickets', 'GET /tickets/:id', 'POST /tickets', 'PUT /tickets/:id', 'DELETE /tickets/:id'],
    ...['/tickets/search', '/ticket_history/:id', '/ticket_customer', '/ticket_related/:id', '/ticket_recent'],
    ...['/ticket_merge', '/ticket_split', '/ticket_create', '/ticket_stats', '/tickets/mass_update'],
    ...['/tickets/mass_macro', '/tickets/:id/summarize', 'shared drafts', '/ticket_overviews', '/tickets/import'],
  ],
  '2.5': [
    ...['GET /ticket_articles', 'by_ticket', 'GET /ticket_articles/:id', 'POST', 'PUT', 'DELETE'],
    ...['/ticket_attachment', '/ticket_article_plain', 'retry_security_process', '/upload_caches'],
  ],
  '2.6': [
    ...['/users', '/users/me', '/users/search', 'around an account', '/organizations', '/groups', '/roles'],
    'roles and groups by token',
  ],
  '2.7': [
    ...['/ticket_states', '/ticket_priorities', 'reads of both', 'GET /tags', '/tags/add', '/tags/remove'],
    ...['/tag_search', '/tag_list', 'GET /links', '/links/add', '/links/remove', '/online_notifications'],
    ...['/mentions', '/checklists', '/time_accountings', 'kinds of work and logs', '/user_access_token', '/version'],
    ...['/monitoring/health_check', '/monitoring/status', '/monitoring/amount_check', '/object_manager_attributes'],
    ...['/slas', '/calendars', '/triggers', '/jobs', '/macros', '/text_modules', '/overviews', 'other small objects'],
    ...['/reports/config', '/reports/generate', '/search', 'knowledge base', 'getting_started', 'newer routes'],
  ],
  '2.8': [
    ...['/form_config', '/form_submit', '/cti/:token', '/sipgate and /placetel', '/integration/check_mk/:token'],
    ...['webhooks of SMS, Telegram, WhatsApp', 'chat', 'outgoing webhook'],
  ],
  '2.9': [
    ...['content type', 'POST equals GET', 'walks', 'expand everywhere', 'parameters in query and forms'],
    ...['Token XYZ', 'strings of numbers', 'groups of customers', 'references', 'search of articles'],
    ...['empty bodies and groups', 'defaults', 'empty delete', 'merge', 'JSON of unknown routes', 'seeded ids'],
  ],
};

/** Objects that one row of 2.7 names together: each is looked for by its path in a name that begins with `2.7.30`. */
export const smallObjects = [
  ...['templates', 'signatures', 'email_addresses', 'postmaster_filters', 'webhooks', 'core_workflows'],
  ...['report_profiles', 'public_links', 'applications', 'data_privacy_tasks', 'settings', 'translations', 'sessions'],
  ...['taskbar', 'recent_view', 'user_devices', 'activity_stream', 'calendar_subscriptions', 'packages', 'http_logs'],
  ...['ssl_certificates', 'sms', 'channels_email', 'chats', 'chat_sessions'],
];
