import { isAddress, normalAddress } from './address.ts';

/** The fields that decide how a person is named and reached. */
export interface Identification {
  login: string;
  email: string;
  firstname: string;
  lastname: string;
  phone: string;
  mobile: string;
}

export type IdentificationChange = { [field in keyof Identification]?: string | null | undefined };

export type Identified =
  | { ok: true; identification: Identification }
  | { ok: false; why: 'no-identifier' }
  | { ok: false; why: 'email-invalid'; email: string };

const nobody: Identification = { login: '', email: '', firstname: '', lastname: '', phone: '', mobile: '' };

/**
 * Names and addresses of a user after a write: login and e-mail in normal form; the login is the e-mail unless said
 * otherwise and follows it as long as both are the same; at least one thing must tell who it is.
 * @param before      null: a new user
 * @param otherLogin  login of last resort, unique, brought by the caller
 */
export function identify(before: Identification | null, change: IdentificationChange, otherLogin: string): Identified {
  const old = before ?? nobody;
  const given = (field: keyof Identification): string => {
    const value = change[field];
    return value === undefined ? old[field] : (value ?? '').trim();
  };
  const email = normalAddress(given('email'));
  if (email !== '' && email !== old.email && !isAddress(email)) return { ok: false, why: 'email-invalid', email };
  const wished = change.login === undefined && old.login === old.email ? '' : normalAddress(given('login'));
  const identification: Identification = {
    email,
    login: wished || email || (before ? old.login : '') || otherLogin,
    firstname: given('firstname'),
    lastname: given('lastname'),
    phone: given('phone'),
    mobile: given('mobile'),
  };
  const { firstname, lastname, phone, mobile } = identification;
  const known = [firstname, lastname, phone, mobile, email].some((value) => value !== '');
  // Whoever has just a login (user 1) may keep being so; nobody becomes so.
  const wasUnknown =
    before !== null && [old.firstname, old.lastname, old.phone, old.mobile, old.email].every((value) => value === '');
  return known || wasUnknown ? { ok: true, identification } : { ok: false, why: 'no-identifier' };
}
