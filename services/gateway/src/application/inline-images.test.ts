import { describe, expect, it } from 'vitest';
import { takeInlineImages } from './inline-images.ts';

const png = Buffer.from([1, 2, 3]).toString('base64');

describe('takeInlineImages', () => {
  it('takes an image once, however often it stands in the text', () => {
    const image = `<img src="data:image/png;base64,${png}">`;
    const { html, files } = takeInlineImages(`${image}<p>x</p>${image}<img src='data:image/jpg;base64,${png}AA=='>`);
    expect(files).toHaveLength(2);
    expect(files[0]).toMatchObject({ contentType: 'image/png', bytes: Buffer.from([1, 2, 3]) });
    expect(files[1]).toMatchObject({ contentType: 'image/jpeg', filename: 'image2.jpeg' });
    expect(html.match(/cid:[0-9a-f]{24}@inline/g)).toHaveLength(3);
    expect(html).not.toContain('base64');
  });

  it.each([
    '<img src="https://example.com/a.png">',
    `<img src="data:image/svg+xml;base64,${png}">`,
    `<a href="data:text/html;base64,${png}">x</a>`,
    '<img src="data:image/png;base64,***">',
    'data:image/png;base64,AAAA',
  ])('leaves %s alone', (html) => expect(takeInlineImages(html)).toEqual({ html, files: [] }));

  it('needs linear time for a text that never closes what it opens', () => {
    // Ten million characters: quadratic work would run into the limit of the test many times over.
    const hostile = ' src="data:image/png;base64,'.repeat(400_000);
    expect(takeInlineImages(hostile).files).toHaveLength(1);
  });
});
