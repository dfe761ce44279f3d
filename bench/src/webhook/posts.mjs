// Containers that post messages at a pace, whatever the answers take: the moments of a loaded system are not skipped.
import { Agent, request } from 'node:http';
import { Delays, stampNow } from '../support/delays.mjs';
import { serve } from '../support/worker-side.mjs';

const agent = new Agent({ keepAlive: true, maxSockets: 256 });
const answers = new Delays();
let key = 0;

serve({ post });

/** `containers` take turns. Resolves when everything is answered. */
async function post({ containers, port, perSecond, seconds }) {
  answers.clear();
  const statuses = {};
  const total = perSecond * seconds;
  const startedAt = performance.now();
  const posts = [];
  while (posts.length < total) {
    const due = Math.min(total, Math.ceil(((performance.now() - startedAt) / 1_000) * perSecond));
    while (posts.length < due)
      posts.push(postOne(containers[posts.length % containers.length], port, statuses));
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  const sentMs = performance.now() - startedAt;
  await Promise.all(posts);
  return { total, statuses, sentMs, answeredMs: performance.now() - startedAt, answers: answers.summary() };
}

function postOne({ sessionId, token }, port, statuses) {
  const sentAt = stampNow();
  const text = `${sentAt} ${'A sentence of a usual length, as agents say it. '.repeat(4)}`;
  const body = JSON.stringify({ role: 'assistant', text });
  return new Promise((resolve, reject) => {
    const outgoing = request({
      host: '127.0.0.1',
      port,
      agent,
      method: 'POST',
      path: `/api/container-webhooks/${sessionId}/message`,
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
        'idempotency-key': `bench-${(key += 1)}`,
      },
    });
    outgoing.on('error', reject);
    outgoing.on('response', (answer) => {
      answers.collect(sentAt);
      statuses[answer.statusCode] = (statuses[answer.statusCode] ?? 0) + 1;
      answer.resume();
      answer.on('end', resolve);
    });
    outgoing.end(body);
  });
}
