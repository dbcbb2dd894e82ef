import type { FOOTER } from '../../templates/render.ts';
import type { MailSource } from '../../templates/source.ts';
import type { TemplateName } from '../../templates/words.ts';

/** A text that stands in for that of the system. */
export interface TemplateValues extends MailSource {
  kind: TemplateName | typeof FOOTER;
  locale: string;
  /** Of one community alone; null: of all that have none of their own. */
  branding_id: number | null;
  active: boolean;
}

export interface TemplateRow extends TemplateValues {
  id: number;
  /** Why it could not be used, and when last; null since it was changed, or never. */
  failure: string | null;
  failed_at: Date | null;
  created_by_id: number;
  updated_by_id: number;
  created_at: Date;
  updated_at: Date;
}
