import { accountChanges } from '@helpmesh/contracts';
import { promised } from './render.ts';
import { everywhere, type TemplateName } from './words.ts';

interface Story {
  title: string;
  said: string;
  group: string;
  changes: string;
  error: string;
}

/** What is shown where a customer's words would stand. */
const stories: Readonly<Record<string, Story>> = {
  en: {
    title: 'The printer on floor 3 prints nothing',
    said: 'Hello,\nsince this morning nothing comes out of it.\nThe display says "paper".',
    group: 'Service Desk',
    changes: 'state=open\nowner=Grace Hopper',
    error: 'The server answered 500.',
  },
  de: {
    title: 'Der Drucker im 3. Stock druckt nicht',
    said: 'Guten Tag,\nseit heute früh kommt nichts mehr heraus.\nAuf der Anzeige steht „Papier“.',
    group: 'Service-Desk',
    changes: 'state=offen\nowner=Grace Hopper',
    error: 'Der Server hat mit 500 geantwortet.',
  },
  fr: {
    title: 'L’imprimante du 3e étage n’imprime plus',
    said: 'Bonjour,\nplus rien ne sort depuis ce matin.\nL’écran affiche « papier ».',
    group: 'Assistance',
    changes: 'state=ouvert\nowner=Grace Hopper',
    error: 'Le serveur a répondu 500.',
  },
  pl: {
    title: 'Drukarka na 3. piętrze nie drukuje',
    said: 'Dzień dobry,\nod rana nic z niej nie wychodzi.\nNa wyświetlaczu jest „papier”.',
    group: 'Pomoc',
    changes: 'state=otwarte\nowner=Grace Hopper',
    error: 'Serwer odpowiedział 500.',
  },
};

/** Who gets it. */
export function audienceOf(template: TemplateName): 'customers' | 'agents' | 'accounts' | 'lists' {
  if (template.startsWith('notice-') || template === 'webhook-disabled') return 'agents';
  if (template === 'redirect') return 'lists';
  const customers: readonly TemplateName[] = ['auto-reply-new-ticket', 'call-received', 'call-made', 'rating-request'];
  return customers.includes(template) ? 'customers' : 'accounts';
}

/** Names of what a mail may tell, those it always has first. */
export function namesOf(template: TemplateName): string[] {
  const { needs, takes } = promised[template] ?? { needs: [], takes: [] };
  const hidden = new Set(['hours', 'minutes', 'zone']);
  const timed = [...needs, ...takes].some((name) => name === 'hours' || name === 'minutes');
  return [...needs, ...takes, ...everywhere]
    .filter((name) => !hidden.has(name))
    .filter((name) => timed || name !== 'validity');
}

/** Values of a made-up mail, as the one who orders it would give them. */
export function exampleValues(template: TemplateName, locale: string, page: string): Record<string, string> {
  const { title, said, group, changes, error } = stories[locale] ?? (stories.en as Story);
  const desk = page.replace(/\/+$/, '');
  const all: Record<string, string> = {
    ...{ name: 'Ada Lovelace', number: '2026112200042', title, group, said, body: said, changes, error },
    ...{ by: 'Grace Hopper', inviter: 'Grace Hopper', requester: 'Ada Lovelace <ada@example.org>', webhook: 'Chat' },
    ...{ reason: 'owner', internal: '', encrypted: '', change: accountChanges[0], hours: '48', minutes: '15' },
    ...{ at: '2026-11-23T16:30:00.000Z', zone: 'Europe/Berlin', link: `${desk}/example` },
    lines: `${desk}/tickets/42\t#2026112200042 ${title}`,
  };
  const { needs, takes } = promised[template] ?? { needs: [], takes: [] };
  return Object.fromEntries([...needs, ...takes].map((name) => [name, all[name] ?? '']));
}
