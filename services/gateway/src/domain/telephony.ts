type Fields = Record<string, unknown>;

const xml = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** What sipgate posts has the names of ours; some releases of it say `user[]` of who is rung. */
export function sipgateEvent(given: Fields, direction: 'in' | 'out'): Fields {
  const { 'user[]': users, ...event } = given;
  return { ...event, direction: given.direction ?? direction, ...(users !== undefined && { user: users }) };
}

const placetelNames: Record<string, string> = {
  incomingcall: 'newCall',
  outgoingcall: 'newCall',
  callaccepted: 'answer',
  hungup: 'hangup',
};
const placetelCauses: Record<string, string> = {
  accepted: 'normalClearing',
  busy: 'busy',
  missed: 'cancel',
  voicemail: 'forwarded',
  blocked: 'busy',
  unavailable: 'notFound',
};

/** What Placetel posts, with our names: `IncomingCall` with `call_id`, `HungUp` with `type: missed`. */
export function placetelEvent({ event, type, call_id, peer, ...rest }: Fields): Fields {
  const name = String(event ?? '').toLowerCase();
  const direction = name === 'outgoingcall' || String(rest.direction ?? '').toLowerCase() === 'out' ? 'out' : 'in';
  const cause = placetelCauses[String(type ?? '').toLowerCase()];
  return {
    ...rest,
    event: placetelNames[name] ?? name,
    direction,
    callId: call_id,
    ...(typeof peer === 'string' && peer !== '' && { user: peer.split('@')[0] }),
    ...(cause !== undefined && { cause }),
  };
}

interface Told {
  action?: 'dial' | 'reject' | undefined;
  caller_id?: string | undefined;
  number?: string | undefined;
}

/** @param more  where the answer and the end of the call are to be told; undefined: nothing more is to come */
export function xmlAnswer({ action, caller_id = '', number = '' }: Told, more: string | undefined): string {
  const told = more === undefined ? '' : ` onHangup="${xml(more)}" onAnswer="${xml(more)}"`;
  const head = '<?xml version="1.0" encoding="UTF-8"?>\n';
  if (action === 'reject') return `${head}<Response><Reject reason="busy"/></Response>\n`;
  if (action === 'dial') {
    const dial = `<Dial callerId="${xml(caller_id)}"><Number>${xml(number)}</Number></Dial>`;
    return `${head}<Response${told}>${dial}</Response>\n`;
  }
  return `${head}<Response${told}/>\n`;
}
