import { textOf } from './client.mjs';

/**
 * Compares what agents said (ledger), what is stored (database) and what each page ended up showing, of one session.
 * Gives the violations, each with what is needed to understand it, and how much was compared.
 */
export function check({ session, ledger, stored, workload, clients }) {
  const report = new Report(session.id);
  const turns = joinTurns(stored, workload);
  checkEntries(report, stored);
  checkPrompts(report, stored, workload, ledger, turns);
  checkOrder(report, stored, turns);
  for (const turn of turns) checkTurn(report, turn, ledger, clients);
  checkRequests(report, stored, workload, ledger, turns);
  for (const client of clients) checkClient(report, client, stored);
  return report;
}

class Report {
  violations = [];
  checks = 0;

  constructor(sessionId) {
    this.sessionId = sessionId;
  }

  /** `kind`: lost, repeated, reordered, or whatever else is wrong. */
  expect(isRight, kind, what, details = {}) {
    this.checks += 1;
    if (!isRight) this.violations.push({ kind, what, sessionId: this.sessionId, ...details });
  }
}

function joinTurns(stored, workload) {
  const keys = new Map([...workload.prompts.values()].map((prompt) => [prompt.clientRequestId, prompt]));
  return stored.turns.map((turn) => {
    const row = stored.prompts.find((prompt) => prompt.id === turn.prompt_id);
    const answers = stored.messages.filter(
      (message) => message.role === 'assistant' && message.turn_id === turn.id,
    );
    return { turn, row, key: keys.get(row?.client_request_id)?.key ?? '', answers };
  });
}

function checkEntries(report, { entries }) {
  entries.forEach(({ position }, index) =>
    report.expect(position === index + 1, 'lost', 'the history has no hole', {
      position,
      expected: index + 1,
    }),
  );
  const last = new Map();
  for (const { epoch, seq, position, type, body } of entries) {
    report.expect(type !== 'gap', 'lost', 'there is no gap, since no disk was lost', { position, body });
    if (epoch === null) continue;
    const expected = (last.get(epoch) ?? 0) + 1;
    const kind = seq < expected ? 'repeated' : 'lost';
    report.expect(seq === expected, kind, 'events of an outbox follow each other', {
      position,
      seq,
      expected,
    });
    last.set(epoch, seq);
  }
}

function checkPrompts(report, stored, workload, ledger, turns) {
  for (const { key, clientRequestId, text, isAccepted } of workload.prompts.values()) {
    const rows = stored.prompts.filter((row) => row.client_request_id === clientRequestId);
    report.expect(rows.length > 0 || !isAccepted, 'lost', 'an accepted prompt is stored', { key });
    report.expect(rows.length <= 1, 'repeated', 'a prompt is stored once', { key });
    const [row] = rows;
    if (!row) continue;
    report.expect(row.text === text, 'altered', 'a prompt keeps its text', { key });
    report.expect(row.status === 'done', 'lost', 'every prompt was answered in the end', {
      key,
      status: row.status,
    });
    const own = turns.filter((one) => one.key === key);
    report.expect(own.length === 1, own.length > 1 ? 'repeated' : 'lost', 'a prompt has one turn', {
      key,
      turns: own.length,
    });
    const asked = stored.messages.filter((one) => one.role === 'user' && one.prompt_id === row.id);
    report.expect(
      asked.length === 1,
      asked.length > 1 ? 'repeated' : 'lost',
      'a prompt is one user message',
      { key },
    );
    const times = ledger.executionsOf(key);
    report.expect(times <= 1, 'repeated', 'a prompt is executed once', { key, times });
  }
}

function checkOrder(report, stored, turns) {
  const begun = stored.entries
    .filter(({ body }) => body.type === 'turn.event' && body.event.type === 'turn.started')
    .map(({ turn_id: turnId }) => turns.find(({ turn }) => turn.id === turnId)?.row?.place);
  begun.forEach((place, index) =>
    report.expect(
      index === 0 || place > begun[index - 1],
      'reordered',
      'turns begin in the order of the queue',
      { begun },
    ),
  );
}

function checkTurn(report, { turn, key, answers }, ledger, clients) {
  const details = { key, turnId: turn.id, outcome: turn.status };
  const kind = answers.length > 1 ? 'repeated' : 'lost';
  report.expect(turn.status !== 'running', 'lost', 'every turn has ended', details);
  report.expect(answers.length === 1, kind, 'a turn has one answer', { ...details, answers: answers.length });
  if (answers.length !== 1) return;
  const text = textOf(answers[0].items);
  const said = ledger.said(key);
  report.expect(answers[0].outcome === turn.status, 'altered', 'answer and turn say the same end', {
    ...details,
    answer: answers[0].outcome,
  });
  report.expect(said.startsWith(text), judge(text, said), 'what is stored is what was said', {
    ...details,
    ...difference(text, said),
  });
  if (turn.status === 'completed') {
    report.expect(text === said, 'lost', 'a completed turn has all that was said', {
      ...details,
      ...difference(text, said),
    });
  }
  for (const client of clients) {
    const shown = client.shown.get(turn.id) ?? '';
    report.expect(said.startsWith(shown), judge(shown, said), 'what a page showed is what was said', {
      ...details,
      client: client.name,
      ...difference(shown, said),
    });
    report.expect(text.length >= shown.length, 'lost', 'what was shown is not taken back', {
      ...details,
      client: client.name,
      reason: turn.reason,
      storedLength: text.length,
      shownLength: shown.length,
    });
  }
}

function checkRequests(report, stored, workload, ledger, turns) {
  for (const { id, status, answer, turn_id: turnId } of stored.requests) {
    const { key = '', turn } = turns.find((one) => one.turn.id === turnId) ?? {};
    const told = stored.entries.filter(
      ({ body }) =>
        body.type === 'agent_request.changed' && body.request.id === id && body.request.status === 'answered',
    );
    // An answer may be told again: expired with its turn, and then known to have reached the agent all the same.
    const answers = new Set(told.map(({ body }) => body.request.answeredAt)).size;
    // One whose agent died before the answer reached it was answered, and is expired since.
    const isOnce = status === 'answered' ? answers === 1 : answers <= (answer === null ? 0 : 1);
    report.expect(isOnce, 'repeated', 'a request is answered once', {
      key,
      id,
      status,
      times: answers,
    });
    report.expect(status !== 'pending', 'lost', 'no request is left open', { key, id });
    for (const one of workload.taken.filter((taken) => taken.id === id)) {
      report.expect(
        one.optionId === answer?.optionId && one.asked === answer?.optionId,
        'lost',
        'an accepted answer is the stored one',
        { key, ...one, answer },
      );
    }
    const times = ledger.executionsOf(key);
    const isAllowed = answer?.optionId === 'allow_once';
    if (!isAllowed)
      report.expect(times === 0, 'altered', 'the agent does what was answered', { key, answer, times });
    else if (turn?.status === 'completed')
      report.expect(times === 1, 'altered', 'the agent does what was answered', { key, answer, times });
  }
}

function checkClient(report, client, stored) {
  const { state, name } = client;
  for (const one of client.rewritten)
    report.expect(false, 'altered', 'a page never shows something else instead', { client: name, ...one });
  report.expect(state.isLoaded, 'lost', 'a page shows the session in the end', { client: name });
  const shape = (one) => ({
    id: one.id,
    position: one.position,
    role: one.role,
    text: one.text,
    items: one.items,
    outcome: one.outcome,
  });
  const shown = new Map(state.messages.map((one) => [one.id, JSON.stringify(shape(one))]));
  report.expect(shown.size === state.messages.length, 'repeated', 'a page shows each message once', {
    client: name,
  });
  report.expect(
    shown.size <= stored.messages.length,
    'repeated',
    'a page shows no message that is not stored',
    { client: name },
  );
  for (const message of stored.messages) {
    const expected = JSON.stringify(shape(message));
    const actual = shown.get(message.id);
    report.expect(
      actual === expected,
      actual === undefined ? 'lost' : 'altered',
      'a page shows what is stored',
      { client: name, actual: actual?.slice(0, 400), expected: expected.slice(0, 400) },
    );
  }
  const positions = state.messages.map(({ position }) => position);
  report.expect(
    positions.every((one, index) => index === 0 || one > positions[index - 1]),
    'reordered',
    'a page shows messages in order',
    { client: name },
  );
  report.expect(state.openTurns.length === 0, 'lost', 'no page shows a turn as open', {
    client: name,
    open: state.openTurns.map(({ turn }) => turn.turnId),
  });
  report.expect(state.prompts.length === 0, 'lost', 'no page shows a prompt as waiting', { client: name });
  report.expect(state.gaps.length === 0, 'lost', 'no page shows a gap', { client: name, gaps: state.gaps });
}

function judge(text, said) {
  const lines = text.split('\n').filter(Boolean);
  if (new Set(lines).size < lines.length) return 'repeated';
  const places = lines.map((line) => said.indexOf(line));
  return places.some((place, index) => index > 0 && place < places[index - 1]) ? 'reordered' : 'lost';
}

/** Where two texts part, with a little of both. */
function difference(text, said) {
  let at = 0;
  while (at < text.length && text[at] === said[at]) at += 1;
  const around = (whole) => whole.slice(Math.max(0, at - 40), at + 80);
  return { differsAt: at, isThere: around(text), wasSaid: around(said) };
}
