import { describe, expect, it } from 'vitest';
import { etagOf, isAmong, versionsIn } from './etag.ts';

const shown = (object: object) => Buffer.from(JSON.stringify(object));
const at = '2026-01-31T09:00:00.123Z';

describe('the tag of an object', () => {
  it('names its version in every form, and tells the forms apart', () => {
    const plain = etagOf(shown({ id: 1, updated_at: at }));
    const expanded = etagOf(shown({ id: 1, updated_at: at, owner: '-' }));
    expect(plain).not.toBe(expanded);
    expect(versionsIn(`${plain}, W/${expanded}`)).toEqual([at, at]);
  });

  it('is not taken in by what people wrote, and finds the time behind a long text', () => {
    const tag = etagOf(shown({ body: '"updated_at":"2001-01-01T00:00:00.000Z" '.repeat(9_999), updated_at: at }));
    expect(versionsIn(tag)).toEqual([at]);
  });

  it('changes with what is around the object', () => {
    expect(etagOf(shown({ updated_at: at, group: 'a' }))).not.toBe(etagOf(shown({ updated_at: at, group: 'b' })));
  });
});

it('a known representation is found among several, weak or strong, and in a star', () => {
  const tag = etagOf(shown({ updated_at: at }));
  for (const header of [tag, `"x", W/${tag}`, '*', ' * ']) expect(isAmong(header, tag)).toBe(true);
  for (const header of ['', '"x"', tag.slice(1, -1)]) expect(isAmong(header, tag)).toBe(false);
});

it('any version is as good as none named; what is no tag names none', () => {
  expect(versionsIn('*')).toBeUndefined();
  expect(versionsIn('nonsense')).toEqual([]);
});
