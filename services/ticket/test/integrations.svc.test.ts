import {
  callChanged,
  calls,
  createTicket,
  getTicket,
  integrationSettings,
  listArticles,
  listTickets,
  mergeTicket,
  openFormRequest,
  type PhoneRules,
  readForm,
  receiveAlert,
  receiveAlertmanager,
  receiveMonitoringEvent,
  receivePhoneEvent,
  recordAudit,
  updateTicket,
} from '@helpmesh/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TakeAlerts } from '../src/application/integrations/take-alerts.ts';
import { actor, cast, type Desk, startDesk, user } from './desk.ts';

let desk: Desk;
beforeAll(async () => {
  desk = await startDesk();
});
afterAll(() => desk.stop());

const stranger = actor({ userId: 1 });
const phoneAgent = actor({ ...cast.agent, permissions: ['ticket.agent', 'cti.agent'] });
const set = (body: object) => desk.rest(cast.admin, integrationSettings.update, { body });
const tokenFor = async (kind: 'check_mk' | 'cti') =>
  (await desk.rest(cast.admin, integrationSettings.renewToken, { body: { for: kind } })).token;

describe('settings of forms and machines', () => {
  it('all is off; they are for administrators, each part for its own, and audited', async () => {
    expect(await desk.rest(cast.admin, integrationSettings.get)).toMatchObject({
      ...{ form_ticket_create: false, check_mk_integration: false, cti_integration: false },
      ...{ check_mk_token_set: false, cti_token_set: false },
    });
    for (const who of [cast.agent, cast.customer]) {
      await expect(desk.rest(who, integrationSettings.get)).rejects.toMatchObject({ kind: 'forbidden' });
    }
    const formAdmin = actor({ ...cast.agent, permissions: ['admin.channel_formular'] });
    await desk.rest(formAdmin, integrationSettings.update, { body: { form_ticket_create_per_day: 7 } });
    await expect(
      desk.rest(formAdmin, integrationSettings.update, { body: { cti_integration: true } }),
    ).rejects.toMatchObject({ kind: 'forbidden' });
    await expect(desk.rest(formAdmin, integrationSettings.renewToken, { body: { for: 'cti' } })).rejects.toMatchObject({
      kind: 'forbidden',
    });
    await expect(set({ check_mk_group_id: 77 })).rejects.toMatchObject({ code: 'input.unknown-id' });
    await expect(set({ check_mk_auto_close_state_id: 2 })).rejects.toMatchObject({ code: 'input.unknown-id' });
    const audits = (await desk.told(recordAudit)).filter(({ data }) => data.action === 'integration-setting.changed');
    expect(audits.map(({ data }) => data.objectLabel)).toEqual(['form_ticket_create_per_day']);
  });
});

describe('forms on pages of others', () => {
  it('open a ticket of whoever wrote, with files, once, in the group that was chosen', async () => {
    const ask = {
      name: 'Fred Form',
      email: 'fred@elsewhere.example',
      title: 'Question',
      body: 'How <b>?</b>',
      files: [],
    };
    const open = (over: object) => desk.ask(stranger, openFormRequest, { ...ask, once: 'one', ...over });
    await expect(open({})).rejects.toMatchObject({ code: 'form.off' });
    await set({ form_ticket_create: true, form_ticket_create_group_id: 2 });
    expect(await desk.ask(stranger, readForm, {})).toMatchObject({ active: true, perNetworkAndHour: 20, perDay: 7 });
    const made = await open({});
    expect(await open({})).toEqual(made);
    expect(await desk.rest(cast.agent2, getTicket, { id: made.id })).toMatchObject({
      ...{ number: made.number, title: 'Question', group_id: 2 },
    });
    expect(await desk.rest(cast.agent2, listArticles, { id: made.id })).toMatchObject([
      { type: 'web', sender: 'Customer', body: 'How <b>?</b>', content_type: 'text/plain', internal: false },
    ]);
    await expect(open({ email: 'no address', once: 'two' })).rejects.toMatchObject({ code: 'help.request-refused' });
    await set({ form_ticket_create: false, form_ticket_create_group_id: null });
  });
});

describe('monitoring', () => {
  const about = (over: object = {}) => ({ event_id: '1', host: 'web1', service: 'http', state: 'CRITICAL', ...over });
  let token = 'none yet';
  const say = (body: object, shown = token) =>
    desk.ask(stranger, receiveMonitoringEvent, { params: { token: shown }, query: {}, body });

  it('is refused while it is off, with a wrong token, and with half an event', async () => {
    await expect(say(about())).rejects.toMatchObject({ code: 'integration.off' });
    await set({ check_mk_integration: true, check_mk_group_id: 1 });
    await expect(say(about())).rejects.toMatchObject({ code: 'integration.wrong-token' });
    token = await tokenFor('check_mk');
    await expect(say(about(), `${token}x`)).rejects.toMatchObject({ kind: 'unauthenticated' });
    for (const name of ['event_id', 'host', 'state']) {
      await expect(say(about({ [name]: '' }))).rejects.toMatchObject({
        kind: 'invalid',
        detail: `${name} is missing!`,
      });
    }
    const before = token;
    token = await tokenFor('check_mk');
    await expect(say(about(), before)).rejects.toMatchObject({ code: 'integration.wrong-token' });
  });

  it('opens one ticket of each thing that fails, adds to it, and closes it when it works again', async () => {
    const first = await say(about({ customer: 'user10@example.org', priority: '3 high', text: 'Connection refused' }));
    const id = first.ticket_id as number;
    expect(first).toEqual({
      ...{ result: `new ticket created (ticket id: ${id})`, ticket_id: id, ticket_number: expect.any(String) },
    });
    expect(await desk.rest(cast.agent, getTicket, { id, query: { expand: 'true' } })).toMatchObject({
      ...{ title: 'web1: http is CRITICAL', customer: 'user10@example.org', priority: '3 high', group: 'Users' },
      ...{ state: 'new', number: first.ticket_number, preferences: { check_mk: { host: 'web1', service: 'http' } } },
    });
    const again = await say(about({ event_id: '2', text: 'Still' }));
    expect(again).toEqual({ result: 'ticket already open, added note', ticket_ids: [id] });
    const other = await say(about({ service: '' }));
    expect(other.ticket_id).not.toBe(id);
    expect(await desk.rest(cast.agent, getTicket, { id: other.ticket_id as number })).toMatchObject({ customer_id: 1 });
    const bodies = (await desk.rest(cast.agent, listArticles, { id })).map(({ body }) => body);
    expect(bodies[0]).toContain('Text: Connection refused');
    expect(bodies).toHaveLength(2);
    expect(await say(about({ event_id: '3', state: 'OK' }))).toEqual({
      ...{ result: `closed tickets with ids ${id}`, ticket_ids: [id] },
    });
    expect(await desk.rest(cast.agent, getTicket, { id, query: { expand: 'true' } })).toMatchObject({
      state: 'closed',
    });
    expect(await say(about({ event_id: '4', state: 'OK' }))).toEqual({
      result: 'no open tickets found, ignore action',
    });
    // What fails once more is something new.
    expect((await say(about({ event_id: '5' }))).ticket_id).toBeGreaterThan(id);
    await expect(say(about({ host: 'web2', group: 'No such group' }))).rejects.toMatchObject({ kind: 'invalid' });
  });

  it('without closing it only adds; two events at once open one ticket', async () => {
    await set({ check_mk_auto_close: false });
    const both = await Promise.all([say(about({ host: 'db' })), say(about({ host: 'db', event_id: '2' }))]);
    const opened = both.flatMap(({ ticket_id }) => ticket_id ?? []);
    expect(opened).toHaveLength(1);
    expect(both.flatMap(({ ticket_ids }) => ticket_ids ?? [])).toEqual(opened);
    expect((await say(about({ host: 'db', state: 'OK' }))).result).toBe('ticket already open, added note');
    expect(await desk.rest(cast.agent, getTicket, { id: opened[0] as number })).toMatchObject({ close_at: null });
    await set({ check_mk_auto_close: true });
  });

  it('a ticket that somebody gave such a preference is theirs, one without is nobody of it', async () => {
    const body = { title: 'Mine', group: 'Users', customer: 'user10@example.org' };
    const mine = await desk.rest(cast.agent, createTicket, { body });
    const { ticket_id: id } = await say(about({ host: 'fresh' }));
    expect(id).not.toBe(mine.id);
    await desk.rest(cast.agent, updateTicket, { id: id as number, body: { state: 'closed' } });
    expect((await say(about({ host: 'fresh' }))).ticket_id).toBeGreaterThan(id as number);
    expect((await desk.rest(cast.agent, listTickets)).length).toBeGreaterThan(2);
  });
});

describe('alerts', () => {
  const monitor = actor({ ...cast.customer, permissions: ['admin.alert'] });
  const say = (over: object, who = monitor) =>
    desk.rest(who, receiveAlert, { body: { dedupKey: 'portal', status: 'CRITICAL', ...over } });
  const shown = (id: number | null) =>
    desk.rest(cast.admin, getTicket, { id: id as number, query: { expand: 'true' } });
  const bodies = async (id: number | null) =>
    (await desk.rest(cast.admin, listArticles, { id: id as number })).map(({ body }) => body);

  it('open one ticket of a thing, note in it, close it and open it again', async () => {
    await expect(say({}, cast.agent)).rejects.toMatchObject({ kind: 'forbidden' });
    expect(await say({ status: 'OK' })).toEqual({ result: 'ignored', ticket_id: null });
    expect(await say({ downtime: true })).toEqual({ result: 'ignored', ticket_id: null });
    desk.catalogue.set(7, { id: 7, name: 'Portal', groupId: 2 });
    const opened = await say({ service: 'Portal', probe: 'https', url: 'https://m.example/1', text: 'No answer' });
    const id = opened.ticket_id;
    expect(opened).toEqual({ result: 'opened', ticket_id: expect.any(Number) });
    expect(await shown(id)).toMatchObject({
      ...{ title: 'https of Portal is CRITICAL', group_id: 2, state: 'new', customer_id: 1 },
      preferences: { alert: { dedupKey: 'portal' }, service: { id: 7, name: 'Portal' } },
    });
    expect((await bodies(id))[0]).toContain('Link: https://m.example/1');
    expect(await say({})).toEqual({ result: 'counted', ticket_id: id });
    expect(await say({ status: 'WARNING' })).toEqual({ result: 'noted', ticket_id: id });
    expect(await say({ status: 'OK' })).toEqual({ result: 'closed', ticket_id: id });
    expect(await shown(id)).toMatchObject({ state: 'closed' });
    expect(await say({})).toEqual({ result: 'reopened', ticket_id: id });
    expect(await shown(id)).toMatchObject({ state: 'open' });
    expect(await bodies(id)).toHaveLength(4);
    // A person has closed it: the next trouble is another one.
    await desk.rest(cast.admin, updateTicket, { id: id as number, body: { state: 'closed' } });
    const next = await say({ service: 'Nobody knows it' });
    expect(next).toMatchObject({ result: 'opened' });
    expect(next.ticket_id).not.toBe(id);
    expect(await shown(next.ticket_id)).toMatchObject({ group_id: 1 });
  });

  it('that come at the same moment open one ticket, and the same word twice makes one note', async () => {
    const answers = await Promise.all(Array.from({ length: 6 }, () => say({ dedupKey: 'disk' })));
    expect(answers.filter(({ result }) => result === 'opened')).toHaveLength(1);
    expect(new Set(answers.map(({ ticket_id }) => ticket_id)).size).toBe(1);
    const id = answers[0]?.ticket_id as number;
    const changed = await Promise.all(Array.from({ length: 4 }, () => say({ dedupKey: 'disk', status: 'WARNING' })));
    expect(changed.map(({ result }) => result).sort()).toEqual(['counted', 'counted', 'counted', 'noted']);
    expect(await bodies(id)).toHaveLength(2);
  });

  it('that flap make no storm; when it is quiet the ticket says what it came to', async () => {
    const { ticket_id: id } = await say({ dedupKey: 'flaps' });
    for (let n = 0; n < 20; n++) await say({ dedupKey: 'flaps', status: n % 2 ? 'DOWN' : 'OK' });
    expect(await say({ dedupKey: 'flaps', status: 'OK' })).toEqual({ result: 'counted', ticket_id: id });
    const before = await bodies(id);
    expect(before).toHaveLength(8);
    expect(before.at(-1)).toContain('counted and not noted');
    expect(await shown(id)).toMatchObject({ state: 'open' });
    const alerts = desk.service.get(TakeAlerts);
    await alerts.settle();
    expect(await bodies(id)).toHaveLength(8);
    await desk.db.query(`UPDATE alert SET settle_at = heard_at WHERE dedup_key = 'flaps'`);
    await alerts.settle();
    await alerts.settle();
    expect((await bodies(id)).slice(8)).toEqual([expect.stringContaining('the status is OK')]);
    expect(await shown(id)).toMatchObject({ state: 'closed' });
  });

  it('are only noted where nothing closes by itself, and open no more than a person could read', async () => {
    await set({ alert_auto_close: false, alert_group_id: 2 });
    const { ticket_id: id } = await say({ dedupKey: 'noted' });
    expect(await say({ dedupKey: 'noted', status: 'up' })).toEqual({ result: 'noted', ticket_id: id });
    expect(await shown(id)).toMatchObject({ state: 'new', group_id: 2 });
    await expect(set({ alert_group_id: 77 })).rejects.toMatchObject({ code: 'input.unknown-id' });
    await set({ alert_auto_close: true, alert_group_id: null });
    await desk.db.query(
      `INSERT INTO alert SELECT 'full ' || n, ticket_id, memory, 1, now(), now(), NULL
       FROM alert, generate_series(1, 500) AS n WHERE dedup_key = 'noted'`,
    );
    await expect(say({ dedupKey: 'one more' })).rejects.toMatchObject({ kind: 'limited', code: 'alert.too-many' });
    expect(await say({ dedupKey: 'noted' })).toMatchObject({ result: 'noted' });
    await desk.db.query(`DELETE FROM alert WHERE dedup_key LIKE 'full %'`);
  });

  const named = (status: string, fingerprint: string, job = 'Portal') => ({
    ...{ status, fingerprint, startsAt: '2026-05-04T12:00:00Z', endsAt: '0001-01-01T00:00:00Z' },
    labels: { alertname: 'Down', severity: 'critical', job },
    annotations: { summary: 'It is down.' },
  });
  const post = (alerts: object[]) =>
    desk.rest(monitor, receiveAlertmanager, { body: { version: '4', groupKey: '{}', status: 'firing', alerts } });

  it('that were merged are noted where they went, and open no other ticket', async () => {
    const opened = await say({ dedupKey: 'part' });
    const incident = await desk.rest(cast.admin, createTicket, {
      body: { title: 'Incident', group: 'Users', customer: 'user10@example.org', article: { body: 'All is down' } },
    });
    const params = { id: String(opened.ticket_id), number: incident.number };
    await desk.ask(cast.admin, mergeTicket, { params, query: {}, body: undefined });
    expect(await say({ dedupKey: 'part' })).toEqual({ result: 'counted', ticket_id: incident.id });
    expect(await say({ dedupKey: 'part', status: 'OK' })).toEqual({ result: 'noted', ticket_id: incident.id });
    // Once more: that it was noted there has not made it the ticket of this alert alone.
    expect(await say({ dedupKey: 'part' })).toEqual({ result: 'noted', ticket_id: incident.id });
    expect(await say({ dedupKey: 'part', status: 'OK' })).toEqual({ result: 'noted', ticket_id: incident.id });
    expect(await shown(incident.id)).toMatchObject({ close_at: null });
    expect(await bodies(incident.id)).toHaveLength(5);
    await desk.rest(cast.admin, updateTicket, { id: incident.id, body: { state: 'closed' } });
    const next = await say({ dedupKey: 'part' });
    expect(next).toMatchObject({ result: 'opened' });
    expect([opened.ticket_id, incident.id]).not.toContain(next.ticket_id);
  });

  it('call nobody by their words', async () => {
    const text = `Log: @@${cast.agent.login} <a data-mention-user-id="${cast.agent.userId}">`;
    const { ticket_id: id } = await say({ dedupKey: 'calls', text });
    await say({ dedupKey: 'calls', status: 'WARNING', text });
    const called = () => desk.db.query('SELECT user_id FROM mention WHERE ticket_id = $1', [id]);
    expect(await called()).toEqual([]);
    await desk.rest(cast.admin, updateTicket, { id: id as number, body: { article: { body: text } } });
    expect(await called()).toEqual([{ user_id: cast.agent.userId }]);
  });

  it('that came together are each taken by themselves', async () => {
    desk.catalogue.set(8, { id: 8, name: 'Gone', groupId: 77 });
    const { ticket_id: id } = await say({ dedupKey: 'alertmanager last' });
    const odd = { ...named('firing', 'odd'), annotations: { summary: 'cut \0 \ud83d' } };
    const { alerts } = await post([named('firing', 'gone', 'Gone'), odd, named('resolved', 'last')]);
    expect(alerts).toEqual([
      { result: 'refused', ticket_id: null, why: expect.stringContaining('group') },
      { result: 'opened', ticket_id: expect.any(Number) },
      { result: 'closed', ticket_id: id },
    ]);
    expect((await bodies(alerts[1]?.ticket_id ?? null))[0]).toContain('cut \ufffd \ufffd');

    const { ticket_id: other } = await say({ dedupKey: 'alertmanager other' });
    await desk.db.query(
      `INSERT INTO alert SELECT 'full ' || n, ticket_id, memory, 1, now(), now(), NULL
       FROM alert, generate_series(1, 500) AS n WHERE dedup_key = 'alertmanager other'`,
    );
    await expect(post([named('firing', 'too many'), named('resolved', 'other')])).rejects.toMatchObject({
      ...{ kind: 'unavailable', code: 'alert.say-again', detail: expect.stringContaining('1 of 2') },
    });
    expect(await shown(other)).toMatchObject({ state: 'closed' });
    await desk.db.query(`DELETE FROM alert WHERE dedup_key LIKE 'full %'`);
    await expect(desk.rest(cast.agent, receiveAlertmanager, { body: { alerts: [] } })).rejects.toMatchObject({
      kind: 'forbidden',
    });
  });

  it('come as Alertmanager posts them, and are refused when they are no alerts', async () => {
    const { alerts } = await post([named('firing', 'a'), named('resolved', 'b'), named('firing', 'c')]);
    expect(alerts.map(({ result }) => result)).toEqual(['opened', 'ignored', 'opened']);
    expect(await shown(alerts[0]?.ticket_id ?? 0)).toMatchObject({ title: 'Down of Portal is CRITICAL', group_id: 2 });
    expect((await post([named('resolved', 'a')])).alerts).toEqual([
      { result: 'closed', ticket_id: alerts[0]?.ticket_id },
    ]);
    for (const over of [{ dedupKey: '' }, { status: 5 }, { url: 'javascript:alert(1)' }, { since: 'now' }]) {
      await expect(say(over)).rejects.toMatchObject({ kind: 'invalid' });
    }
    await expect(post([{ status: 'firing' }])).rejects.toMatchObject({ kind: 'invalid' });
  });
});

describe('telephony', () => {
  let token = 'none yet';
  const say = (body: object, shown = token) =>
    desk.ask(stranger, receivePhoneEvent, { params: { token: shown }, query: {}, body });
  const log = () => desk.rest(phoneAgent, calls.log);
  const call = (over: object = {}) => ({
    ...{ event: 'newCall', direction: 'in', from: '+49 30 1234567', to: '4930999', callId: 'c1', user: ['Ann', 'Bo'] },
    ...over,
  });

  it('is refused while it is off and with a wrong token; the log is for those who answer the telephone', async () => {
    await expect(say(call())).rejects.toMatchObject({ code: 'integration.off' });
    await set({ cti_integration: true });
    await expect(say(call())).rejects.toMatchObject({ code: 'integration.wrong-token' });
    token = await tokenFor('cti');
    await expect(say(call({ direction: 'sideways' }))).rejects.toMatchObject({ code: 'cti.not-an-event' });
    await expect(say(call({ event: 'dance' }))).rejects.toMatchObject({ code: 'cti.not-an-event' });
    await expect(say(call({ event: 'answer' }))).rejects.toMatchObject({ code: 'cti.no-such-call' });
    await expect(desk.rest(cast.agent, calls.log)).rejects.toMatchObject({ kind: 'forbidden' });
    await expect(desk.rest(cast.customer, calls.log)).rejects.toMatchObject({ kind: 'forbidden' });
    expect(await log()).toMatchObject({ list: [], backends: [{ name: 'CTI (generic)', enabled: true }] });
  });

  it('a call rings, is taken and ends; who called is known by the number', async () => {
    desk.identity.phones.set('+49 30 1234567', [user({ id: 10, firstname: 'Clara', lastname: 'Customer' })]);
    expect(await say(call({ queue: 'Support' }))).toEqual({});
    // Told once more, as machines do.
    expect(await say(call())).toEqual({});
    const [ringing, ...others] = (await log()).list;
    expect(others).toEqual([]);
    expect(ringing).toMatchObject({
      ...{ direction: 'in', state: 'newCall', from: '+49 30 1234567', from_comment: 'Clara Customer', done: false },
      ...{ from_pretty: '+49301234567', to_comment: 'Ann, Bo', queue: 'Support', start_at: null },
      preferences: { from: [{ level: 'known', user_id: 10, o_id: 10, object: 'User', comment: 'Clara Customer' }] },
    });
    expect((await log()).assets.User?.['10']).toMatchObject({ firstname: 'Clara' });
    desk.clock.advance(12_000);
    await say(call({ event: 'answer', user: 'Ann', answeringNumber: '4930998' }));
    desk.clock.advance(30_000);
    await say(call({ event: 'hangup', cause: 'normalClearing' }));
    expect((await log()).list).toMatchObject([
      {
        ...{ state: 'hangup', to: '4930998', to_comment: 'Ann', comment: 'normalClearing', done: true },
        ...{ duration_waiting_time: 12, duration_talking_time: 30 },
      },
    ]);
    // After its end nothing is told any more.
    await say(call({ event: 'answer', user: 'Bo' }));
    expect((await log()).list[0]).toMatchObject({ state: 'hangup', to_comment: 'Ann' });
    const told = (await desk.told(callChanged)).map(({ data }) => data.state);
    expect(told).toEqual(['newCall', 'answer', 'hangup']);
  });

  it('a call that nobody took is to be called back, until somebody says it is done', async () => {
    await say(call({ callId: 'c2', from: 'anonymous', user: undefined }));
    await say(call({ callId: 'c2', event: 'hangup', cause: 'cancel' }));
    const [missed] = (await log()).list;
    expect(missed).toMatchObject({ state: 'hangup', done: false, from_comment: null, preferences: {} });
    const id = (missed as { id: number }).id;
    await desk.rest(phoneAgent, calls.done, { id, body: { done: true } });
    expect((await log()).list[0]).toMatchObject({ done: true });
    await desk.rest(phoneAgent, calls.done, { id, body: { done: false } });
    await desk.rest(phoneAgent, calls.doneMany, { body: { ids: [id, 999_999] } });
    expect((await log()).list[0]).toMatchObject({ done: true });
    await expect(desk.rest(phoneAgent, calls.done, { id: 999_999, body: { done: true } })).rejects.toMatchObject({
      ...{ kind: 'not-found', detail: "Couldn't find Cti::Log with 'id'=999999" },
    });
    await expect(desk.rest(cast.agent, calls.done, { id, body: { done: true } })).rejects.toMatchObject({
      kind: 'forbidden',
    });
  });

  it('blocked callers are rejected and leave nothing; outgoing calls show the number of the rule', async () => {
    const cti_config: PhoneRules = {
      outbound: { routing_table: [{ dest: '41*', caller_id: '4144', note: '' }], default_caller_id: '' },
      inbound: { block_caller_ids: [{ caller_id: '666*', note: 'again and again' }] },
    };
    await set({ cti_config });
    const before = (await log()).list.length;
    expect(await say(call({ callId: 'c3', from: '66612' }))).toEqual({ action: 'reject', reason: 'busy' });
    expect((await log()).list).toHaveLength(before);
    expect(await say(call({ callId: 'c4', direction: 'out', from: '10', to: '004144999' }))).toEqual({
      ...{ action: 'dial', caller_id: '4144', number: '004144999' },
    });
    expect((await log()).list[0]).toMatchObject({ direction: 'out', done: true });
  });
});
