#!/usr/bin/env node
// Plays the agent's side of a transcript (REPLAY_TRANSCRIPT), and stops with exit code 97 when the client says something
// else than it did then. What the client asks about models, skills and settings is answered wherever it comes. With
// REPLAY_COUNTER, a file that counts the starts, each start plays the next process of it.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

const { REPLAY_TRANSCRIPT, REPLAY_COUNTER } = process.env;
const asides = {
  'config/read': { config: { model: null, model_reasoning_effort: null } },
  'model/list': {
    data: [
      {
        model: 'gpt-recorded',
        displayName: 'Recorded',
        description: 'The one of the transcripts.',
        isDefault: true,
        supportedReasoningEfforts: [{ reasoningEffort: 'low' }, { reasoningEffort: 'high' }],
        defaultReasoningEffort: 'low',
        inputModalities: ['text'],
      },
    ],
  },
  'skills/list': { data: [] },
};
const received = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
/** The ids of the client's requests: as recorded, and as they are now. */
const ids = new Map();

for (const line of readProcess(countStart())) {
  if (line.from === 'client') await expect(line.message);
  else if (line.raw !== undefined) process.stdout.write(line.raw);
  else if (line.message) send(line.message);
  else await exit(line.exit);
}
setInterval(() => undefined, 60_000); // A transcript without an end is a program that hangs.

async function expect(recorded) {
  const { value, actual } = await nextMessage();
  if (actual.method !== recorded.method) {
    process.stderr.write(`expected ${JSON.stringify(recorded)}\nand not ${value}\n`);
    process.exit(97);
  }
  if (recorded.method) ids.set(recorded.id, actual.id);
}

async function nextMessage() {
  for (;;) {
    const { value, done } = await received.next();
    const actual = done ? {} : JSON.parse(value);
    const aside = asides[actual.method];
    if (!aside) return { value, actual };
    process.stdout.write(`${JSON.stringify({ id: actual.id, result: aside })}\n`);
  }
}

function send(message) {
  const isAnswer = message.method === undefined;
  process.stdout.write(`${JSON.stringify(isAnswer ? { ...message, id: ids.get(message.id) } : message)}\n`);
}

async function exit({ code, signal }) {
  if (signal) {
    process.kill(process.pid, signal);
    await new Promise(() => undefined);
  }
  while (!(await received.next()).done);
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
