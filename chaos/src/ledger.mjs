import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** What the scripted agents have said, written down by themselves. */
export class Ledger {
  #folders;
  #executions;

  constructor(folders) {
    this.#folders = folders;
    this.#executions = folders
      .map((folder) => path.join(folder, 'executions'))
      .filter((file) => existsSync(file))
      .flatMap((file) => readFileSync(file, 'utf8').trim().split('\n'))
      .map((line) => line.split(' ')[0]);
  }

  executionsOf(key) {
    return this.#executions.filter((one) => one === key).length;
  }

  said(key) {
    const file = this.#folders.map((folder) => path.join(folder, `${key}.said`)).find(existsSync);
    return file === undefined ? '' : readFileSync(file, 'utf8');
  }
}
