import type { Option } from '../option.ts';

export interface Found {
  employees: readonly Option[];
  numbers: readonly Option[];
  busy: boolean;
  failed: boolean;
}

const PAUSE_MS = 120;
const NOTHING: Pick<Found, 'employees' | 'numbers'> = { employees: [], numbers: [] };

/** Employees and numbers of a company that go with what is typed: asks after a pause, the last answer counts. */
export function findPeopleAndNumbers(company: () => string, typed: () => string): Found {
  let found = $state.raw(NOTHING);
  let busy = $state(false);
  let failed = $state(false);

  $effect(() => {
    const q = typed();
    const of = company();
    const stop = new AbortController();
    failed = false;
    if (q === '') {
      found = NOTHING;
      busy = false;
      return;
    }
    busy = true;
    const timer = setTimeout(async () => {
      try {
        const response = await fetch(`/c/${encodeURIComponent(of)}/palette?q=${encodeURIComponent(q)}`, { signal: stop.signal });
        if (!response.ok) throw new Error(`palette: ${response.status}`);
        found = await response.json();
      } catch {
        if (stop.signal.aborted) return;
        found = NOTHING;
        failed = true;
      }
      busy = false;
    }, PAUSE_MS);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  });

  return {
    get employees() {
      return found.employees;
    },
    get numbers() {
      return found.numbers;
    },
    get busy() {
      return busy;
    },
    get failed() {
      return failed;
    },
  };
}
