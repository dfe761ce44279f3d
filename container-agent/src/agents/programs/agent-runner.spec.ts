import { setImmediate as turnOfLoop } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { RecordedTurn } from '../../../test/support/recorded-turn.ts';
import { waitFor } from '../../../test/support/wait-for.ts';
import { type GivenSettings, noSettings, nothingGiven } from '../../agent-settings/agent-settings.ts';
import { type AgentLogin, noLogins } from '../../logins/agent-login.ts';
import type { AgentTurn, TurnResult } from '../agent-driver.ts';
import { AgentRunner, type RunningProgram } from './agent-runner.ts';
import { Deferred } from './deferred.ts';

Logger.overrideLogger(false);

class FakeProgram implements RunningProgram {
  isGone = false;
  hasCommands = false;
  asked = 0;
  readonly ignored = new Map<string, number>();

  hasBackgroundCommands(): boolean {
    this.asked += 1;
    return this.hasCommands;
  }

  stop(): Promise<void> {
    this.isGone = true;
    return Promise.resolve();
  }

  kill(): Promise<void> {
    return this.stop();
  }
}

const installation = {
  notInstalled: 'It is not installed.',
  find: () => Promise.resolve('/bin/agent'),
  canInstall: () => Promise.resolve(false),
  install: () => Promise.reject(new Error('nothing is installed')),
  stopInstallation: () => Promise.resolve(),
};

let started: FakeProgram[];
let login: AgentLogin | null;
let settings: GivenSettings;
/** What a turn waits for, by its text. */
let gates: Map<string, Deferred<TurnResult>>;
/** What a start waits for. */
let startGate: Promise<void>;

beforeEach(() => {
  started = [];
  login = null;
  settings = nothingGiven;
  gates = new Map();
  startGate = Promise.resolve();
});

function createRunner(idleStopMs = 60_000): AgentRunner<FakeProgram> {
  const runner: AgentRunner<FakeProgram> = new AgentRunner({
    id: 'agent',
    name: 'Agent',
    installation,
    logins: { ...noLogins, find: () => Promise.resolve(login) },
    settings: { ...noSettings, find: () => Promise.resolve(settings) },
    idleStopMs,
    interruptGraceMs: 20,
    killGraceMs: 500,
    perform: async (turn: AgentTurn) => {
      await runner.ensure(turn, async () => {
        await startGate;
        const program = new FakeProgram();
        started.push(program);
        return runner.hold(program);
      });
      turn.signal.throwIfAborted();
      const gate = gates.get(turn.text);
      runner.follow({ interrupt: () => gate?.resolve({ outcome: 'interrupted' }) });
      return gate ? gate.promise : { outcome: 'completed' };
    },
    toFailureReason: String,
  });
  return runner;
}

function turnOf(text: string): RecordedTurn {
  return new RecordedTurn({ text, workspacePath: '/workspace' });
}

const running = () => started.filter(({ isGone }) => !isGone).length;

describe('AgentRunner', () => {
  it('keeps one program for all turns, and starts another one with another login or other settings', async () => {
    const runner = createRunner();
    await runner.run(turnOf('one'));
    await runner.run(turnOf('two'));
    expect(started).toHaveLength(1);
    login = { revision: 'b', environment: {}, withoutVariables: [], lease: null };
    await runner.run(turnOf('three'));
    expect([started.length, running()]).toEqual([2, 1]);
    settings = { ...nothingGiven, revision: 'b' };
    await runner.run(turnOf('four'));
    expect([started.length, running()]).toEqual([3, 1]);
  });

  it('disturbs nobody when a turn is interrupted that waits for another one', async () => {
    const gate = new Deferred<TurnResult>();
    gates.set('long', gate);
    const runner = createRunner();
    const long = runner.run(turnOf('long'));
    const waiting = turnOf('waiting');
    const interrupted = runner.run(waiting);
    await waitFor(() => started.length === 1);
    waiting.interrupt();
    expect(await interrupted).toEqual({ outcome: 'interrupted' });
    expect(running()).toBe(1);
    gate.resolve({ outcome: 'completed' });
    expect(await long).toEqual({ outcome: 'completed' });
    expect(started).toHaveLength(1);
  });

  it('ends what was just being started when it is closed', async () => {
    const gate = new Deferred<void>();
    startGate = gate.promise;
    const runner = createRunner();
    const turn = turnOf('one');
    const result = runner.run(turn);
    await turnOfLoop();
    turn.interrupt();
    const closed = runner.close();
    gate.resolve();
    await closed;
    expect(await result).toEqual({ outcome: 'interrupted' });
    expect([started.length, running()]).toEqual([1, 0]);
  });

  it('leaves the program of a later turn alone while it is being closed', async () => {
    gates.set('later', new Deferred());
    const runner = createRunner();
    await runner.run(turnOf('one'));
    const closed = runner.close();
    const later = turnOf('later');
    const result = runner.run(later);
    await closed;
    await waitFor(() => started.length === 2);
    expect(running()).toBe(1);
    later.interrupt();
    expect(await result).toEqual({ outcome: 'interrupted' });
  });

  it('stops an idle program, once nothing it started needs it', async () => {
    const runner = createRunner(5);
    await runner.run(turnOf('one'));
    const [program] = started;
    if (program) program.hasCommands = true;
    await waitFor(() => (program?.asked ?? 0) >= 2);
    expect(running()).toBe(1);
    if (program) program.hasCommands = false;
    await waitFor(() => running() === 0);
  });

  it('fails a turn with a reason, and begins the next one with a fresh program', async () => {
    const gate = new Deferred<TurnResult>();
    gates.set('bad', gate);
    const runner = createRunner();
    const bad = runner.run(turnOf('bad'));
    await waitFor(() => started.length === 1);
    gate.reject('it broke');
    expect(await bad).toEqual({ outcome: 'failed', reason: 'it broke' });
    expect(running()).toBe(0);
    expect(await runner.run(turnOf('next'))).toEqual({ outcome: 'completed' });
    expect(started).toHaveLength(2);
  });
});
