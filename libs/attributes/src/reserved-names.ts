import type { AttributeObject } from '@helpmesh/contracts';

const words = (text: string) => text.split(/\s+/).filter((word) => word !== '');
const names = (text: string): ReadonlySet<string> => new Set(words(text));

/** Words that mean something else to a client, a database or a program. */
export const reservedWords = names(`
  destroy true false integer select drop create alter index table varchar blob date datetime timestamp url icon initials
  avatar permission validate subscribe unsubscribe translate search id object class constructor prototype attribute
  attributes custom version errors save new_record changed changes send method methods hash type_id query full expand
  all assets record_count
`);

/** What every object says of itself. */
const ofAll = words('created_at updated_at created_by updated_by note active preferences imported_at');

const unique = (text: string): ReadonlySet<string> => new Set([...ofAll, ...words(text)]);

/** Keys that the objects of REST have, or take, besides. */
export const namesOf: Readonly<Record<AttributeObject, ReadonlySet<string>>> = {
  Ticket: unique(`
    group priority state organization number title owner customer first_response_at first_response_escalation_at
    first_response_in_min first_response_diff_in_min close_at close_escalation_at close_in_min close_diff_in_min
    update_escalation_at update_in_min update_diff_in_min last_close_at last_contact_at last_contact_agent_at
    last_contact_customer_at last_owner_update_at create_article_type create_article_sender article_count articles
    escalation_at pending_time type time_unit checklist article tag tags mentions links shared_draft subscriptions
    ticket_time_accounting referencing_checklists line json sla user body from to cc subject sender internal
    attachments attachment age history merge link impact urgency
    original_priority priority_overridden visibility ticket
  `),
  User: unique(`
    organization organizations login firstname lastname email image image_source web phone fax mobile department street
    zip city country address vip verified last_login source login_failed out_of_office out_of_office_start_at
    out_of_office_end_at out_of_office_replacement role roles group groups password invite signup authorizations
    two_factor_preference permissions locale token tokens karma_user user fullname name label value inactive
    two_factor_required
  `),
  Organization: unique(
    'name shared domain domain_assignment vip member members secondary_members ticket user users label value inactive',
  ),
  Group: unique(`
    name name_last parent assignment_timeout follow_up_possible follow_up_assignment reopen_time_in_days shared_drafts
    priority_matrix ask_rating
    signature email email_address email_name users user summary_generation ticket label value inactive
  `),
};
