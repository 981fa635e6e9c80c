import { goto } from '$app/navigation';

/** To a page of ours; one that this version does not know is asked of the server. */
export async function go(href: string): Promise<void> {
  try {
    await goto(href);
  } catch {
    location.assign(href);
  }
}
