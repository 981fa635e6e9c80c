import type { DemoCompany, DemoEmployee } from '../companies/company.ts';

/** Who is at work on a day, and who speaks: nobody has two calls at once. Times in ms. */
export class Staff {
  readonly #company: DemoCompany;
  readonly #midnight: number;
  readonly #weekday: number;
  #busyUntil = new Map<string, number>();

  constructor(company: DemoCompany, midnight: number, weekday: number) {
    this.#company = company;
    this.#midnight = midnight;
    this.#weekday = weekday;
  }

  #isAtWork(employee: DemoEmployee, index: number, at: number): boolean {
    const group = this.#company.groups.find((g) => g.id === employee.group);
    if (!group) return false;
    const part = this.#weekday === 6 ? group.saturday : this.#weekday === 0 ? group.sunday : 1;
    const peers = this.#company.employees.filter((e) => e.group === employee.group);
    const place = peers.indexOf(employee);
    const [from, to] = group.shifts[place % group.shifts.length] as readonly [number, number];
    // of each shift the first ones work at the week-end
    const inShift = Math.floor(place / group.shifts.length);
    const shiftSize = Math.ceil(peers.length / group.shifts.length);
    if (inShift >= Math.ceil(shiftSize * part)) return false;
    const hour = (at - this.#midnight) / 3_600_000;
    if (from > to) return hour >= from || hour < to;
    const lunch = (from + to) / 2 - 1 + (index % 3);
    const isAtLunch = to - from >= 8 && hour >= lunch && hour < lunch + 0.75;
    return hour >= from && hour < to && !isAtLunch;
  }

  /** Those of a group at work; group '' = of any. */
  atWork(group: string, at: number): DemoEmployee[] {
    return this.#company.employees.filter((e, i) => (group === '' || e.group === group) && this.#isAtWork(e, i, at));
  }

  isFree(employee: DemoEmployee, at: number): boolean {
    return (this.#busyUntil.get(employee.id) ?? 0) <= at;
  }

  free(group: string, at: number): DemoEmployee[] {
    return this.atWork(group, at).filter((e) => this.isFree(e, at));
  }

  occupy(employee: DemoEmployee, until: number): void {
    this.#busyUntil.set(employee.id, Math.max(this.#busyUntil.get(employee.id) ?? 0, until));
  }

  withExtension(extension: string): DemoEmployee | undefined {
    return this.#company.employees.find((e) => e.extension === extension);
  }
}
