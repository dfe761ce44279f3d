/** All that is left to chance comes from here: the same seed makes the same choices. */
export class Random {
  #state;

  constructor(seed) {
    this.#state = hash(String(seed));
    this.seed = String(seed);
  }

  /** An independent stream, so that what one part draws does not change what another one gets. */
  fork(name) {
    return new Random(`${this.seed}/${name}`);
  }

  /** In [0, 1): mulberry32. */
  next() {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }

  /** Both ends included. */
  between(min, max) {
    return min + Math.floor(this.next() * (max - min + 1));
  }

  chance(share) {
    return this.next() < share;
  }

  pick(list) {
    return list[this.between(0, list.length - 1)];
  }

  hex(length) {
    return Array.from({ length }, () => this.between(0, 15).toString(16)).join('');
  }
}

/** FNV-1a. */
function hash(text) {
  let value = 0x811c9dc5;
  for (const character of text) value = Math.imul(value ^ character.codePointAt(0), 0x01000193);
  return value;
}
