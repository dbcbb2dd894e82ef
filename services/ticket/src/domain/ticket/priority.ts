export interface TicketPriority {
  id: number;
  name: string;
  defaultCreate: boolean;
  active: boolean;
}
