/** Small tables that administrators may add to. */
export type LookupKind = 'state' | 'priority';

/** What may be set of a row; absent: left as it is. Priorities have the icon and colour, states the rest. */
export interface LookupInput {
  name?: string | undefined;
  state_type_id?: number | null | undefined;
  state_type?: string | undefined;
  next_state_id?: number | null | undefined;
  next_state?: string | null | undefined;
  ignore_escalation?: boolean | undefined;
  default_create?: boolean | undefined;
  default_follow_up?: boolean | undefined;
  ui_icon?: string | null | undefined;
  ui_color?: string | null | undefined;
  note?: string | null | undefined;
  active?: boolean | undefined;
}
