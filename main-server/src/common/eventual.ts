/** What may be there already. A promise costs more than most of what the front door does with a request. */
export type Eventual<T> = T | Promise<T>;

/** Goes on at once with a value that is there, and later with one that is not. Throws or rejects as `next` does. */
export function whenKnown<T, R>(value: Eventual<T>, next: (value: T) => Eventual<R>): Eventual<R> {
  return value instanceof Promise ? value.then(next) : next(value);
}
