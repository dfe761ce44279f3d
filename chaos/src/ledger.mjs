import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** What the scripted agents have said, written down by themselves. */
export class Ledger {
  #folder;
  #executions;

  constructor(folder) {
    this.#folder = folder;
    const file = path.join(folder, 'executions');
    const lines = existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
    this.#executions = lines.map((line) => line.split(' ')[0]);
  }

  executionsOf(key) {
    return this.#executions.filter((one) => one === key).length;
  }

  said(key) {
    const file = path.join(this.#folder, `${key}.said`);
    return existsSync(file) ? readFileSync(file, 'utf8') : '';
  }
}
