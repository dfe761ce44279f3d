#!/usr/bin/env node
// Plays Claude Code's side of a transcript (REPLAY_TRANSCRIPT), and stops with exit code 97 when the client says something
// else than it did then. With REPLAY_COUNTER, a file that counts the starts, each start plays the next process of it.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

const { REPLAY_TRANSCRIPT, REPLAY_COUNTER } = process.env;
const received = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
/** The ids of the client's requests and messages: as recorded, and as they are now. */
const ids = new Map();

for (const line of readProcess(countStart())) {
  if (line.from === 'client') await expect(line.message);
  else if (line.raw !== undefined) process.stdout.write(line.raw);
  else if (line.message) send(line.message);
  else await exit(line.exit);
}
setInterval(() => undefined, 60_000); // A transcript without an end is a program that hangs.

async function expect(recorded) {
  const { value, done } = await received.next();
  const actual = done ? {} : JSON.parse(value);
  if (nameOf(actual) !== nameOf(recorded)) {
    process.stderr.write(`expected ${JSON.stringify(recorded)}\nand not ${value}\n`);
    process.exit(97);
  }
  if (recorded.uuid) ids.set(recorded.uuid, actual.uuid);
  if (recorded.type === 'control_request') ids.set(recorded.request_id, actual.request_id);
}

function nameOf({ type, request, response }) {
  return `${type} ${request?.subtype ?? response?.response?.behavior ?? ''}`;
}

function send(message) {
  let text = JSON.stringify(message);
  for (const [recorded, actual] of ids) text = text.replaceAll(recorded, actual);
  process.stdout.write(`${text}\n`);
}

async function exit({ code, signal }) {
  if (signal) {
    process.kill(process.pid, signal);
    await new Promise(() => undefined);
  }
  // One that failed to start does not wait for anybody.
  if (code === 0) while (!(await received.next()).done);
  process.exit(code);
}

function readProcess(index) {
  const lines = readFileSync(REPLAY_TRANSCRIPT, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const ends = lines.flatMap((line, position) => (line.exit ? [position + 1] : []));
  return lines.slice(index === 0 ? 0 : ends[index - 1], ends[index]);
}

function countStart() {
  if (!REPLAY_COUNTER) return 0;
  const count = existsSync(REPLAY_COUNTER) ? Number(readFileSync(REPLAY_COUNTER, 'utf8')) : 0;
  writeFileSync(REPLAY_COUNTER, String(count + 1));
  return count;
}
