import { main } from '@helpmesh/service-kit';
import { createTicketService, TicketConfig } from './service.ts';

await main(createTicketService, TicketConfig, 'ticket');
