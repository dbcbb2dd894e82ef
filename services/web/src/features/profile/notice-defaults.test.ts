import { defaultNoticeMatrix } from '@helpmesh/contracts';
import { expect, it } from 'vitest';
import { noticeDefaults } from './notice-defaults.ts';

it('the page shows what the server does for whoever has chosen nothing', () => {
  expect(noticeDefaults).toEqual(defaultNoticeMatrix);
});
