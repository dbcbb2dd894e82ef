/** What a text may name: more below it, or a value. */
export interface Names {
  readonly [name: string]: Names | 'value';
}

const value = 'value' as const;
const named = { id: value, name: value } as const;
const person = {
  ...{ id: value, name: value, fullname: value, firstname: value, lastname: value, login: value, email: value },
  organization: named,
} as const;
const article = {
  ...{ name: value, from: value, to: value, cc: value, subject: value, internal: value, created_at: value },
  ...{ type: { name: value }, sender: { name: value }, body: value, body_as_html: value, body_as_text: value },
} as const;

/** What mustache in a text module may name; of what `ticketValues` knows all but what only rules have. */
export const snippetNames: Names = {
  ticket: {
    ...{ name: value, id: value, number: value, title: value, note: value, type: value, url: value, tags: value },
    ...{ state: named, priority: named, original_priority: named, impact: value, urgency: value, group: named },
    ...{ owner: person, customer: person, created_by: person, updated_by: person, organization: named },
    ...{ article_count: value, created_at: value, updated_at: value, close_at: value, last_close_at: value },
    ...{ pending_time: value, first_response_at: value, last_contact_at: value, last_contact_agent_at: value },
    ...{ last_contact_customer_at: value, first_response_escalation_at: value, update_escalation_at: value },
    close_escalation_at: value,
  },
  ...{ customer: person, owner: person, organization: named, group: named },
  ...{ article, first_article: article, last_article: article },
  ...{ last_internal_article: article, last_external_article: article },
  user: person,
  config: { fqdn: value, url: value, ticket_hook: value, product_name: value },
  notification: { link: value },
};

/** Short for what is of the ticket. */
export const shortNames: ReadonlySet<string> = new Set(['customer', 'owner', 'organization', 'group']);
