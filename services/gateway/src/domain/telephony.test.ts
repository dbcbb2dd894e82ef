import { expect, it } from 'vitest';
import { placetelEvent, sipgateEvent, xmlAnswer } from './telephony.ts';

const here = 'https://desk.example/api/v1/sipgate/t/in';

it('answers in XML, in which nothing that was sent can be markup', () => {
  const attributes = `onHangup="${here}" onAnswer="${here}"`;
  expect(xmlAnswer({}, here)).toContain(`<Response ${attributes}/>`);
  expect(xmlAnswer({}, undefined)).toContain('<Response/>');
  expect(xmlAnswer({ action: 'reject' }, here)).toContain('<Response><Reject reason="busy"/></Response>');
  const dial = xmlAnswer({ action: 'dial', caller_id: '"><x', number: '1&2' }, here);
  expect(dial).toContain('<Dial callerId="&quot;&gt;&lt;x"><Number>1&amp;2</Number></Dial>');
});

it('sipgate says the direction by the address', () => {
  expect(sipgateEvent({ event: 'newCall', callId: 'a', 'user[]': 'Ann' }, 'out')).toEqual({
    ...{ event: 'newCall', callId: 'a', direction: 'out', user: 'Ann' },
  });
});

it.each([
  [
    { event: 'IncomingCall', from: '1', to: '2', call_id: 'a' },
    { event: 'newCall', direction: 'in', callId: 'a' },
  ],
  [
    { event: 'OutgoingCall', from: '1', to: '2', call_id: 'a' },
    { event: 'newCall', direction: 'out' },
  ],
  [
    { event: 'CallAccepted', call_id: 'a', peer: 'ann@fpbx.example' },
    { event: 'answer', user: 'ann' },
  ],
  [
    { event: 'HungUp', call_id: 'a', type: 'missed' },
    { event: 'hangup', cause: 'cancel' },
  ],
  [
    { event: 'HungUp', call_id: 'a', type: 'accepted' },
    { event: 'hangup', cause: 'normalClearing' },
  ],
])('Placetel: %j', (given, event) => {
  expect(placetelEvent(given)).toMatchObject(event);
});
