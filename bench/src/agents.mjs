// From a prompt to the first text of the answer, through the product and by the agent's program alone, on a scripted model.
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { ensureAgents } from '../../scripts/setup/agents.mjs';
import { findFreePort } from '../../tools/processes/free-port.mjs';
import { processesOfSession, startNode, stop } from '../../tools/processes/processes.mjs';
import { sleep, waitFor } from '../../tools/processes/wait.mjs';
import { rawAgents } from './agents/raw-agents.mjs';
import { figure, median, quantile } from './support/figures.mjs';
import { root } from './support/paths.mjs';
import { Product } from './support/product.mjs';

const rounds = Number(process.env.BENCH_ROUNDS ?? 5);
const laterTurns = 10;
const settleMs = 2_000;
/** Between turns, as of somebody who types: what a turn leaves to be done is done by then. */
const pauseMs = 300;
/** A turn that says something all the time, to look at the memory of. */
const busyScript = 'stream: 1000 tokens every 4 ms';
/** Well within that. */
const busyForMs = 2_000;
const prompt = 'say: Here it is.';
const scriptedModel = path.join(root, 'tools/scripted-model/dist/main.js');

export async function run() {
  const { PATH } = (await ensureAgents(root)).environment;
  const model = await startModel();
  const product = await Product.start({ env: { PATH, ...productEnvironment(model.url) } });
  try {
    const figures = [];
    for (const agent of process.env.BENCH_AGENTS?.split(',') ?? Object.keys(rawAgents))
      figures.push(...(await measureAgent(product, agent, { PATH, ...agentEnvironment(model.url) })));
    return {
      n: `${rounds} sessions and ${rounds} programs per agent, in turns, each with a first turn and ${laterTurns} more; the answer comes at once`,
      figures,
    };
  } finally {
    await product.stop();
    await stop(model.program);
  }
}

async function measureAgent(product, agent, environment) {
  const ours = { first: [], later: [], idle: [], busy: [] };
  const raw = { first: [], later: [], idle: [] };
  for (let round = 0; round < rounds; round += 1) {
    await measureProgram(agent, environment, raw);
    await measureSession(product, agent, ours);
  }
  return [
    figure(`${agent}: first turn, p50`, median(ours.first), 'ms'),
    figure(`${agent}: first turn of the program alone, its start included, p50`, median(raw.first), 'ms'),
    figure(`${agent}: later turn, p50`, median(ours.later), 'ms'),
    figure(`${agent}: later turn, p95`, quantile(ours.later, 0.95), 'ms'),
    figure(`${agent}: later turn of the program alone, p50`, median(raw.later), 'ms'),
    figure(`${agent}: later turn, what we add, p50`, median(ours.later) - median(raw.later), 'ms', {
      max: 15,
    }),
    figure(`${agent}: memory of an idle session`, median(ours.idle), 'MB'),
    figure(`${agent}: memory of a session at work`, median(ours.busy), 'MB'),
    figure(`${agent}: memory of the idle program alone`, median(raw.idle), 'MB'),
  ];
}

async function measureProgram(agent, environment, { first, later, idle }) {
  const { program, say, isText, isEnd } = await rawAgents[agent](environment);
  const turn = async (since) => {
    const text = program.when(isText);
    const end = program.when(isEnd);
    const from = since ?? performance.now();
    say(prompt);
    const { at } = await text;
    await end;
    return at - from;
  };
  try {
    first.push(await turn(program.startedAt));
    for (let count = 0; count < laterTurns; count += 1) {
      await sleep(pauseMs);
      later.push(await turn());
    }
    await sleep(settleMs);
    idle.push(proportionalMegabytes(descendantsOf(program.pid)));
  } finally {
    await program.stop();
  }
}

async function measureSession(product, agent, { first, later, idle, busy }) {
  const session = await product.createSession({ agent, provider: 'process' });
  await product.whenRunning(session.id);
  let onText = () => {};
  const socket = await product.openSocket(session, (data) => {
    if (data.toString().includes('"message.delta"')) onText(performance.now());
  });
  const ask = async (text) => {
    const clientRequestId = randomUUID();
    await product.api('POST', `/api/sessions/${session.id}/messages`, { text, clientRequestId });
  };
  const whenIdle = () =>
    waitFor(
      'the turn to end',
      async () => (await product.api('GET', `/api/sessions/${session.id}`)).status === 'idle',
    );
  const turn = async () => {
    let at = null;
    onText = (now) => (at ??= now);
    const from = performance.now();
    await ask(prompt);
    await waitFor('the first text', () => at, { timeoutMs: 60_000 });
    await whenIdle();
    return at - from;
  };
  try {
    first.push(await turn());
    for (let count = 0; count < laterTurns; count += 1) {
      await sleep(pauseMs);
      later.push(await turn());
    }
    await sleep(settleMs);
    // The agent has no SESSION_ID in its environment, so it is found as a descendant.
    const everything = () => [...new Set(processesOfSession(session.id).flatMap(descendantsOf))];
    idle.push(proportionalMegabytes(everything()));
    await ask(busyScript);
    await sleep(busyForMs);
    busy.push(proportionalMegabytes(everything()));
    await whenIdle();
  } finally {
    socket.close();
    await product.api('DELETE', `/api/sessions/${session.id}`);
  }
}

async function startModel() {
  const port = await findFreePort();
  const args = [scriptedModel, '--port', String(port), '--pace', '0'];
  const program = startNode(args, { PATH: process.env.PATH });
  await waitFor('the scripted model', () => program.output.includes('listens on'));
  return { program, url: `http://127.0.0.1:${port}` };
}

function agentEnvironment(modelUrl) {
  return {
    OPENAI_BASE_URL: `${modelUrl}/v1`,
    OPENAI_API_KEY: 'sk-scripted',
    CODEX_MODEL: 'gpt-5.5',
    ANTHROPIC_BASE_URL: modelUrl,
    ANTHROPIC_API_KEY: 'sk-scripted',
    DROID_BASE_URL: `${modelUrl}/v1`,
    DROID_API_KEY: 'sk-scripted',
    DROID_MODEL: 'scripted',
  };
}

function productEnvironment(modelUrl) {
  const entries = Object.entries(agentEnvironment(modelUrl));
  return Object.fromEntries(entries.map(([name, value]) => [`AGENT_ENV_${name}`, value]));
}

/** Pss: a page that n processes share counts for each as the nth part of it. In MB of 1,000,000 bytes. */
function proportionalMegabytes(pids) {
  const kibibytes = pids.map((pid) =>
    Number(/^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1] ?? 0),
  );
  return (kibibytes.reduce((sum, one) => sum + one, 0) * 1024) / 1e6;
}

function descendantsOf(pid) {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
    .trim()
    .split(' ')
    .filter(Boolean);
  return [pid, ...children.flatMap((child) => descendantsOf(Number(child)))];
}
