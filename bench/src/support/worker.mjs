import { fileURLToPath } from 'node:url';
import {
  processorMilliseconds,
  residentMegabytes,
  startNode,
  stop,
} from '../../../tools/processes/processes.mjs';

/** A load generator as a process of its own, so that its work is not in the times that others take. */
export class Worker {
  #program;
  #waiting = [];

  /** `file` is below bench/src and answers with `serve` of worker-side.mjs. */
  constructor(file) {
    const entry = fileURLToPath(new URL(`../${file}`, import.meta.url));
    const env = { PATH: process.env.PATH };
    this.#program = startNode([entry], env, { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
    const { child } = this.#program;
    child.on('message', ({ answer, problem }) => {
      const { resolve, reject } = this.#waiting.shift();
      if (problem === undefined) resolve(answer);
      else reject(new Error(`${file}: ${problem}`));
    });
    child.once('exit', (code, signal) => {
      const problem = new Error(`${file} ended (${signal ?? code}):\n${this.#program.output}`);
      for (const { reject } of this.#waiting.splice(0)) reject(problem);
    });
  }

  /** Answers come in the order of the questions. */
  ask(verb, input = {}) {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#program.child.send({ verb, input });
    });
  }

  get processorMs() {
    return processorMilliseconds(this.#program.pid);
  }

  get residentMegabytes() {
    return residentMegabytes(this.#program.pid);
  }

  stop() {
    return stop(this.#program);
  }
}
