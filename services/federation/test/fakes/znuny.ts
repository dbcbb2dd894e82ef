import { type Dialect, type FakeDesk, type FakeTicket, people, plainTime } from './core.ts';

const states = ['new', 'open', 'pending reminder', 'closed successful', 'closed unsuccessful', 'merged'];
/** Refused with the status of a success. */
const no = (ErrorCode: string, ErrorMessage: string) => ({ body: { Error: { ErrorCode, ErrorMessage } } });
/** One of something comes without its list. */
const oneOrMore = <T>(list: T[]) => (list.length === 1 ? list[0] : list);

function shown(ticket: FakeTicket, withArticles: boolean, withContents: boolean) {
  const { id, title, queue, state, priority, owner, requester, at, changedAt, entries } = ticket;
  const articles = entries.map((entry) => ({
    ...{ ArticleID: String(entry.id), TicketID: String(id), Body: entry.body, CreateTime: plainTime(entry.at) },
    ...{ IsVisibleForCustomer: entry.internal ? '0' : '1', SenderType: entry.who === 'ivo' ? 'customer' : 'agent' },
    ...{ Subject: ticket.extra[`subject ${entry.id}`] ?? title },
    ...(entry.files.length > 0 && {
      Attachment: oneOrMore(
        entry.files.map(({ id, filename, mediaType, bytes }) => ({
          ...{ FileID: String(id), Filename: filename, ContentType: `${mediaType}; name="${filename}"` },
          ...{ FilesizeRaw: String(bytes.length), ...(withContents && { Content: bytes.toString('base64') }) },
        })),
      ),
    }),
    From: ticket.extra[`from ${entry.id}`] ?? `"${people[entry.who].name}" <${people[entry.who].email}>`,
  }));
  return {
    ...{
      TicketID: String(id),
      TicketNumber: `2026${id}`,
      Title: title,
      Queue: queue,
      State: state,
      Priority: priority,
    },
    ...{ StateType: state.split(' ')[0], Owner: owner ?? 'root@localhost', CustomerUserID: people[requester].email },
    ...{ Created: plainTime(at), Changed: plainTime(changedAt), ...(withArticles && { Article: oneOrMore(articles) }) },
  };
}

function answer({ url, body }: Parameters<Dialect['answer']>[0], desk: FakeDesk) {
  const operation = url.pathname.split('/').at(-1) ?? '';
  const input = JSON.parse(body);
  if (operation === 'Session') {
    if (input.UserLogin !== 'bridge' || input.Password !== desk.secret)
      return no('SessionCreate.AuthFail', 'SessionCreate: Authorization failing!');
    const SessionID = `session ${desk.sessions.size + 1} ${Math.random()}`;
    desk.sessions.add(SessionID);
    return { body: { SessionID } };
  }
  if (!desk.sessions.has(input.SessionID)) return no(`${operation}.AuthFail`, `${operation}: Authorization failing!`);
  const { Ticket = {}, Article } = input;
  if (operation === 'TicketSearch') {
    const after = input.TicketLastChangeTimeNewerDate ?? '';
    const before = input.TicketLastChangeTimeOlderDate ?? '9';
    const subject = input.MIMEBase_Subject?.replaceAll('%', '');
    const found = desk
      .newest()
      .filter(
        ({ queue, changedAt, extra }) =>
          input.Queues.includes(queue) &&
          plainTime(changedAt) >= after &&
          plainTime(changedAt) <= before &&
          (!subject || Object.values(extra).some((text) => text.includes(subject))),
      );
    const ids = found.slice(0, input.Limit).map(({ id }) => String(id));
    return { body: ids.length === 0 ? {} : { TicketID: oneOrMore(ids) } };
  }
  if (operation === 'TicketGet') {
    const found = String(input.TicketID)
      .split(',')
      .map((id) => desk.find(Number(id)));
    if (found.includes(undefined))
      return no('TicketGet.AccessDenied', 'TicketGet: User does not have access to the ticket!');
    return {
      body: {
        Ticket: oneOrMore(
          found.map((one) => shown(one as FakeTicket, input.AllArticles === 1, input.GetAttachmentContents === 1)),
        ),
      },
    };
  }
  if (Ticket.State !== undefined && !states.includes(Ticket.State))
    return no(`${operation}.InvalidParameter`, `${operation}: Ticket->State parameter is invalid!`);
  if (String(Ticket.State).startsWith('pending') && !Ticket.PendingTime)
    return no(`${operation}.MissingParameter`, `${operation}: Ticket->PendingTime parameter is required!`);
  const ticket =
    operation === 'TicketCreate'
      ? desk.open(Ticket.Title, { requester: 'bridge', queue: Ticket.Queue })
      : desk.find(Number(input.TicketID));
  if (!ticket) return no(`${operation}.AccessDenied`, `${operation}: User does not have access to the ticket!`);
  const { Title = ticket.title, State = ticket.state, Priority = ticket.priority } = Ticket;
  desk.change(ticket.id, { title: Title, state: State, priority: Priority });
  if (!Article) return { body: { TicketID: String(ticket.id), TicketNumber: `2026${ticket.id}` } };
  const given: { Filename: string; ContentType: string; Content: string }[] = input.Attachment ?? [];
  const files = given.map(({ Filename: filename, ContentType: mediaType, Content }) => ({
    ...{ filename, mediaType, bytes: Buffer.from(Content, 'base64') },
  }));
  const internal = Article.IsVisibleForCustomer !== 1;
  const entry = desk.say(ticket.id, Article.Body, { who: 'bridge', internal, files });
  ticket.extra[`subject ${entry.id}`] = Article.Subject;
  ticket.extra[`from ${entry.id}`] = Article.From;
  return { body: { TicketID: ticket.id, TicketNumber: `2026${ticket.id}`, ArticleID: String(entry.id) } };
}

/** Znuny: what is refused has the status 200, a single one has no list, nothing found has no member. */
export const znuny: Dialect = {
  ...{ queue: 'EOSC', state: 'new', priority: '3 normal', answer },
  refusal: no('TicketUpdate.InvalidParameter', 'TicketUpdate: Ticket->State parameter is invalid!'),
  writes: ({ url }) => /Ticket(Create|Update)$/.test(url.pathname),
};
