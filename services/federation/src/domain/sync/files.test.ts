import { describe, expect, it } from 'vitest';
import { isGivenUp, refusalOf, withMissing } from './files.ts';

const all = { maxAttachmentBytes: 100, attachmentTypes: [] };

describe('a file of another helpdesk', () => {
  it.each([
    ['at the cap', { size: 100, mediaType: 'text/plain' }, all, undefined],
    ['one byte over', { size: 101, mediaType: 'text/plain' }, all, /101 bytes/],
    ['of unknown size', { mediaType: 'text/plain' }, all, undefined],
    ['where none are taken', { size: 0, mediaType: 'text/plain' }, { ...all, maxAttachmentBytes: 0 }, /no files/],
    ['of a named type', { size: 1, mediaType: 'Image/PNG' }, { ...all, attachmentTypes: ['image/png'] }, undefined],
    ['of a kind', { size: 1, mediaType: 'image/x; a=b' }, { ...all, attachmentTypes: ['image/*'] }, undefined],
    ['of a like name', { size: 1, mediaType: 'imagery/x' }, { ...all, attachmentTypes: ['image/*'] }, /imagery/],
    ['of no type', { size: 1, mediaType: '' }, { ...all, attachmentTypes: ['image/*'] }, /unknown/],
  ])('%s is taken, or refused with a reason', (_, file, limits, why) => {
    const said = refusalOf(file, limits);
    if (why === undefined) expect(said).toBeUndefined();
    else expect(said).toMatch(why);
  });

  it('is waited for a quarter of an hour', () => {
    expect([isGivenUp(15 * 60_000 - 1), isGivenUp(15 * 60_000)]).toEqual([false, true]);
  });

  it('that does not come is named in the comment, as text or as HTML that cannot be broken out of', () => {
    const missing = [{ filename: '<b>.txt', why: 'too large' }];
    expect(withMissing('Hi', 'text/plain', missing, 'https://x')).toBe(
      'Hi\n\n[<b>.txt was not transferred: too large. It is at https://x]',
    );
    expect(withMissing('<p>Hi</p>', 'text/html', missing, 'https://x')).toBe(
      '<p>Hi</p><p>[&#60;b&#62;.txt was not transferred: too large. It is at https://x]</p>',
    );
    expect(withMissing('Hi', 'text/plain', [], 'https://x')).toBe('Hi');
  });
});
