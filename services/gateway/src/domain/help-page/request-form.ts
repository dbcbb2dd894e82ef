import type { HelpWords } from './words.ts';

/** What somebody writes who is not signed in. */
export interface RequestForm {
  name: string;
  email: string;
  subject: string;
  text: string;
  groupId: number | undefined;
  consent: boolean;
  /** A field that people do not see; what fills in everything fills it in too. */
  website: string;
  /** When the form was shown, signed. */
  stamp: string;
  /** The same for each time the same form is sent: what was sent twice is kept once. */
  once: string;
}

const LONGEST_TEXT = 20_000;
/** As much of an address as tells a slip of the pen; whether it exists, the mail to it shows. */
const ADDRESS = /^[^\s@<>(),;:"[\]\\]{1,64}@[^\s@<>(),;:"[\]\\]{1,180}\.[^\s@<>(),;:"[\]\\.]{2,60}$/;

/** @param body  of a form, with whatever stands in it */
export function requestFormIn(body: unknown): RequestForm {
  const given = (body ?? {}) as Record<string, unknown>;
  const text = (name: string, longest: number) => {
    const value = given[name];
    return typeof value === 'string'
      ? value.replaceAll('\r\n', '\n').replaceAll('\0', '').trim().slice(0, longest)
      : '';
  };
  const line = (name: string, longest: number) => text(name, longest).replaceAll(/\s+/g, ' ');
  const group = text('group', 20);
  return {
    name: line('name', 200),
    email: line('email', 300),
    subject: line('subject', 250),
    text: text('text', LONGEST_TEXT + 1),
    groupId: /^[1-9]\d{0,8}$/.test(group) ? Number(group) : undefined,
    consent: text('consent', 5) === 'yes',
    website: text('website', 10),
    stamp: text('stamp', 200),
    once: text('once', 64),
  };
}

export type FieldOfRequest = 'name' | 'email' | 'subject' | 'text' | 'consent';

/** What is to be said about each field that is missing or wrong. */
export function wrongWith(form: RequestForm, { wrong }: HelpWords): Partial<Record<FieldOfRequest, string>> {
  return {
    ...(form.name === '' && { name: wrong.name }),
    ...((form.email.length > 254 || !ADDRESS.test(form.email)) && { email: wrong.email }),
    ...(form.subject === '' && { subject: wrong.subject }),
    ...((form.text === '' || form.text.length > LONGEST_TEXT) && { text: wrong.text }),
    ...(!form.consent && { consent: wrong.consent }),
  };
}
