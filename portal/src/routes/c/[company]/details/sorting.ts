import type { DetailsAddress } from '#page/details/address.ts';

type Sort = DetailsAddress['sort'];

/** How a column's head stands and where it leads: a second click turns the order around; times and figures begin with the largest. */
export function sortingOf(sort: Sort, href: (sort: Sort) => string): (by: string) => { sort: 'up' | 'down' | null; href: string } {
  const isText = (by: string) => ['key', 'from', 'number', 'reason', 'owner'].includes(by);
  return (by) => ({
    sort: sort.by === by ? (sort.down ? 'down' : 'up') : null,
    href: href({ by, down: sort.by === by ? !sort.down : !isText(by) }),
  });
}
