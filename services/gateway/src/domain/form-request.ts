/** What somebody wrote into a form on a page of others. */
export interface FormRequest {
  fingerprint: string;
  token: string;
  name: string;
  email: string;
  title: string;
  body: string;
}

const limits: Record<keyof FormRequest, number> = {
  fingerprint: 500,
  token: 200,
  name: 200,
  email: 254,
  title: 250,
  body: 100_000,
};

/** Fields that are no text are empty ones; what is too long is cut as a form of a browser would not let it be. */
export function formRequestIn(body: unknown): FormRequest {
  const given = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>;
  const field = (name: keyof FormRequest) => {
    const value = given[name];
    return typeof value === 'string' ? value.replaceAll('\0', '').slice(0, limits[name]).trim() : '';
  };
  return {
    ...{ fingerprint: field('fingerprint'), token: field('token'), name: field('name'), email: field('email') },
    ...{ title: field('title'), body: field('body') },
  };
}

/** What is wrong with it, in the words of clients: `required`, `invalid`. */
export function wrongIn({ name, email, title, body }: FormRequest): Record<string, 'required' | 'invalid'> {
  const missing = Object.entries({ name, email, title, body }).filter(([, value]) => value === '');
  const wrong: Record<string, 'required' | 'invalid'> = Object.fromEntries(
    missing.map(([field]) => [field, 'required']),
  );
  if (email !== '' && !/^[^\s@<>|!"§'$%&()?,;:]+@[^\s@<>|!"§'$%&()?,;:]+$/.test(email)) wrong.email = 'invalid';
  if (email.includes('..')) wrong.email = 'invalid';
  return wrong;
}
