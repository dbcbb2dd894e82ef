import { describe, expect, it } from 'vitest';
import { proofFor, type Spoken, speakerOf } from './speaker.ts';

const form = { name: 'Contact form', address: 'form@shop.example' };
const vera = { name: 'Vera', address: 'Vera@visitor.example' };
const aMail = (over: Partial<Spoken> = {}): Spoken => ({
  ...{ from: form, replyTo: vera, replyToSpeaks: 'with-its-name', automatic: 'no', unreadable: null, ...over },
});
const isOurs = (address: string) => address === 'help@desk.example';
const speaker = (over: Partial<Spoken>, points = false) => speakerOf(aMail(over), points, isOurs);

describe('who speaks by a mail with a Reply-To', () => {
  it.each<[string, Partial<Spoken>, unknown]>([
    ['whom it names', {}, vera],
    ['whom it names, by the name in From', { replyToSpeaks: 'with-name-of-from' }, { ...vera, name: form.name }],
    [
      'whom it names, by the only name there is',
      { replyToSpeaks: 'with-name-of-from', from: { ...form, name: '' } },
      vera,
    ],
    [
      'whom it names, of a proven form where proof is demanded',
      { proofDemanded: true, proof: { result: 'pass', domain: 'shop.example' } },
      vera,
    ],
    [
      'whom it names, of a form of which nothing is proven',
      { proof: { result: 'none', domain: 'shop.example' } },
      vera,
    ],
  ])('is %s', (_, over, expected) => {
    expect(speaker(over)).toEqual(expected);
  });

  it.each<[string, Partial<Spoken>, boolean?]>([
    ['nobody wants that', { replyToSpeaks: undefined }],
    ['it names nobody', { replyTo: null }],
    ['it names its sender', { replyTo: { name: 'x', address: 'FORM@shop.example' } }],
    ['it is from nobody', { from: null }],
    ['it refers to a ticket', {}, true],
    ['it names the desk', { replyTo: { name: 'Desk', address: 'Help@desk.example' } }],
    ['its domain disowns it', { proof: { result: 'fail', domain: 'shop.example' } }],
    ['proof is demanded and there is none', { proofDemanded: true, proof: { result: 'none', domain: 'shop.example' } }],
    ['proof is demanded and nobody looked', { proofDemanded: true }],
    ['it is of a list', { automatic: 'bulk' }],
    ['a machine answered', { automatic: 'auto-reply' }],
    ['it cannot be read', { unreadable: 'too deep' }],
  ])('is its sender when %s', (_, over, points) => {
    expect(speaker(over, points)).toBeNull();
  });

  it('is proven by nothing that proves somebody else', () => {
    expect(proofFor(vera)).toEqual({ result: 'none', on: null, by: null, domain: 'visitor.example' });
    const boss = { name: '', address: 'boss@SHOP.example' };
    expect(proofFor(boss)).toEqual({ result: 'none', on: null, by: null, domain: 'shop.example' });
  });
});
