#!/usr/bin/env node
// An agent that speaks the Agent Client Protocol and does what the prompt says, one JSON step per line. For tests of what
// real agents do rarely, or never do twice. `SCRIPTED_AGENT` (JSON) says what it offers; its sessions are files in HOME.
import { appendFileSync, existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Readable, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { agent, ndJsonStream, RequestError } from '@agentclientprotocol/sdk';

const offer = JSON.parse(process.env.SCRIPTED_AGENT ?? '{}');
const cancelled = new Map();
let sessions = 0;
let isLoggedIn = !offer.login;

const log = (entry) => {
  if (process.env.SCRIPTED_AGENT_LOG)
    appendFileSync(process.env.SCRIPTED_AGENT_LOG, `${JSON.stringify(entry)}\n`);
};
const fileOf = (sessionId) => path.join(process.env.HOME, `${sessionId}.session`);

const app = agent({ name: 'scripted' })
  .onRequest('initialize', ({ params }) => {
    log({ initialize: params });
    if (offer.dies) process.exit(3);
    return {
      protocolVersion: 1,
      agentCapabilities: offer.capabilities ?? {},
      authMethods: offer.login ? [{ id: offer.login, name: 'Log in' }] : [],
    };
  })
  .onRequest('authenticate', ({ params }) => {
    log({ authenticate: params });
    isLoggedIn = params.methodId === offer.login;
    return {};
  })
  .onRequest('session/new', () => {
    if (!isLoggedIn) throw new RequestError(-32000, 'Authentication required');
    sessions += 1;
    const sessionId = `${process.pid}-${sessions}`;
    writeFileSync(fileOf(sessionId), '');
    return { sessionId, ...offer.state };
  })
  .onRequest('session/load', async ({ params, client }) => {
    restore(params.sessionId);
    const { sessionId } = params;
    const told = { sessionUpdate: 'agent_message_chunk', content: { type: 'text', text: 'told long ago' } };
    await client.notify('session/update', { sessionId, update: told });
    // Some go on with it after they have answered.
    setTimeout(() => void client.notify('session/update', { sessionId, update: told }), 50);
    return { ...offer.state };
  })
  .onRequest('session/resume', ({ params }) => {
    restore(params.sessionId);
    return { ...offer.state };
  })
  .onRequest('session/set_mode', ({ params }) => {
    log({ mode: params.modeId });
    if (offer.refusesModes) throw new RequestError(-32603, 'Not in this folder');
    return {};
  })
  .onRequest('session/set_config_option', ({ params }) => {
    log({ [params.configId]: params.value });
    offer.state.configOptions = offer.state.configOptions.map((option) => chosen(option, params));
    return { configOptions: offer.state.configOptions };
  })
  .onRequest(
    'session/set_model',
    (params) => params,
    ({ params }) => {
      log({ model: params.modelId });
      return {};
    },
  )
  .onNotification('session/cancel', ({ params }) => {
    log({ cancel: true });
    if (!offer.ignoresCancel) cancelled.get(params.sessionId)?.abort();
  })
  .onRequest('session/prompt', async ({ params, client }) => {
    const { sessionId, prompt } = params;
    log({ prompt });
    const abort = new AbortController();
    cancelled.set(sessionId, abort);
    const text = prompt.findLast((block) => block.type === 'text').text;
    for (const line of text.split('\n')) {
      if (abort.signal.aborted) return { stopReason: 'cancelled' };
      const answer = await perform(JSON.parse(line), { sessionId, client, signal: abort.signal });
      if (answer) return answer;
    }
    return { stopReason: abort.signal.aborted ? 'cancelled' : 'end_turn' };
  });

app.connect(ndJsonStream(Writable.toWeb(process.stdout), Readable.toWeb(process.stdin)));

function restore(sessionId) {
  if (!existsSync(fileOf(sessionId))) throw new RequestError(-32002, 'Resource not found');
}

function chosen(option, { configId, value }) {
  return option.id === configId ? { ...option, currentValue: value } : option;
}

/** `{"update":…}`, `{"later":…}`, `{"ask":…}`, `{"form":…}`, `{"call":…}`, `{"print":…}`, `{"tell":variable}`, `{"wait":ms}`, `{"stop":…}`, `{"fail":…}`, `{"die":…}`. */
async function perform(step, { sessionId, client, signal }) {
  if (step.update) await client.notify('session/update', { sessionId, update: step.update });
  if (step.tell) await say(client, sessionId, process.env[step.tell]);
  if (step.print) process.stdout.write(`${step.print}\n`);
  if (step.later)
    setTimeout(() => void client.notify('session/update', { sessionId, update: step.later }), 20);
  if (step.wait) await sleep(step.wait, undefined, { signal }).catch(() => undefined);
  if (step.ask)
    await say(
      client,
      sessionId,
      await client.request('session/request_permission', { sessionId, ...step.ask }),
    );
  if (step.form)
    await say(client, sessionId, await client.request('elicitation/create', { sessionId, ...step.form }));
  if (step.call)
    await say(
      client,
      sessionId,
      await client.request(step.call, { sessionId }).catch(({ code }) => ({ code })),
    );
  if (step.fail) throw new RequestError(step.fail.code, step.fail.message, step.fail.data);
  if (step.die) process.kill(process.pid, step.die);
  return step.stop ? { stopReason: step.stop } : null;
}

async function say(client, sessionId, answer) {
  const content = { type: 'text', text: JSON.stringify(answer) };
  await client.notify('session/update', {
    sessionId,
    update: { sessionUpdate: 'agent_message_chunk', content },
  });
}
