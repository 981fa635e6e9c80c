/**
 * When which conversation is due, in stream time (ms). A binary heap with lazy rescheduling: a deadline that moves later
 * leaves its old entry in place, which is put back when it comes up. So a fact on an open call costs nothing here.
 */
export class Deadlines {
  #due: number[] = [];
  #key: string[] = [];
  /** earliest entry that stands in the heap for a key */
  #scheduled = new Map<string, number>();

  set(key: string, due: number): void {
    const standing = this.#scheduled.get(key);
    if (standing !== undefined && standing <= due) return;
    this.#scheduled.set(key, due);
    this.#push(due, key);
  }

  delete(key: string): void {
    this.#scheduled.delete(key);
  }

  /** Time of the earliest entry; Infinity when there is none. It may come up only to be put back. */
  next(): number {
    return this.#due[0] ?? Number.POSITIVE_INFINITY;
  }

  get size(): number {
    return this.#scheduled.size;
  }

  /** Takes out every key whose entry is at or before `now`, earliest first. The caller sets again those not yet due. */
  take(now: number): string[] {
    const keys: string[] = [];
    while ((this.#due[0] ?? Number.POSITIVE_INFINITY) <= now) {
      const due = this.#due[0] as number;
      const key = this.#pop();
      if (this.#scheduled.get(key) !== due) continue;
      this.#scheduled.delete(key);
      keys.push(key);
    }
    return keys;
  }

  #push(due: number, key: string): void {
    let i = this.#due.length;
    this.#due.push(due);
    this.#key.push(key);
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if ((this.#due[parent] as number) <= due) break;
      this.#due[i] = this.#due[parent] as number;
      this.#key[i] = this.#key[parent] as string;
      i = parent;
    }
    this.#due[i] = due;
    this.#key[i] = key;
  }

  #pop(): string {
    const top = this.#key[0] as string;
    const due = this.#due.pop() as number;
    const key = this.#key.pop() as string;
    const length = this.#due.length;
    if (length > 0) {
      let i = 0;
      for (;;) {
        let child = 2 * i + 1;
        if (child >= length) break;
        if (child + 1 < length && (this.#due[child + 1] as number) < (this.#due[child] as number)) child++;
        if ((this.#due[child] as number) >= due) break;
        this.#due[i] = this.#due[child] as number;
        this.#key[i] = this.#key[child] as string;
        i = child;
      }
      this.#due[i] = due;
      this.#key[i] = key;
    }
    return top;
  }
}
