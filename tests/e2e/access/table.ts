/**
 * Who gets what from each route. A row is a route of the OpenAPI document; its columns are the cast (see `world.ts`),
 * four at a time. A second and third set stand for what belongs to a stranger in the same group, and in a foreign one.
 *
 * `+` what the document promises, `-` 403, `0` 404, `!` 401, `?` 422, `=` 409.
 *
 * 404 stands wherever the caller must not learn that there is such a thing; 403 where it is no secret. `?` and `=` say
 * that the caller was let in, and what was asked for could not be done.
 */
const text = `
#                          anonymous owner mate other  without read change full  admin desk language suspended

GET    /api/v1/tickets                                         -+++ ++++ +++!
POST   /api/v1/tickets                                         -+++ ---+ -+-!  -+++ ---+ -+-!  -+++ ---- -+-!
GET    /api/v1/tickets/search                                  -+++ ++++ +++!
POST   /api/v1/tickets/search                                  -+++ ++++ +++!
GET    /api/v1/tickets/search/highlights                       -+++ ++++ +++!
GET    /api/v1/tickets/{id}                                    -++0 0+++ 0+0!  -000 0+++ 0+0!  -000 0000 0+0!
PUT    /api/v1/tickets/{id}                                    -++0 0-++ 0+0!  -000 0-++ 0+0!  -000 0000 0+0!
DELETE /api/v1/tickets/{id}                                    ---- ---- +--!  ---- ---- +--!  ---- ---- +--!
PUT    /api/v1/tickets/{id}/presence                           ---0 0+++ 0+0!  -000 0+++ 0+0!  -000 0000 0+0!
DELETE /api/v1/tickets/{id}/presence                           -+++ ++++ +++!  -+++ ++++ +++!  -+++ ++++ +++!
GET    /api/v1/ticket_list                                     -+++ ++++ +++!  -+++ ++++ +++!  -+++ ++++ +++!
GET    /api/v1/agent_home                                      ---- ++++ -+-!
GET    /api/v1/ticket_counts                                   -+++ ++++ +++!
GET    /api/v1/version                                         ---- ---- +--!
GET    /api/v1/monitoring/health_check                         ---- ---- +--!
GET    /api/v1/monitoring/status                               ---- ---- +--!
GET    /api/v1/monitoring/amount_check                         ---- ---- +--!
POST   /api/v1/monitoring/token                                ---- ---- +--!
POST   /api/v1/monitoring/restart_failed_jobs                  ---- ---- +--!
GET    /api/v1/monitoring/dead_letters                         ---- ---- +--!
POST   /api/v1/monitoring/dead_letters/{service}/{id}/replay   ---- ---- 0--!
GET    /api/v1/ticket_customer                                 -+++ ++++ +++!
GET    /api/v1/ticket_related/{id}                             -++0 0+++ 0+0!  -000 0+++ 0+0!  -000 0000 0+0!
GET    /api/v1/ticket_recent                                   -+++ ++++ +++!
GET    /api/v1/ticket_stats                                    -+++ ++++ +++!
GET    /api/v1/ticket_create                                   -+++ ++++ +++!
GET    /api/v1/recent_view                                     -+++ ++++ +++!
POST   /api/v1/recent_view                                     -++0 0+++ 0+0!  -000 0+++ 0+0!  -000 0000 0+0!
GET    /api/v1/search                                          -+++ ++++ +++!
POST   /api/v1/search                                          -+++ ++++ +++!
GET    /api/v1/search/{objects}                                -+++ ++++ +++!
POST   /api/v1/search/{objects}                                -+++ ++++ +++!
GET    /api/v1/changes                                         -+++ ++++ +++!
GET    /api/v1/ticket_history/{id}                             ---0 0+++ 0+0!  -000 0+++ 0+0!  -000 0000 0+0!
GET    /api/v1/tickets/{id}/sla                                ---0 0+++ 0+0!  -000 0+++ 0+0!  -000 0000 0+0!
GET    /api/v1/tickets/{id}/why                                ---0 0+++ 0+0!  -000 0+++ 0+0!  -000 0000 0+0!
GET    /api/v1/tickets/{id}/rating                             -+-0 0+++ 0+0!  -000 0+++ 0+0!  -000 0000 0+0!
PUT    /api/v1/tickets/{id}/rating                             -=-0 0--- 0-0!  -000 0--- 0-0!  -000 0000 0-0!
GET    /api/v1/ticket_articles/by_ticket/{id}                  -++0 0+++ 0+0!  -000 0+++ 0+0!  -000 0000 0+0!
GET    /api/v1/ticket_articles                                 ---- ---- +--!
GET    /api/v1/ticket_articles/{id}                            -++0 0+++ 0+0!  -000 0+++ 0+0!  -000 0000 0+0!
POST   /api/v1/ticket_articles                                 -++0 0-++ 0+0!  -000 0-++ 0+0!  -000 0000 0+0!
PUT    /api/v1/ticket_articles/{id}                            ---0 0-++ 0+0!  -000 0-++ 0+0!  -000 0000 0+0!
POST   /api/v1/ticket_articles/{id}/retry_security_process     ---0 0-== 0=0!  -000 0-== 0=0!  -000 0000 0=0!
DELETE /api/v1/ticket_articles/{id}                            ---0 0--- 0+0!  -000 0--- 0+0!  -000 0000 0+0!
GET    /api/v1/ticket_attachment/{ticket}/{article}/{id}       -++0 0+++ 0+0!  -000 0+++ 0+0!  -000 0000 0+0!
GET    /api/v1/ticket_article_plain/{id}                       -000 0+++ 0+0!  -000 0+++ 0+0!  -000 0000 0+0!
POST   /api/v1/upload_caches/{form}                            -+++ ++++ +++!
DELETE /api/v1/upload_caches/{form}                            -+++ ++++ +++!
DELETE /api/v1/upload_caches/{form}/items/{id}                 -+++ ++++ +++!
GET    /api/v1/events                                          -+++ ++++ +++!

GET    /api/v1/ticket_states                                   -+++ ++++ ++-!
GET    /api/v1/ticket_states/{id}                              -+++ ++++ ++-!
POST   /api/v1/ticket_states                                   ---- ---- +--!
PUT    /api/v1/ticket_states/{id}                              ---- ---- +--!
DELETE /api/v1/ticket_states/{id}                              ---- ---- +--!
GET    /api/v1/ticket_priorities                               -+++ ++++ ++-!
GET    /api/v1/ticket_priorities/{id}                          -+++ ++++ ++-!
POST   /api/v1/ticket_priorities                               ---- ---- +--!
PUT    /api/v1/ticket_priorities/{id}                          ---- ---- +--!
DELETE /api/v1/ticket_priorities/{id}                          ---- ---- +--!
GET    /api/v1/object_manager_attributes                       ---- ---- +--!
GET    /api/v1/object_manager_attributes/{id}                  ---- ---- +--!
POST   /api/v1/object_manager_attributes                       ---- ---- +--!
PUT    /api/v1/object_manager_attributes/{id}                  ---- ---- +--!
DELETE /api/v1/object_manager_attributes/{id}                  ---- ---- +--!
POST   /api/v1/object_manager_attributes_execute_migrations    ---- ---- +--!
POST   /api/v1/object_manager_attributes_discard_changes       ---- ---- +--!
GET    /api/v1/custom_fields                                   -+++ ++++ +++!
GET    /api/v1/calendars                                       ---- ---- +--!
GET    /api/v1/calendars_init                                  ---- ---- +--!
GET    /api/v1/calendars/timezones                             ---- ---- +--!
GET    /api/v1/calendars/holiday_places                        ---- ---- +--!
POST   /api/v1/calendars/holidays                              ---- ---- +--!
POST   /api/v1/calendars/{id}/import_holidays                  ---- ---- +--!
GET    /api/v1/calendars/{id}                                  ---- ---- +--!
POST   /api/v1/calendars                                       ---- ---- +--!
POST   /api/v1/calendars/preview                               ---- ---- +--!
PUT    /api/v1/calendars/{id}                                  ---- ---- +--!
DELETE /api/v1/calendars/{id}                                  ---- ---- +--!
GET    /api/v1/reports/config                                  ---- ---- +--!
POST   /api/v1/reports/generate                                ---- ---- +--!
POST   /api/v1/reports/sets                                    ---- ---- +--!
POST   /api/v1/reports/groups                                  ---- ---- +--!
POST   /api/v1/reports/providers                               ---- ---- +--!
GET    /api/v1/report_profiles                                 ---- ---- +--!
GET    /api/v1/report_profiles/{id}                            ---- ---- +--!
POST   /api/v1/report_profiles                                 ---- ---- +--!
PUT    /api/v1/report_profiles/{id}                            ---- ---- +--!
DELETE /api/v1/report_profiles/{id}                            ---- ---- +--!
GET    /api/v1/slas                                            ---- ---- +--!
GET    /api/v1/slas/progress                                   ---- ---- +--!
GET    /api/v1/slas/{id}                                       ---- ---- +--!
POST   /api/v1/slas                                            ---- ---- +--!
PUT    /api/v1/slas/{id}                                       ---- ---- +--!
DELETE /api/v1/slas/{id}                                       ---- ---- +--!
GET    /api/v1/overviews                                       ---- ++++ ++-!
GET    /api/v1/overviews/{id}                                  ---- 0000 +0-!
POST   /api/v1/overviews                                       ---- ++++ ++-!
PUT    /api/v1/overviews/{id}                                  ---- 0000 +0-!
DELETE /api/v1/overviews/{id}                                  ---- 0000 +0-!
POST   /api/v1/overviews_prio                                  ---- 0000 +0-!
GET    /api/v1/user_overview_sortings                          ---- ++++ +--!
GET    /api/v1/user_overview_sortings/{id}                     ---- 0000 0--!
POST   /api/v1/user_overview_sortings                          ---- ++++ 0--!
PUT    /api/v1/user_overview_sortings/{id}                     ---- 0000 0--!
DELETE /api/v1/user_overview_sortings/{id}                     ---- 0000 0--!
POST   /api/v1/user_overview_sortings_prio                     ---- ++++ 0--!
GET    /api/v1/ticket_overviews                                -+++ ++++ +++!
GET    /api/v1/macros                                          ---- ++++ ++-!
GET    /api/v1/macros/{id}                                     ---- ++++ ++-!
POST   /api/v1/macros                                          ---- ---- +--!
PUT    /api/v1/macros/{id}                                     ---- ---- +--!
DELETE /api/v1/macros/{id}                                     ---- ---- +--!
# Agents have text modules of their own; those asked for by id are shared ones.
GET    /api/v1/text_modules                                    ---- ++++ ++-!
GET    /api/v1/text_modules/{id}                               ---- ++++ ++-!
POST   /api/v1/text_modules                                    ---- ++++ ++-!
PUT    /api/v1/text_modules/{id}                               ---- ---- +--!
DELETE /api/v1/text_modules/{id}                               ---- ---- +--!
POST   /api/v1/text_modules/preview                            ---- ++++ ++-!
POST   /api/v1/text_modules/import                             ---- ---- +--!
GET    /api/v1/templates                                       ---- ++++ ++-!
GET    /api/v1/templates/{id}                                  ---- ++++ ++-!
POST   /api/v1/templates                                       ---- ---- +--!
PUT    /api/v1/templates/{id}                                  ---- ---- +--!
DELETE /api/v1/templates/{id}                                  ---- ---- +--!
POST   /api/v1/tickets/{id}/macro                              -000 0-++ 0+0!  -000 0-++ 0+0!  -000 0000 0+0!
POST   /api/v1/tickets/{id}/macro/preview                       -000 0-++ 0+0!  -000 0-++ 0+0!  -000 0000 0+0!
POST   /api/v1/tickets/mass_update                             ---- ??++ -+-!  ---- ??++ -+-!  ---- ???? -+-!
POST   /api/v1/tickets/mass_macro                              ---- ??++ -+-!  ---- ??++ -+-!  ---- ???? -+-!
# A job is seen by whoever ordered it: these are of the person whose token the desk has, and change nothing.
GET    /api/v1/ticket_jobs                                     ---- ++++ ++-!
POST   /api/v1/ticket_jobs                                     ---- ++++ -+-!
GET    /api/v1/ticket_jobs/{id}                                ---- 0000 -+-!
GET    /api/v1/ticket_jobs/{id}/results                        ---- 0000 -+-!
POST   /api/v1/ticket_jobs/{id}/cancel                         ---- 0000 -+-!
POST   /api/v1/ticket_jobs/{id}/undo                           ---- 0000 -=-!
GET    /api/v1/triggers                                        ---- ---- +--!
GET    /api/v1/triggers/{id}                                   ---- ---- +--!
POST   /api/v1/triggers                                        ---- ---- +--!
PUT    /api/v1/triggers/{id}                                   ---- ---- +--!
DELETE /api/v1/triggers/{id}                                   ---- ---- +--!
GET    /api/v1/triggers/{id}/runs                              ---- ---- +--!
POST   /api/v1/triggers/preview                                ---- ---- +--!
GET    /api/v1/jobs                                            ---- ---- +--!
GET    /api/v1/jobs/{id}                                       ---- ---- +--!
POST   /api/v1/jobs                                            ---- ---- +--!
PUT    /api/v1/jobs/{id}                                       ---- ---- +--!
DELETE /api/v1/jobs/{id}                                       ---- ---- +--!
GET    /api/v1/jobs/{id}/runs                                  ---- ---- +--!
POST   /api/v1/jobs/preview                                    ---- ---- +--!
POST   /api/v1/jobs/{id}/run                                   ---- ---- +--!
GET    /api/v1/tags                                            ---0 0+++ 0+0!  -000 0+++ 0+0!  -000 0000 0+0!
POST   /api/v1/tags/add                                        ---0 0-++ 0+0!  -000 0-++ 0+0!  -000 0000 0+0!
DELETE /api/v1/tags/remove                                     ---0 0-++ 0+0!  -000 0-++ 0+0!  -000 0000 0+0!
GET    /api/v1/tag_search                                      ---- ++++ ++-!
GET    /api/v1/tag_list                                        ---- ---- +--!
POST   /api/v1/tag_list                                        ---- ---- +--!
PUT    /api/v1/tag_list/{id}                                   ---- ---- +--!
DELETE /api/v1/tag_list/{id}                                   ---- ---- +--!
GET    /api/v1/links                                           ---0 0+++ 0+0!  -000 0+++ 0+0!  -000 0000 0+0!
POST   /api/v1/links/add                                       ---0 0-++ 0+0!  -000 0-++ 0+0!  -000 0000 0+0!
DELETE /api/v1/links/remove                                    ---0 0-++ 0+0!  -000 0-++ 0+0!  -000 0000 0+0!
GET    /api/v1/mentions                                        ---0 0+++ 0+0!  -000 0+++ 0+0!  -000 0000 0+0!
GET    /api/v1/mentions/agents                                 ---0 0+++ 0+0!  -000 0+++ 0+0!  -000 0000 0+0!
POST   /api/v1/mentions                                        ---0 0+++ 0+0!  -000 0+++ 0+0!  -000 0000 0+0!
DELETE /api/v1/mentions/{id}                                   ---0 0-++ 0+0!  -000 0-++ 0+0!  -000 0000 0+0!
POST   /api/v1/ticket_articles/{id}/move                       ---0 0-++ 0+0!  -000 0-++ 0+0!  -000 0000 0+0!
POST   /api/v1/ticket_articles/{id}/move/undo                  ---0 0-++ 0+0!  -000 0-++ 0+0!  -000 0000 0+0!
GET    /api/v1/ticket_split                                    ---0 0+++ 0+0!  -000 0+++ 0+0!  -000 0000 0+0!
GET    /api/v1/checklists/{id}                                 -000 0+++ 0+0!  -000 0+++ 0+0!  -000 0000 0+0!
POST   /api/v1/checklists                                      ---0 0-++ 0+0!  -000 0-++ 0+0!  -000 0000 0+0!
PATCH  /api/v1/checklists/{id}                                 -000 0-++ 0+0!  -000 0-++ 0+0!  -000 0000 0+0!
PUT    /api/v1/checklists/{id}                                 -000 0-++ 0+0!  -000 0-++ 0+0!  -000 0000 0+0!
DELETE /api/v1/checklists/{id}                                 -000 0-++ 0+0!  -000 0-++ 0+0!  -000 0000 0+0!
POST   /api/v1/checklist_items                                 -000 0-++ 0+0!  -000 0-++ 0+0!  -000 0000 0+0!
PATCH  /api/v1/checklist_items/{id}                            -000 0-++ 0+0!  -000 0-++ 0+0!  -000 0000 0+0!
PUT    /api/v1/checklist_items/{id}                            -000 0-++ 0+0!  -000 0-++ 0+0!  -000 0000 0+0!
DELETE /api/v1/checklist_items/{id}                            -000 0-++ 0+0!  -000 0-++ 0+0!  -000 0000 0+0!
GET    /api/v1/checklist_templates                             ---- ++++ ++-!
GET    /api/v1/checklist_templates/{id}                        ---- ++++ ++-!
POST   /api/v1/checklist_templates                             ---- ---- +--!
PUT    /api/v1/checklist_templates/{id}                        ---- ---- +--!
DELETE /api/v1/checklist_templates/{id}                        ---- ---- +--!
GET    /api/v1/tickets/{id}/time_accountings                   ---0 0+++ 0+0!  -000 0+++ 0+0!  -000 0000 0+0!
POST   /api/v1/tickets/{id}/time_accountings                   ---0 0-++ 0+0!  -000 0-++ 0+0!  -000 0000 0+0!
GET    /api/v1/tickets/{id}/time_accountings/{accounting}      -000 0+++ 0+0!  -000 0+++ 0+0!  -000 0000 0+0!
PUT    /api/v1/tickets/{id}/time_accountings/{accounting}      -000 0--- 0+0!  -000 0--- 0+0!  -000 0000 0+0!
DELETE /api/v1/tickets/{id}/time_accountings/{accounting}      -000 0--- 0+0!  -000 0--- 0+0!  -000 0000 0+0!
GET    /api/v1/time_accountings                                ---- ++++ -+-!
POST   /api/v1/time_accountings                                ---0 0-++ 0+0!  -000 0-++ 0+0!  -000 0000 0+0!
GET    /api/v1/time_accountings/{accounting}                   -000 0+++ 0+0!  -000 0+++ 0+0!  -000 0000 0+0!
PUT    /api/v1/time_accountings/{accounting}                   -000 0--- 0+0!  -000 0--- 0+0!  -000 0000 0+0!
DELETE /api/v1/time_accountings/{accounting}                   -000 0--- 0+0!  -000 0--- 0+0!  -000 0000 0+0!
GET    /api/v1/time_accounting/types                           ---- ++++ ++-!
GET    /api/v1/time_accounting/types/{id}                      ---- ++++ ++-!
POST   /api/v1/time_accounting/types                           ---- ---- +--!
PUT    /api/v1/time_accounting/types/{id}                      ---- ---- +--!
DELETE /api/v1/time_accounting/types/{id}                      ---- ---- +--!
GET    /api/v1/time_accounting/log/by_activity/{year}/{month}      ---- ---- +--!
GET    /api/v1/time_accounting/log/by_ticket/{year}/{month}        ---- ---- +--!
GET    /api/v1/time_accounting/log/by_customer/{year}/{month}      ---- ---- +--!
GET    /api/v1/time_accounting/log/by_organization/{year}/{month}  ---- ---- +--!
GET    /api/v1/tickets/{id}/drafts                             -++0 0+++ 0+0!  -000 0+++ 0+0!  -000 0000 0+0!
PUT    /api/v1/tickets/{id}/drafts/{kind}                      -++0 0+++ 0+0!  -000 0+++ 0+0!  -000 0000 0+0!
DELETE /api/v1/tickets/{id}/drafts/{kind}                      -+++ ++++ +++!  -+++ ++++ +++!  -+++ ++++ +++!
GET    /api/v1/tickets/{id}/held_articles                      ---- 0+++ -+-!  ---- 0+++ -+-!  ---- 0000 -+-!
POST   /api/v1/tickets/{id}/held_articles                      ---- 0-++ -+-!  ---- 0-++ -+-!  ---- 0000 -+-!
# Of the boss, whose token the one of the desk is.
PUT    /api/v1/held_articles/{id}                              ---- 0--- -+-!  ---- 0--- -+-!  ---- 0000 -+-!
POST   /api/v1/held_articles/{id}/send                         ---- 0--- -+-!  ---- 0--- -+-!  ---- 0000 -+-!
DELETE /api/v1/held_articles/{id}                              ---- 0--- -+-!  ---- 0--- -+-!  ---- 0000 -+-!
GET    /api/v1/held_tickets                                    ---- ++++ -+-!
POST   /api/v1/held_tickets                                    ---- ---+ -+-!  ---- ---+ -+-!  ---- ---- -+-!
POST   /api/v1/held_tickets/{id}/send                          ---- 0000 -+-!
DELETE /api/v1/held_tickets/{id}                               ---- 0000 -+-!
GET    /api/v1/tickets/{id}/shared_draft                       ---- 0-++ -+-!  ---- 0-++ -+-!  ---- 0000 -+-!
PUT    /api/v1/tickets/{id}/shared_draft                       ---- 0-++ -+-!  ---- 0-++ -+-!  ---- 0000 -+-!
PATCH  /api/v1/tickets/{id}/shared_draft                       ---- 0-++ -+-!  ---- 0-++ -+-!  ---- 0000 -+-!
DELETE /api/v1/tickets/{id}/shared_draft                       ---- 0-++ -+-!  ---- 0-++ -+-!  ---- 0000 -+-!
POST   /api/v1/tickets/{id}/shared_draft/import_attachments    ---- 0-++ -+-!  ---- 0-++ -+-!  ---- 0000 -+-!
GET    /api/v1/tickets/shared_drafts                           ---- ++++ -+-!
# In the group of the ticket that stands for the place.
POST   /api/v1/tickets/shared_drafts                           ---- ---+ -+-!  ---- ---+ -+-!  ---- ---- -+-!
GET    /api/v1/tickets/shared_drafts/{id}                      ---- 000+ -+-!  ---- 000+ -+-!  ---- 0000 -+-!
PUT    /api/v1/tickets/shared_drafts/{id}                      ---- 000+ -+-!  ---- 000+ -+-!  ---- 0000 -+-!
PATCH  /api/v1/tickets/shared_drafts/{id}                      ---- 000+ -+-!  ---- 000+ -+-!  ---- 0000 -+-!
DELETE /api/v1/tickets/shared_drafts/{id}                      ---- 000+ -+-!  ---- 000+ -+-!  ---- 0000 -+-!
POST   /api/v1/tickets/{id}/auto_assign                        ---- 0-++ -+-!  ---- 0-++ -+-!  ---- 0000 -+-!
GET    /api/v1/recurring_tickets                               ---- ---- +--!
GET    /api/v1/recurring_tickets/{id}                          ---- ---- +--!
POST   /api/v1/recurring_tickets                               ---- ---- +--!
POST   /api/v1/recurring_tickets/preview                       ---- ---- +--!
PUT    /api/v1/recurring_tickets/{id}                          ---- ---- +--!
DELETE /api/v1/recurring_tickets/{id}                          ---- ---- +--!
GET    /api/v1/desk_settings/own                               ---- ++++ -+-!
PUT    /api/v1/desk_settings/own                               ---- ++++ -+-!
GET    /api/v1/desk_settings                                   ---- ++++ ++-!
PUT    /api/v1/desk_settings                                   ---- ---- +--!
GET    /api/v1/integration_settings                            ---- ---- +--!
PUT    /api/v1/integration_settings                            ---- ---- +--!
POST   /api/v1/integration_settings/token                      ---- ---- +--!
GET    /api/v1/chat_settings                                   ---- ---- +--!
PUT    /api/v1/chat_settings                                   ---- ---- +--!
GET    /api/v1/chat_sessions                                   ---- ++++ ---!
PUT    /api/v1/chat_sessions/availability                      ---- ++++ ---!
GET    /api/v1/chat_sessions/{id}                              ---- 0000 ---!
POST   /api/v1/chat_sessions/{id}/take                         ---- 0000 ---!
POST   /api/v1/chat_sessions/{id}/messages                     ---- 0000 ---!
POST   /api/v1/chat_sessions/{id}/close                        ---- 0000 ---!
POST   /api/v1/chat_sessions/{id}/typing                       ---- 0000 ---!
# Of visitors nobody knows who they are: whose chat it is says a secret, and nobody has this one.
POST   /api/v1/chat/status                                     ++++ ++++ ++++
POST   /api/v1/chat/start                                      ???? ???? ????
POST   /api/v1/chat/messages                                   0000 0000 0000
POST   /api/v1/chat/typing                                     0000 0000 0000
POST   /api/v1/chat/close                                      0000 0000 0000
POST   /api/v1/chat/events                                     0000 0000 0000
POST   /api/v1/form_config                                     ---- ---- ----
POST   /api/v1/form_submit                                     ---- ---- ----
POST   /api/v1/alerts                                          ---- ---- +--!
POST   /api/v1/alerts/alertmanager                             ---- ---- +--!
POST   /api/v1/integration/check_mk/{token}                    ???? ???? ????
POST   /api/v1/cti/{token}                                     ???? ???? ????
POST   /api/v1/sipgate/{token}/in                              ???? ???? ????
POST   /api/v1/sipgate/{token}/out                             ???? ???? ????
POST   /api/v1/placetel/{token}                                ???? ???? ????
GET    /api/v1/cti/log                                         ---- ++++ ---!
POST   /api/v1/cti/done/bulk                                   ---- ++++ ---!
POST   /api/v1/cti/done/{id}                                   ---- 0000 ---!
# Of a ticket that is not there for them they are told, with 200, that it could not be found.
PUT    /api/v1/ticket_merge/{id}/{number}                      ---+ +-++ +++!  -+++ +-++ +++!  -+++ ++++ +++!
POST   /api/v1/ticket_merge/{id}/undo                          ---0 0-++ 0+0!  -000 0-++ 0+0!  -000 0000 0+0!

# Of users: the owner, the mate, and the agent with full access. Agents look after customers only.
GET    /api/v1/users                                           -+++ ++++ +++!
GET    /api/v1/users/me                                        -+++ ++++ +++!
GET    /api/v1/users/search                                    ---- ++++ ++-!
POST   /api/v1/users/search                                    ---- ++++ ++-!
GET    /api/v1/users/{id}                                      -+++ ++++ ++0!  -+++ ++++ ++0!  -+++ ++++ ++0!
POST   /api/v1/users                                           ---- ++++ ++-!
PUT    /api/v1/users/{id}                                      ---- ++++ ++-!  ---- ++++ ++-!  ---- ---- +--!
DELETE /api/v1/users/{id}                                      ---- ---- +--!
GET    /api/v1/users/history/{id}                              ---- ++++ ++-!
PUT    /api/v1/users/unlock/{id}                               ---- ---- +--!
# What of a file is refused is told in the answer; an export is the list that one may see.
POST   /api/v1/tickets/import                                  ---- ---- ?--!
GET    /api/v1/tickets/import_example                          -+++ ++++ +++!
GET    /api/v1/tickets/export                                  -+++ ++++ +++!
POST   /api/v1/users/import                                    ---- ---- +--!
GET    /api/v1/users/import_example                            -+++ ++++ +++!
GET    /api/v1/users/export                                    -+++ ++++ +++!
GET    /api/v1/roles                                           ---- ++++ ++-!
GET    /api/v1/roles/search                                    ---- ++++ ++-!
POST   /api/v1/roles/search                                    ---- ++++ ++-!
GET    /api/v1/roles/{id}                                      ---- ++++ ++-!
POST   /api/v1/roles                                           ---- ---- +--!
PUT    /api/v1/roles/{id}                                      ---- ---- +--!
DELETE /api/v1/roles/{id}                                      ---- ---- +--!
GET    /api/v1/roles/history/{id}                              ---- ---- +--!
GET    /api/v1/permissions                                     ---- ++++ ++-!

# Of organizations: that of owner and mate, that of the other customer, and that of a stranger.
GET    /api/v1/organizations                                   -+++ ++++ +++!
GET    /api/v1/organizations/search                            ---- ++++ ++-!
POST   /api/v1/organizations/search                            ---- ++++ ++-!
GET    /api/v1/organizations/{id}                              -++0 ++++ ++0!  -00+ ++++ ++0!  -000 ++++ ++0!
POST   /api/v1/organizations                                   ---- ++++ ++-!
PUT    /api/v1/organizations/{id}                              ---- ++++ ++-!  ---- ++++ ++-!  ---- ++++ ++-!
DELETE /api/v1/organizations/{id}                              ---- ---- +--!
GET    /api/v1/organizations/history/{id}                      ---- ++++ ++-!
POST   /api/v1/organizations/import                            ---- ---- +--!
GET    /api/v1/organizations/import_example                    -+++ ++++ +++!
GET    /api/v1/organizations/export                            -+++ ++++ +++!
GET    /api/v1/groups                                          -+++ ++++ ++-!
GET    /api/v1/groups/search                                   ---- ++++ ++-!
POST   /api/v1/groups/search                                   ---- ++++ ++-!
GET    /api/v1/groups/{id}                                     ---- ++++ ++-!  ---- ++++ ++-!  ---- ++++ ++-!
POST   /api/v1/groups                                          ---- ---- +--!
PUT    /api/v1/groups/{id}                                     ---- ---- +--!  ---- ---- +--!  ---- ---- +--!
DELETE /api/v1/groups/{id}                                     ---- ---- +--!
GET    /api/v1/groups/history/{id}                             ---- ---- +--!
GET    /api/v1/email_addresses                                 ---- ---- +--!
GET    /api/v1/email_addresses/{id}                            ---- ---- +--!
POST   /api/v1/email_addresses                                 ---- ---- +--!
PUT    /api/v1/email_addresses/{id}                            ---- ---- +--!
DELETE /api/v1/email_addresses/{id}                            ---- ---- +--!
GET    /api/v1/signatures                                      ---- ---- +--!
GET    /api/v1/signatures/{id}                                 ---- ---- +--!
POST   /api/v1/signatures                                      ---- ---- +--!
PUT    /api/v1/signatures/{id}                                 ---- ---- +--!
DELETE /api/v1/signatures/{id}                                 ---- ---- +--!
GET    /api/v1/postmaster_filters                              ---- ---- +--!
GET    /api/v1/postmaster_filters/{id}                         ---- ---- +--!
POST   /api/v1/postmaster_filters                              ---- ---- +--!
PUT    /api/v1/postmaster_filters/{id}                         ---- ---- +--!
DELETE /api/v1/postmaster_filters/{id}                         ---- ---- +--!
POST   /api/v1/postmaster_filters/test                         ---- ---- +--!

# Anybody may try to sign in, with whatever credential on top.
POST   /api/v1/signin                                          !+++ ++++ +!!!
POST   /api/v1/signin/second_factor                            !!!! !!!! !!!!
POST   /api/v1/signin/passkey/options                          ++++ ++++ ++++
POST   /api/v1/signin/passkey                                  !!!! !!!! !!!!
POST   /api/v1/signin/link                                     !!!! !!!! !!!!
GET    /api/v1/signin/providers                                ++++ ++++ ++++
GET    /api/v1/signshow                                        ++++ ++++ ++++
DELETE /api/v1/signout                                         ++++ ++++ ++++
GET    /api/v1/users/signup                                    ++++ ++++ ++++
POST   /api/v1/users/signup                                    ++++ ++++ ++++
POST   /api/v1/users/password_reset                            ++++ ++++ ++++
POST   /api/v1/users/sign_in_link                              ++++ ++++ ++++
POST   /api/v1/users/password_reset_verify                     ???? ???? ????
# Of an installation that was set up: S40.
GET    /api/v1/getting_started                                 ++++ ++++ ++++
GET    /api/v1/getting_started/auto_wizard                     ++++ ++++ ++++
POST   /api/v1/getting_started/admin                           0000 0000 0000
GET    /auth/openid/{provider}                                 ++++ ++++ ++++
GET    /auth/openid/{provider}/callback                        ++++ ++++ ++++
POST   /auth/openid/{provider}/backchannel-logout              0000 0000 0000

# What people look after themselves. A token was made for it, or may not.
POST   /api/v1/users/password_change                           -??? ???? ?--!
POST   /api/v1/users/password_check                            -+++ ++++ +--!
PUT    /api/v1/users/preferences                               -+++ ++++ +-+!
GET    /api/v1/online_notifications                            -+++ ++++ +++!
GET    /api/v1/online_notifications/{id}                       -000 0000 000!
PUT    /api/v1/online_notifications/{id}                       -000 0000 000!
DELETE /api/v1/online_notifications/{id}                       -000 0000 000!
POST   /api/v1/online_notifications/mark_all_as_read           -+++ ++++ +++!
DELETE /api/v1/online_notifications                            -+++ ++++ +++!
PUT    /api/v1/users/out_of_office                             ---- ++++ ---!
GET    /api/v1/users/avatar                                    -+++ ++++ +--!
POST   /api/v1/users/avatar                                    -+++ ++++ +--!
POST   /api/v1/users/avatar/set                                -+++ ++++ +--!
DELETE /api/v1/users/avatar                                    -000 0000 0--!
GET    /api/v1/users/image/{hash}                              -+++ ++++ +++!
GET    /api/v1/users/account                                   -+++ ++++ +++!
# Of customers who came for this alone.
DELETE /api/v1/users/account                                   -+++ ---- ---!
GET    /api/v1/user_access_token                               ---- ++++ +--!
POST   /api/v1/user_access_token                               ---- ++++ +--!
DELETE /api/v1/user_access_token/{id}                          ---- ++++ +--!  ---- 0000 0--!
GET    /api/v1/sessions                                        -+++ ++++ +--!  ---- ---- +--!
DELETE /api/v1/sessions/{id}                                   -+++ ++++ +--!  -000 0000 +--!
DELETE /api/v1/sessions                                        -+++ ++++ +--!  ---- ---- +--!
GET    /api/v1/users/two_factor/personal_configuration         -+++ ++++ +--!
POST   /api/v1/users/two_factor/authenticator_app              -+++ ++++ +--!
POST   /api/v1/users/two_factor/verify_configuration           -+++ ++++ +--!
DELETE /api/v1/users/two_factor/remove_authentication_method   -+++ ++++ +--!
POST   /api/v1/users/two_factor/recovery_codes_generate        -=== ==== =--!
POST   /api/v1/users/two_factor/passkeys/options               -+++ ++++ +--!
POST   /api/v1/users/two_factor/passkeys                       -??? ???? ?--!
PUT    /api/v1/users/two_factor/passkeys/{id}                  -000 0000 0--!
DELETE /api/v1/users/two_factor/passkeys/{id}                  -000 0000 0--!
GET    /api/v1/users/linked_accounts                           -+++ ++++ +--!
POST   /api/v1/users/linked_accounts                           -000 0000 0--!
DELETE /api/v1/users/linked_accounts/{id}                      -000 0000 0--!

# Administration.
GET    /api/v1/users/{id}/access_tokens                        ---- ---- +--!
DELETE /api/v1/users/{id}/access_tokens/{token_id}             ---- ---- +--!
GET    /api/v1/users/{id}/authorizations                       ---- ---- +--!
DELETE /api/v1/users/{id}/authorizations/{application_id}      ---- ---- 0--!
GET    /api/v1/users/{id}/admin_two_factor/enabled_authentication_methods       ---- ---- +--!
DELETE /api/v1/users/{id}/admin_two_factor/remove_all_authentication_methods    ---- ---- +--!
# Letting a program act for oneself: with a session, never by a token.
POST   /api/v1/oauth/authorizations/preview                    -??? ???? ?--!
POST   /api/v1/oauth/authorizations                            -??? ???? ?--!
GET    /api/v1/oauth/grants                                    -+++ ++++ +--!
DELETE /api/v1/oauth/grants/{id}                               -000 0000 0--!
# Of programs, by their own secrets; whoever else asks is no program.
POST   /oauth/token                                            !!!! !!!! !!!!
POST   /oauth/revoke                                           !!!! !!!! !!!!
POST   /oauth/introspect                                       !!!! !!!! !!!!
GET    /.well-known/oauth-authorization-server                 ++++ ++++ ++++
GET    /api/v1/audit                                           ---- ---- +--!
GET    /api/v1/audit/verify                                    ---- ---- +--!
GET    /api/v1/applications                                    ---- ---- +--!
GET    /api/v1/applications/{id}                               ---- ---- +--!
POST   /api/v1/applications                                    ---- ---- +--!
PUT    /api/v1/applications/{id}                               ---- ---- +--!
POST   /api/v1/applications/{id}/secret                        ---- ---- +--!
DELETE /api/v1/applications/{id}                               ---- ---- +--!
GET    /api/v1/audit/export                                    ---- ---- +--!
GET    /api/v1/public_links                                    ---- ---- +--!
GET    /api/v1/public_links/shown                              ++++ ++++ ++++
GET    /api/v1/public_links/{id}                               ---- ---- +--!
POST   /api/v1/public_links                                    ---- ---- +--!
PUT    /api/v1/public_links/{id}                               ---- ---- +--!
DELETE /api/v1/public_links/{id}                               ---- ---- +--!
GET    /api/v1/branding                                        ++++ ++++ ++++
GET    /api/v1/configuration                                   ---- ---- +--!
POST   /api/v1/configuration/diff                              ---- ---- +--!
POST   /api/v1/configuration/import                            ---- ---- +--!
POST   /api/v1/view_as                                         ---- ---- +--!
DELETE /api/v1/view_as                                         -+++ ++++ +++!
GET    /api/v1/users/{id}/access                               ---- ---- +--!
GET    /api/v1/tickets/{id}/access                             ---- ---- 0--!  ---- ---- 0--!  ---- ---- 0--!
GET    /api/v1/brandings                                       ---- ---- +--!
GET    /api/v1/brandings/colours                               ---- ---- +--!
GET    /api/v1/brandings/{id}                                  ---- ---- +--!
POST   /api/v1/brandings                                       ---- ---- +--!
PUT    /api/v1/brandings/{id}                                  ---- ---- +--!
DELETE /api/v1/brandings/{id}                                  ---- ---- +--!
GET    /api/v1/communities                                     ---- ---- +--!
GET    /api/v1/communities/{id}                                ---- ---- +--!
POST   /api/v1/communities                                     ---- ---- +--!
PUT    /api/v1/communities/{id}                                ---- ---- +--!
DELETE /api/v1/communities/{id}                                ---- ---- +--!
GET    /api/v1/communities/{id}/agents                         ---- ---- +--!
PUT    /api/v1/communities/{id}/agents                         ---- ---- +--!
GET    /api/v1/settings                                        ---- ---- +--!
GET    /api/v1/settings/{id}                                   ---- ---- +--!
PUT    /api/v1/settings/{id}                                   ---- ---- +--!
GET    /api/v1/openid_providers                                ---- ---- +--!
# The address is one that must not be called.
POST   /api/v1/openid_providers/check                          ---- ---- ?--!
GET    /api/v1/openid_providers/{id}                           ---- ---- +--!
POST   /api/v1/openid_providers                                ---- ---- +--!
PUT    /api/v1/openid_providers/{id}                           ---- ---- +--!
DELETE /api/v1/openid_providers/{id}                           ---- ---- +--!
GET    /api/v1/entitlement_mappings                            ---- ---- +--!
GET    /api/v1/entitlement_mappings/{id}                       ---- ---- +--!
POST   /api/v1/entitlement_mappings                            ---- ---- +--!
PUT    /api/v1/entitlement_mappings/{id}                       ---- ---- +--!
DELETE /api/v1/entitlement_mappings/{id}                       ---- ---- +--!
POST   /api/v1/entitlement_mappings/preview                    ---- ---- +--!
GET    /api/v1/openid_identities                               ---- ---- +--!
POST   /api/v1/openid_identities                               ---- ---- +--!
DELETE /api/v1/openid_identities/{id}                          ---- ---- +--!
GET    /api/v1/data_privacy_tasks                              ---- ---- +--!
GET    /api/v1/data_privacy_tasks/preview                      ---- ---- +--!
GET    /api/v1/data_privacy_tasks/{id}                         ---- ---- +--!
POST   /api/v1/data_privacy_tasks                              ---- ---- +--!
GET    /api/v1/data_exports                                    -+++ ++++ +--!
POST   /api/v1/data_exports                                    -+++ ++++ +--!  ---- ---- +--!
GET    /api/v1/data_exports/{id}                               -+++ ++++ +--!  -000 0000 0--!
GET    /api/v1/data_exports/{id}/download                      -+++ ++++ +--!  -000 0000 0--!
GET    /api/v1/legal_holds                                     ---- ---- +--!
POST   /api/v1/legal_holds                                     ---- ---- +--!
DELETE /api/v1/legal_holds/{id}                                ---- ---- +--!
GET    /api/v1/retention_rules                                 ---- ---- +--!
POST   /api/v1/retention_rules                                 ---- ---- +--!
POST   /api/v1/retention_rules/preview                         ---- ---- +--!
GET    /api/v1/retention_rules/{id}                            ---- ---- +--!
PUT    /api/v1/retention_rules/{id}                            ---- ---- +--!
DELETE /api/v1/retention_rules/{id}                            ---- ---- +--!
GET    /api/v1/retention_rules/{id}/preview                    ---- ---- +--!
GET    /api/v1/retention_rules/{id}/runs                       ---- ---- +--!
POST   /api/v1/retention_rules/{id}/runs                       ---- ---- +--!
GET    /api/v1/raw_mail_retention                              ---- ---- +--!
GET    /api/v1/directories                                     ---- ---- +--!
POST   /api/v1/directories                                     ---- ---- +--!
GET    /api/v1/directories/{id}                                ---- ---- +--!
PUT    /api/v1/directories/{id}                                ---- ---- +--!
DELETE /api/v1/directories/{id}                                ---- ---- +--!
GET    /api/v1/directories/{id}/tokens                         ---- ---- +--!
POST   /api/v1/directories/{id}/tokens                         ---- ---- +--!
DELETE /api/v1/directories/{id}/tokens/{token}                 ---- ---- +--!
GET    /api/v1/services                                        -+++ ++++ ++-!
GET    /api/v1/services/{id}                                   -+++ ++++ ++-!
POST   /api/v1/services                                        ---- ---- +--!
PUT    /api/v1/services/{id}                                   ---- ---- +--!
DELETE /api/v1/services/{id}                                   ---- ---- +--!
GET    /api/v1/imports                                         ---- ---- +--!
POST   /api/v1/imports                                         ---- ---- +--!
GET    /api/v1/imports/{id}                                    ---- ---- +--!
PUT    /api/v1/imports/{id}                                    ---- ---- +--!
DELETE /api/v1/imports/{id}                                    ---- ---- +--!
POST   /api/v1/imports/{id}/verify                             ---- ---- +--!
POST   /api/v1/imports/{id}/start                              ---- ---- 0--!
POST   /api/v1/imports/{id}/stop                               ---- ---- +--!
GET    /api/v1/imports/{id}/problems                           ---- ---- +--!
GET    /api/v1/agreements                                      ---- ---- +--!
GET    /api/v1/agreements/{id}                                 ---- ---- +--!
POST   /api/v1/agreements/{id}/preview                         ---- ---- 0--!
POST   /api/v1/agreements                                      ---- ---- +--!
PUT    /api/v1/agreements/{id}                                 ---- ---- +--!
DELETE /api/v1/agreements/{id}                                 ---- ---- +--!
GET    /api/v1/agreement_proposals                             ---- ---- +--!
POST   /api/v1/agreement_proposals/{id}/accept                 ---- ---- 0--!
POST   /api/v1/agreement_proposals/{id}/decline                ---- ---- 0--!
GET    /api/v1/channels_email                                  ---- ---- +--!
GET    /api/v1/channels_email/{id}                             ---- ---- +--!
POST   /api/v1/channels_email                                  ---- ---- +--!
PUT    /api/v1/channels_email/{id}                             ---- ---- +--!
DELETE /api/v1/channels_email/{id}                             ---- ---- +--!
POST   /api/v1/channels_email/test                             ---- ---- +--!
POST   /api/v1/channels_email/{id}/authorization               ---- ---- ?--!
POST   /api/v1/channels_email/authorization                    ---- ---- ?--!
GET    /api/v1/pbas_settings                                   ---- ---- +--!
PUT    /api/v1/pbas_settings                                   ---- ---- +--!
GET    /api/v1/pbas_accounts                                   ---- ---- +--!
GET    /api/v1/channels_email_outbound                         ---- ---- +--!
GET    /api/v1/channels_email_outbound/{id}                    ---- ---- +--!
POST   /api/v1/channels_email_outbound                         ---- ---- +--!
PUT    /api/v1/channels_email_outbound/{id}                    ---- ---- +--!
DELETE /api/v1/channels_email_outbound/{id}                    ---- ---- +--!
POST   /api/v1/channels_email_outbound/test                    ---- ---- =--!
POST   /api/v1/channels_email_outbound/{id}/authorization      ---- ---- ?--!
POST   /api/v1/channels_email_outbound/authorization           ---- ---- ?--!
GET    /api/v1/mail_templates                                  ---- ---- +--!
GET    /api/v1/mail_templates/kinds                            ---- ---- +--!
POST   /api/v1/mail_templates/preview                          ---- ---- +--!
GET    /api/v1/mail_templates/{id}                             ---- ---- +--!
POST   /api/v1/mail_templates                                  ---- ---- +--!
PUT    /api/v1/mail_templates/{id}                             ---- ---- +--!
DELETE /api/v1/mail_templates/{id}                             ---- ---- +--!
GET    /api/v1/cmdb_settings                                   ---- ---- +--!
PUT    /api/v1/cmdb_settings                                   ---- ---- +--!
POST   /api/v1/cmdb_settings/verify                            ---- ---- ?--!
GET    /api/v1/cmdb_objects                                    ---- ++++ -+-!
GET    /api/v1/cmdb_objects/{id}                               ---- 0000 -0-!
GET    /api/v1/federation/peers                                ---- ---- +--!
POST   /api/v1/federation/peers                                ---- ---- +--!
GET    /api/v1/federation/peers/{id}                           ---- ---- +--!
PUT    /api/v1/federation/peers/{id}                           ---- ---- +--!
DELETE /api/v1/federation/peers/{id}                           ---- ---- +--!
PUT    /api/v1/federation/peers/{id}/token                     ---- ---- +--!
POST   /api/v1/federation/peers/{id}/tokens                    ---- ---- +--!
DELETE /api/v1/federation/peers/{id}/tokens/{token_id}         ---- ---- +--!
PUT    /api/v1/federation/peers/{id}/keys                      ---- ---- +--!
GET    /api/v1/federation/keys                                 ---- ---- +--!
POST   /api/v1/federation/keys                                 ---- ---- +--!
GET    /api/v1/federation/peers/{id}/webhooks                  ---- ---- +--!
DELETE /api/v1/federation/peers/{id}/webhooks/{webhook_id}     ---- ---- 0--!
POST   /api/v1/federation/peers/{id}/replay                    ---- ---- +--!
GET    /api/v1/federation/peers/{id}/tickets                   ---- ---- +--!
GET    /api/v1/federation/peers/{id}/adapter                   ---- ---- +--!
PUT    /api/v1/federation/peers/{id}/adapter                   ---- ---- +--!
POST   /api/v1/federation/peers/{id}/adapter/verify            ---- ---- +--!
GET    /api/v1/federation/adapters                             ---- ---- +--!
GET    /api/v1/federation/peers/{id}/wishes                    ---- ---- +--!
GET    /api/v1/federation/peers/{id}/offers                    ---- ---- +--!
POST   /api/v1/federation/peers/{id}/test                      ---- ---- 0--!
GET    /api/v1/federation/status                               ---- ++++ -+-!
GET    /api/v1/tickets/{id}/federation                         ---- 0+++ -+-!  ---- 0+++ -+-!  ---- 0000 -+-!
POST   /api/v1/tickets/{id}/federation/sync                    ---- 0-++ -+-!  ---- 0-++ -+-!  ---- 0000 -+-!
POST   /api/v1/tickets/{id}/federation/hand_over               ---- 0-== -=-!  ---- 0-== -=-!  ---- 0000 -=-!
PUT    /api/v1/tickets/{id}/federation/hand_over               ---- 0-== -=-!  ---- 0-== -=-!  ---- 0000 -=-!
DELETE /api/v1/tickets/{id}/federation/wishes/{wish_id}        ---- 0-00 -0-!  ---- 0-00 -0-!  ---- 0000 -0-!
GET    /api/v1/federation/switch                               ---- ---- +--!
PUT    /api/v1/federation/switch                               ---- ---- +--!
GET    /federation/v1                                          ++++ ++++ ++++
GET    /federation/v1/jwks                                     ++++ ++++ ++++
GET    /federation/v1/agreements                               !!!! !!!! !!!!
POST   /federation/v1/agreements                               !!!! !!!! !!!!
GET    /federation/v1/agreements/{id}                          !!!! !!!! !!!!
PATCH  /federation/v1/agreements/{id}                          !!!! !!!! !!!!
GET    /federation/v1/code-lists                               !!!! !!!! !!!!
GET    /federation/v1/events                                   !!!! !!!! !!!!
POST   /federation/v1/events                                   !!!! !!!! !!!!
GET    /federation/v1/tickets                                  !!!! !!!! !!!!
GET    /federation/v1/tickets/{id}                             !!!! !!!! !!!!
PUT    /federation/v1/tickets/{id}                             !!!! !!!! !!!!
PATCH  /federation/v1/tickets/{id}                             !!!! !!!! !!!!
POST   /federation/v1/tickets/{id}/handover                    !!!! !!!! !!!!
PATCH  /federation/v1/tickets/{id}/handover                    !!!! !!!! !!!!
GET    /federation/v1/tickets/{id}/comments                    !!!! !!!! !!!!
PUT    /federation/v1/tickets/{id}/comments/{comment}          !!!! !!!! !!!!
GET    /federation/v1/attachments/{id}/content                 !!!! !!!! !!!!
PUT    /federation/v1/attachments/{id}/content                 !!!! !!!! !!!!
PUT    /federation/v1/tickets/{id}/requester-erased            !!!! !!!! !!!!
DELETE /federation/v1/tickets/{id}/share                       !!!! !!!! !!!!
GET    /federation/v1/webhooks                                 !!!! !!!! !!!!
POST   /federation/v1/webhooks                                 !!!! !!!! !!!!
GET    /federation/v1/webhooks/{id}                            !!!! !!!! !!!!
PATCH  /federation/v1/webhooks/{id}                            !!!! !!!! !!!!
DELETE /federation/v1/webhooks/{id}                            !!!! !!!! !!!!
POST   /federation/v1/webhooks/{id}/rotate                     !!!! !!!! !!!!
POST   /federation/v1/webhooks/{id}/ping                       !!!! !!!! !!!!
POST   /federation/v1/webhooks/{id}/replay                     !!!! !!!! !!!!
GET    /federation/v1/webhooks/{id}/deliveries                 !!!! !!!! !!!!
GET    /api/v1/mail_keys                                       ---- ---- +--!
POST   /api/v1/mail_keys                                       ---- ---- +--!
POST   /api/v1/mail_keys/generate                              ---- ---- +--!
POST   /api/v1/mail_keys/{id}/accept                           ---- ---- =--!
DELETE /api/v1/mail_keys/{id}                                  ---- ---- +--!
GET    /api/v1/mail_keys/{id}/download                         ---- ---- +--!
GET    /api/v1/mail_sealing                                    ---- ---- +--!
PUT    /api/v1/mail_sealing/{group_id}                         ---- ---- +--!
POST   /api/v1/mail_sealing/offer                              ---- ++++ -+-!
GET    /api/v1/mail/quarantine                                 ---- ---- +--!
POST   /api/v1/mail/quarantine/{id}/process                    ---- ---- 0--!
POST   /api/v1/mail/quarantine/{id}/release                    ---- ---- 0--!
POST   /api/v1/mail/quarantine/{id}/discard                    ---- ---- 0--!
GET    /api/v1/mail/sender_proof                               ---- ---- +--!
PUT    /api/v1/mail/sender_proof                               ---- ---- +--!
GET    /api/v1/mail/quarantine/{id}/raw                        ---- ---- 0--!
GET    /api/v1/mail/outbound                                   ---- ---- +--!
POST   /api/v1/mail/outbound/{id}/retry                        ---- ---- 0--!
GET    /api/v1/webhooks                                        ---- ---- +--!
GET    /api/v1/webhooks/{id}                                   ---- ---- +--!
POST   /api/v1/webhooks                                        ---- ---- +--!
PUT    /api/v1/webhooks/{id}                                   ---- ---- +--!
DELETE /api/v1/webhooks/{id}                                   ---- ---- +--!
POST   /api/v1/webhooks/{id}/signing_secret                    ---- ---- +--!
POST   /api/v1/webhooks/{id}/test                              ---- ---- +--!
GET    /api/v1/webhook_deliveries                              ---- ---- +--!
GET    /api/v1/webhook_deliveries/{id}                         ---- ---- 0--!
POST   /api/v1/webhook_deliveries/{id}/replay                  ---- ---- 0--!
POST   /api/v1/knowledge_bases/init                            -+++ ++++ +--!
GET    /api/v1/knowledge_bases/{id}                            ---- ++++ +--!
PUT    /api/v1/knowledge_bases/manage/{id}                     ---- ---- +--!
GET    /api/v1/knowledge_bases/{id}/permissions                ---- ---- +--!
PUT    /api/v1/knowledge_bases/{id}/permissions                ---- ---- +--!
GET    /api/v1/knowledge_bases/{knowledge_base_id}/categories/{id}/permissions ---- ---- +--!
PUT    /api/v1/knowledge_bases/{knowledge_base_id}/categories/{id}/permissions ---- ---- +--!
POST   /api/v1/knowledge_bases/search                          -+++ ++++ +--!
PATCH  /api/v1/knowledge_bases/{knowledge_base_id}/categories/reorder_root_categories ---- ---- +--!
GET    /api/v1/knowledge_bases/{knowledge_base_id}/categories/{id} -+++ ++++ +--!
POST   /api/v1/knowledge_bases/{knowledge_base_id}/categories  ---- ---- +--!
PUT    /api/v1/knowledge_bases/{knowledge_base_id}/categories/{id} ---- ---- +--!
DELETE /api/v1/knowledge_bases/{knowledge_base_id}/categories/{id} ---- ---- +--!
PATCH  /api/v1/knowledge_bases/{knowledge_base_id}/categories/{id}/reorder_categories ---- ---- +--!
PATCH  /api/v1/knowledge_bases/{knowledge_base_id}/categories/{id}/reorder_answers ---- ---- +--!
GET    /api/v1/knowledge_bases/{knowledge_base_id}/answers/{id} -+++ ++++ +--!
POST   /api/v1/knowledge_bases/{knowledge_base_id}/answers     ---- ---- +--!
PUT    /api/v1/knowledge_bases/{knowledge_base_id}/answers/{id} ---- ---- +--!
DELETE /api/v1/knowledge_bases/{knowledge_base_id}/answers/{id} ---- ---- +--!
POST   /api/v1/knowledge_bases/{knowledge_base_id}/answers/{id}/publish ---- ---- +--!
POST   /api/v1/knowledge_bases/{knowledge_base_id}/answers/{id}/internal ---- ---- +--!
POST   /api/v1/knowledge_bases/{knowledge_base_id}/answers/{id}/archive ---- ---- +--!
POST   /api/v1/knowledge_bases/{knowledge_base_id}/answers/{id}/unarchive ---- ---- +--!
POST   /api/v1/knowledge_bases/{knowledge_base_id}/answers/{id}/restore ---- ---- +--!
POST   /api/v1/knowledge_bases/{knowledge_base_id}/answers/{id}/deflected -+++ ++++ +--!
GET    /api/v1/knowledge_bases/{knowledge_base_id}/answers/{id}/versions ---- ---- +--!
GET    /api/v1/knowledge_bases/{knowledge_base_id}/answers/{id}/figures ---- ---- +--!
GET    /api/v1/knowledge_bases/{knowledge_base_id}/figures     ---- ---- +--!
GET    /api/v1/knowledge_bases/recent_answers                  -+++ ++++ +--!
POST   /api/v1/knowledge_bases/{knowledge_base_id}/answers/{id}/attachments ---- ---- +--!
GET    /api/v1/knowledge_bases/{knowledge_base_id}/answers/{id}/attachments/{attachment_id} -+++ ++++ +--!
DELETE /api/v1/knowledge_bases/{knowledge_base_id}/answers/{id}/attachments/{attachment_id} ---- ---- +--!
# Of reports: all groups that one may see, North, South.
GET    /api/v1/reports/tickets                                 ---- -+++ ++-!  ---- -+++ ++-!  ---- ---- ++-!

# What directories do: with their own token, which is none of these.
GET    /scim/v2/ServiceProviderConfig                          !--- ---- ---!
GET    /scim/v2/ResourceTypes                                  !--- ---- ---!
GET    /scim/v2/ResourceTypes/{id}                             !--- ---- ---!
GET    /scim/v2/Schemas                                        !--- ---- ---!
GET    /scim/v2/Schemas/{id}                                   !--- ---- ---!
GET    /scim/v2/Users                                          !--- ---- ---!
POST   /scim/v2/Users                                          !--- ---- ---!
GET    /scim/v2/Users/{id}                                     !--- ---- ---!
PUT    /scim/v2/Users/{id}                                     !--- ---- ---!
PATCH  /scim/v2/Users/{id}                                     !--- ---- ---!
DELETE /scim/v2/Users/{id}                                     !--- ---- ---!
GET    /scim/v2/Groups                                         !--- ---- ---!
POST   /scim/v2/Groups                                         !--- ---- ---!
GET    /scim/v2/Groups/{id}                                    !--- ---- ---!
PUT    /scim/v2/Groups/{id}                                    !--- ---- ---!
PATCH  /scim/v2/Groups/{id}                                    !--- ---- ---!
DELETE /scim/v2/Groups/{id}                                    !--- ---- ---!
`;

export interface Row {
  route: string;
  /** What the cast gets, for each place that the row tells apart: one, two (own and foreign), or all three. */
  sets: string[];
}

export const table: readonly Row[] = text
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))
  .map((line) => {
    const [, method, path, sets = ''] = /^(\w+) +(\S+) +(.+)$/.exec(line) ?? [];
    return { route: `${method} ${path}`, sets: sets.split(/ {2,}/) };
  });
