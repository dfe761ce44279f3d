import { describe, expect, it } from '@jest/globals';
import { Pace, type Outlet } from './pace.ts';
import { UnreadFrames } from './unread-frames.ts';

/** A reader that takes what it was sent when the test says so. */
class StalledOutlet implements Outlet {
  isOpen = true;
  readonly written: string[] = [];
  private readonly unsent: { readonly bytes: number; readonly onSent: () => void }[] = [];

  get unsentBytes(): number {
    return this.unsent.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  write(data: string | Buffer, onSent: () => void): void {
    this.written.push(String(data));
    this.unsent.push({ bytes: Buffer.byteLength(data), onSent });
  }

  cut(): void {
    this.isOpen = false;
  }

  take(): void {
    while (this.unsent.length > 0) this.unsent.shift()?.onSent();
  }
}

const kilobytes = (count: number): Buffer => Buffer.alloc(count * 1_024, 'x');

describe('Pace', () => {
  it('gives a stalled reader little, and the rest in order when it goes on', () => {
    const outlet = new StalledOutlet();
    const pace = new Pace(outlet, new UnreadFrames());
    const frames = Array.from({ length: 400 }, (_, index) => `${index}:`.padEnd(1_024, 'x'));
    for (const frame of frames) expect(pace.send(frame)).toBe(true);
    expect(outlet.written.length).toBeLessThan(20);
    outlet.take();
    expect(outlet.written).toEqual(frames);
  });

  it('tells when all that waits was handed over, at once where nothing does', () => {
    const outlet = new StalledOutlet();
    const pace = new Pace(outlet, new UnreadFrames());
    let isDrained = false;
    pace.whenDrained(() => (isDrained = true));
    expect(isDrained).toBe(true);
    for (let sent = 0; sent < 40; sent += 1) pace.send(kilobytes(1));
    pace.send('the end');
    pace.whenDrained(() => (isDrained = outlet.written.at(-1) === 'the end'));
    isDrained = false;
    outlet.take();
    expect(isDrained).toBe(true);
  });

  it('cuts who is a megabyte behind, but for an answer that was asked for, and holds nothing for it any more', () => {
    const outlet = new StalledOutlet();
    const unread = new UnreadFrames();
    const pace = new Pace(outlet, unread);
    pace.sendLarge(kilobytes(5_000));
    for (let sent = 0; sent < 1_024; sent += 8) expect(pace.send(kilobytes(8))).toBe(true);
    expect([pace.send(kilobytes(8)), pace.send(kilobytes(8))]).toEqual([true, false]);
    expect([outlet.isOpen, unread.heldBytes]).toEqual([false, 0]);
  });
});

describe('UnreadFrames', () => {
  it('counts what goes to many once', () => {
    const unread = new UnreadFrames();
    const readers = Array.from({ length: 100 }, () => new Pace(new StalledOutlet(), unread));
    for (let sent = 0; sent < 100; sent += 1) {
      const frame = kilobytes(8);
      for (const reader of readers) reader.send(frame);
    }
    expect(unread.heldBytes).toBeLessThan(2 * 1024 * 1024);
  });

  it('cuts the slowest when all together are too much', () => {
    const unread = new UnreadFrames(1024 * 1024);
    const outlets = Array.from({ length: 8 }, () => new StalledOutlet());
    const readers = outlets.map((outlet) => new Pace(outlet, unread));
    for (let sent = 0; sent < 50; sent += 1) {
      readers.forEach((reader, index) => {
        for (let more = 0; more <= index; more += 1) if (outlets[index]?.isOpen) reader.send(kilobytes(1));
      });
    }
    expect(unread.heldBytes).toBeLessThanOrEqual(1024 * 1024);
    const isOpen = outlets.map((outlet) => outlet.isOpen);
    expect(isOpen).toEqual([...isOpen].sort((a, b) => Number(b) - Number(a)));
    expect([isOpen[0], isOpen[7]]).toEqual([true, false]);
  });
});
