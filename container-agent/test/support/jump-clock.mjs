// Loaded into container-agent before its program: at SIGUSR2 a day passes at once. What was to happen within it happens
// then, each thing once, as after the sleep of a laptop.
import { createRequire, syncBuiltinESMExports } from 'node:module';
import { promisify } from 'node:util';

const require = createRequire(import.meta.url);
const timers = require('node:timers');
const timersPromises = require('node:timers/promises');
const dayMs = 24 * 60 * 60_000;
const real = {
  now: Date.now,
  uptime: performance.now.bind(performance),
  setTimeout: globalThis.setTimeout,
  setInterval: globalThis.setInterval,
};
/** By handle: when it is due, and what happens then. */
const due = new Map();
let passedMs = 0;

Date.now = () => real.now() + passedMs;
performance.now = () => real.uptime() + passedMs;

const fakes = {
  setTimeout(callback, delayMs = 0, ...values) {
    const fire = () => {
      due.delete(handle);
      clearTimeout(handle);
      callback(...values);
    };
    const handle = real.setTimeout(fire, delayMs);
    due.set(handle, { at: Date.now() + delayMs, fire });
    return handle;
  },
  setInterval(callback, delayMs = 0, ...values) {
    const fire = () => {
      due.get(handle).at = Date.now() + delayMs;
      callback(...values);
    };
    const handle = real.setInterval(fire, delayMs);
    due.set(handle, { at: Date.now() + delayMs, fire });
    return handle;
  },
};
for (const name of ['clearTimeout', 'clearInterval']) {
  const clear = globalThis[name];
  fakes[name] = (handle) => {
    due.delete(handle);
    clear(handle);
  };
}
fakes.setTimeout[promisify.custom] = wait;
Object.assign(globalThis, fakes);
Object.assign(timers, fakes);
timersPromises.setTimeout = wait;
syncBuiltinESMExports();

process.on('SIGUSR2', () => {
  passedMs += dayMs;
  const now = Date.now();
  const passed = [...due.values()].filter((timer) => timer.at <= now);
  for (const timer of passed) timer.fire();
});

function wait(delayMs, value, { signal, ref = true } = {}) {
  return new Promise((resolve, reject) => {
    const abort = () => {
      fakes.clearTimeout(handle);
      reject(
        Object.assign(new Error('The operation was aborted'), { name: 'AbortError', code: 'ABORT_ERR' }),
      );
    };
    const handle = fakes.setTimeout(() => {
      signal?.removeEventListener('abort', abort);
      resolve(value);
    }, delayMs);
    if (!ref) handle.unref();
    if (signal?.aborted) abort();
    else signal?.addEventListener('abort', abort, { once: true });
  });
}
