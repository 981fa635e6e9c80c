import { expect, test } from 'vitest';
import { isOpenToView } from './view.ts';

test("who looks as somebody reads the company's pages and changes nothing", () => {
  for (const path of ['/', '/c/t1', '/c/t1/journal', '/c/t1/calls/1/recording']) expect(isOpenToView('GET', path), path).toBe(true);
  for (const path of ['/account', '/gallery', '/sign-in/with/other/back']) expect(isOpenToView('GET', path), path).toBe(false);
  for (const method of ['POST', 'PUT', 'PATCH', 'DELETE'])
    for (const path of ['/c/t1/people', '/c/t1/calls/1/recording/link', '/c/t1/view-as', '/account'])
      expect(isOpenToView(method, path), `${method} ${path}`).toBe(false);
  for (const path of ['/view-end', '/sign-out', '/theme', '/language']) expect(isOpenToView('POST', path), path).toBe(true);
});
