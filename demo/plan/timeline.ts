/** What happens next, by time: a binary heap. */
export class Timeline<T extends { at: number }> {
  #heap: T[] = [];

  add(element: T): void {
    const heap = this.#heap;
    let i = heap.length;
    heap.push(element);
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if ((heap[parent] as T).at <= element.at) break;
      heap[i] = heap[parent] as T;
      i = parent;
    }
    heap[i] = element;
  }

  /** Time of the earliest; Infinity when there is none. */
  get next(): number {
    return this.#heap[0]?.at ?? Number.POSITIVE_INFINITY;
  }

  get size(): number {
    return this.#heap.length;
  }

  /** Takes the earliest out. */
  take(): T | undefined {
    const heap = this.#heap;
    const [top] = heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return top;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && (heap[child + 1] as T).at < (heap[child] as T).at) child++;
      if ((heap[child] as T).at >= last.at) break;
      heap[i] = heap[child] as T;
      i = child;
    }
    heap[i] = last;
    return top;
  }
}
