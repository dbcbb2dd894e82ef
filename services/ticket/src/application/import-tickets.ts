import { AttributeBook } from '@helpmesh/attributes';
import { type Actor, createTicket, type importTickets, type OutputOf, type ParsedInputOf } from '@helpmesh/contracts';
import { AppError, csvText } from '@helpmesh/kernel';
import { Inject, Injectable } from '@nestjs/common';
import { type CustomColumns, misnamedColumns, ticketOfRow } from '../domain/ticket/import-row.ts';
import { requireAnyOf } from './access.ts';
import { type CreateTicket, CreateTickets } from './create-tickets.ts';
import { IMPORT_MODE } from './ports.ts';
import { guessedCustomer } from './ticket-fields.ts';

type Input = ParsedInputOf<typeof importTickets>;
type Output = OutputOf<typeof importTickets>;
type Read = { line: number; item: CreateTicket } | { line: number; message: string };

/** Tickets of the past from rows of a file, each opened as if somebody had sent it by itself; nobody is mailed. */
@Injectable()
export class ImportTickets {
  constructor(
    private readonly creates: CreateTickets,
    private readonly attributes: AttributeBook,
    @Inject(IMPORT_MODE) private readonly importMode: boolean,
  ) {}

  /** @throws AppError forbidden; invalid `import.not-in-import-mode`, or what one row that was right a moment ago is not */
  async run(actor: Actor, { columns: named, rows, try: trial }: Input): Promise<Output> {
    requireAnyOf(actor, ['admin']);
    if (!this.importMode) {
      const why = 'Tickets can only be imported if system is in import mode.';
      throw new AppError('invalid', 'import.not-in-import-mode', why);
    }
    const columns = named.map((name) => name.trim().toLowerCase());
    const { all } = await this.attributes.of('Ticket');
    const custom: CustomColumns = new Map(all.map(({ name, isSeveral }) => [name, { several: isSeveral }]));
    const misnamed = misnamedColumns(columns, custom);
    if (misnamed.length > 0) return { records: [], errors: misnamed.map((message) => ({ line: 1, message })) };
    const read = rows.map(({ line, cells }) => readRow(actor, line, ticketOfRow(columns, cells.map(csvText), custom)));
    const items = read.flatMap((one) => ('item' in one ? [one] : []));
    const against = await this.creates.checkAll(items.map(({ item }) => item));
    const refused = items.flatMap(({ line }, i) => (against[i] ? [{ line, message: against[i].detail }] : []));
    const errors = [...read.flatMap((one) => ('item' in one ? [] : [one])), ...refused];
    if (errors.length > 0) return { records: [], errors: errors.sort((a, b) => a.line - b.line) };
    const ids = trial ? [] : await this.creates.runAll(items.map(({ item }) => item));
    const record = ({ line, item }: (typeof items)[number], i: number) => ({
      ...{ line, id: ids[i] ?? null, name: item.input.title ?? '', what: 'created' as const },
    });
    return { records: items.map(record), errors };
  }
}

function readRow(actor: Actor, line: number, values: Record<string, unknown> | undefined): Read {
  if (!values) return { line, message: 'There are more cells than columns.' };
  const { success, data: input, error } = createTicket.input.shape.body.safeParse(values);
  if (!success) {
    const [issue] = error.issues;
    return { line, message: `'${issue?.path.join('.')}' ${issue?.message ?? 'is wrong'}.` };
  }
  if (guessedCustomer(input) !== undefined) {
    return { line, message: 'The customer has to be there already: import people first.' };
  }
  return { line, item: { actor, input, flags: {}, key: undefined } };
}
