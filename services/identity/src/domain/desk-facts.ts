import { desk } from '@helpmesh/contracts';

/** Something about the desk that clients read as a setting and nobody changes as one. */
export interface DeskFact {
  id: number;
  name: string;
  title: string;
  area: string;
  value: unknown;
}

/** Above the ids of settings that are rows. */
const FIRST_ID = 1001;

/** @param publicUrl  address of the page as people type it */
export function deskFacts(publicUrl: string): DeskFact[] {
  const { host, protocol } = new URL(publicUrl);
  // A place in this list is an id: another one comes at its end.
  const all: [name: string, title: string, area: string, value: unknown][] = [
    ['product_name', 'Product Name', 'System::Branding', desk.productName],
    ['fqdn', 'Fully Qualified Domain Name', 'System::Base', host],
    ['http_type', 'HTTP type', 'System::Base', protocol.replace(':', '')],
    ['system_id', 'SystemID', 'System::Base', desk.systemId],
    ['ticket_hook', 'Ticket Hook', 'Ticket::Base', desk.ticketHook],
    ['ticket_hook_divider', 'Ticket Hook Divider', 'Ticket::Base', ''],
    ['ticket_hook_position', 'Ticket Hook Position', 'Ticket::Base', 'left'],
    // Chosen by now: a setting that is a row.
    ['', '', '', null],
    [
      ...(['ui_ticket_zoom_article_delete_timeframe', 'Time frame for deleting a note', 'UI::TicketZoom'] as const),
      desk.noteDeletionSeconds,
    ],
    // Two more that are rows.
    ['', '', '', null],
    ['', '', '', null],
  ];
  return all
    .map(([name, title, area, value], i) => ({ id: FIRST_ID + i, name, title, area, value }))
    .filter(({ name }) => name !== '');
}
