import { readXml, type XmlElement } from '../../src/soap/read-xml.ts';
import { type Dialect, type FakeDesk, type FakeTicket, people, plainTime } from './core.ts';

const states = [
  'new',
  'assigned',
  'in progress',
  'waiting for reply',
  'on hold',
  'solved',
  'unsolved',
  'verified',
  'closed',
  'reopened',
];
const safe = (text: string) => text.replace(/[&<>]/g, (sign) => `&#${sign.charCodeAt(0)};`);
const envelope = (body: string) =>
  `<?xml version="1.0"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Body>${body}</soapenv:Body></soapenv:Envelope>`;
const element = (fields: Record<string, string>) =>
  Object.entries(fields)
    .map(([name, text]) => `<ns0:${name}>${safe(text)}</ns0:${name}>`)
    .join('');
const reply = (operation: string, inside: string) => ({
  body: envelope(`<ns0:${operation}Response xmlns:ns0="urn:GHD_Web_Service">${inside}</ns0:${operation}Response>`),
});
/** With the status 200, as some servers in front of it do. */
const fault = (words: string, status = 200) => ({
  status,
  body: envelope(
    `<soapenv:Fault><faultcode>soapenv:Server.userException</faultcode><faultstring>${words}</faultstring></soapenv:Fault>`,
  ),
});

const idOf = ({ id }: FakeTicket) => `GGUS-${id}`;
function diary({ entries }: FakeTicket): string {
  const said = entries.filter(({ internal }) => !internal);
  return said.map(({ at, who, body }) => `[${plainTime(at)}] ${people[who].login}:\n${body}\n`).join('\n');
}

function shown(ticket: FakeTicket): Record<string, string> {
  const { login, name, email } = people[ticket.requester];
  return {
    ...{ GHD_Request_ID: idOf(ticket), GHD_Short_Description: ticket.title, GHD_Description: ticket.text },
    ...{ GHD_Public_Diary: diary(ticket), GHD_Status: ticket.state, GHD_Priority: ticket.priority },
    ...{ GHD_Responsible_Unit: ticket.queue, GHD_Loginname: login, GHD_Name: name, GHD_EMail: email },
    ...{ GHD_Origin_ID: ticket.extra.origin ?? '', GHD_Created: plainTime(ticket.at) },
  };
}

const childrenOf = (one: XmlElement | undefined) =>
  Object.fromEntries((one?.children ?? []).map(({ name, text }) => [name, text]));

function answer({ body }: Parameters<Dialect['answer']>[0], desk: FakeDesk) {
  const [header, content] = readXml(Buffer.from(body)).children;
  const who = childrenOf(header?.children[0]);
  if (who.userName !== 'bridge' || who.password !== desk.secret)
    return fault('ERROR (623): Authentication failed; bridge', 500);
  const operation = content?.children[0]?.name ?? '';
  const input = childrenOf(content?.children[0]);
  if (operation === 'OpGetList') {
    const since = input.GHD_Last_Update ?? '';
    const found = desk
      .newest()
      .filter(
        ({ queue, changedAt, extra }) =>
          (input.GHD_Origin_ID ? extra.origin === input.GHD_Origin_ID : queue === input.GHD_Responsible_Unit) &&
          plainTime(changedAt) >= since,
      );
    const start = Number(input.Start) - 1;
    const rows = found.slice(start, start + Math.min(100, Number(input.Limit)));
    const row = (one: FakeTicket) => element({ GHD_Request_ID: idOf(one), GHD_Last_Update: plainTime(one.changedAt) });
    return reply(operation, rows.map((one) => `<ns0:getListValues>${row(one)}</ns0:getListValues>`).join(''));
  }
  if (input.GHD_Status !== undefined && !states.includes(input.GHD_Status))
    return fault(`ERROR (306): Value does not fall within the limits specified for the field ${input.GHD_Status}`, 500);
  if (operation === 'OpCreate') {
    const made = desk.open(input.GHD_Short_Description ?? '', {
      ...{ text: input.GHD_Description ?? '', state: input.GHD_Status ?? 'new', priority: input.GHD_Priority ?? '' },
      ...{ requester: 'bridge', queue: input.GHD_Responsible_Unit ?? '', extra: { origin: input.GHD_Origin_ID ?? '' } },
    });
    return reply(operation, element({ GHD_Request_ID: idOf(made) }));
  }
  const ticket = desk.find(Number(input.GHD_Request_ID?.replace('GGUS-', '')));
  if (!ticket) return fault('ERROR (302): Entry does not exist in database', 500);
  if (operation === 'OpGet') return reply(operation, element(shown(ticket)));
  const { GHD_Short_Description: title, GHD_Status: state, GHD_Priority: priority } = input;
  desk.change(ticket.id, {
    title: title ?? ticket.title,
    state: state ?? ticket.state,
    priority: priority ?? ticket.priority,
  });
  if (input.GHD_Public_Diary) desk.say(ticket.id, input.GHD_Public_Diary, { who: 'bridge' });
  if (input.GHD_Internal_Diary) desk.say(ticket.id, input.GHD_Internal_Diary, { who: 'bridge', internal: true });
  return reply(operation, element({ GHD_Request_ID: idOf(ticket) }));
}

/** GGUS: SOAP with faults, diaries that are one text. */
export const ggus: Dialect = {
  ...{ queue: 'EOSC', state: 'new', priority: 'less urgent', answer },
  refusal: fault('ERROR (307): Required field cannot be blank'),
  writes: ({ body }) => /Op(Create|Modify)/.test(body),
};
