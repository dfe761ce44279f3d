import { describe, expect, it } from '@jest/globals';
import { closeCodes, protocolVersion, terminalLimits } from '@codex-webapp/contracts';
import { FakeClock } from '@codex-webapp/nest-kit/testing';
import { slowViewerMs, TerminalViewer } from './terminal-viewer.ts';

const size = { cols: 80, rows: 24 };
const much = Buffer.alloc(terminalLimits.unreadMaxBytes + 1);

function setUp() {
  const clock = new FakeClock();
  const sent: (string | Buffer)[] = [];
  const closed: number[] = [];
  let caughtUp = 0;
  const socket = {
    send: (data: string | Buffer) => sent.push(data),
    close: (code: number) => closed.push(code),
  };
  const viewer = new TerminalViewer(socket, clock, () => (caughtUp += 1));
  return { clock, sent, closed, viewer, timesCaughtUp: () => caughtUp };
}

describe('TerminalViewer', () => {
  it('shows the screen before what came meanwhile, and nothing before it', () => {
    const { viewer, sent } = setUp();
    viewer.show(Buffer.from('later'));
    viewer.tell({ type: 'terminal.resized', cols: 1, rows: 1 });
    expect(sent).toEqual([]);
    viewer.begin(size, Buffer.from('screen'));
    viewer.show(Buffer.from('now'));
    expect(sent).toEqual([
      JSON.stringify({ type: 'terminal.attached', protocolVersion, ...size }),
      Buffer.from('screen'),
      Buffer.from('later'),
      Buffer.from('now'),
    ]);
  });

  it('is behind from a mebibyte on, until most of it is drawn', () => {
    const { viewer, timesCaughtUp } = setUp();
    viewer.begin(size, Buffer.alloc(0));
    viewer.show(much);
    expect(viewer.isBehind).toBe(true);
    viewer.acknowledge(1);
    expect([viewer.isBehind, timesCaughtUp()]).toEqual([true, 0]);
    viewer.acknowledge(much.length);
    expect([viewer.isBehind, timesCaughtUp()]).toEqual([false, 1]);
  });

  it('is behind too while it waits for its screen', () => {
    const { viewer } = setUp();
    viewer.show(much);
    expect(viewer.isBehind).toBe(true);
  });

  it('is cut when it reads nothing, so that the program goes on', () => {
    const { viewer, clock, closed, sent, timesCaughtUp } = setUp();
    viewer.begin(size, Buffer.alloc(0));
    viewer.show(much);
    clock.advance(slowViewerMs - 1);
    viewer.acknowledge(1);
    clock.advance(slowViewerMs - 1);
    expect(closed).toEqual([]);
    clock.advance(1);
    expect(closed).toEqual([closeCodes.tooSlow]);
    const count = sent.length;
    viewer.show(much);
    expect([viewer.isBehind, timesCaughtUp(), sent.length]).toEqual([false, 1, count]);
  });

  it('believes no number that cannot be', () => {
    const { viewer } = setUp();
    viewer.begin(size, Buffer.alloc(0));
    viewer.show(much);
    viewer.acknowledge(much.length + 1);
    viewer.acknowledge(Number.MAX_SAFE_INTEGER);
    expect(viewer.isBehind).toBe(true);
  });
});
