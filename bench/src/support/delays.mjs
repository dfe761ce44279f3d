import { createHistogram } from 'node:perf_hooks';
import { figure } from './figures.mjs';

const stamp = /@(\d{8,})/g;

/** `@<nanoseconds of the monotonic clock>`, to be found again in whatever it comes back in. */
export const stampNow = () => `@${process.hrtime.bigint()}`;

/** How long stamps were on their way. Holds millions in a few kilobytes, three digits exact. */
export class Delays {
  #histogram = createHistogram();

  /** Every stamp of the text came now. */
  collect(text) {
    const now = process.hrtime.bigint();
    for (const [, at] of text.matchAll(stamp)) this.#histogram.record(max(now - BigInt(at), 1n));
  }

  get count() {
    return this.#histogram.count;
  }

  /** In milliseconds. */
  summary() {
    const at = (percentile) => this.#histogram.percentile(percentile) / 1e6;
    return { count: this.count, p50: at(50), p95: at(95), p99: at(99), max: this.#histogram.max / 1e6 };
  }

  clear() {
    this.#histogram.reset();
  }
}

/** Three lines: p50, p95, p99. `aims` may have `p50`, `p95` and `p99`. */
export function summaryFigures(name, summary, aims = {}) {
  return ['p50', 'p95', 'p99'].map((p) => figure(`${name}, ${p}`, summary[p], 'ms', aims[p] ?? null));
}

function max(a, b) {
  return a > b ? a : b;
}
