import { describe, expect, it } from '@jest/globals';
import type { AgentEvent } from '../agent-driver.ts';
import { DroidTextStreams } from './droid-text-streams.ts';

function shown(...events: readonly (readonly AgentEvent[])[]) {
  return events
    .flat()
    .map((event) => ('messageId' in event ? `${event.messageId} ${event.text}` : event.type));
}

describe('DroidTextStreams', () => {
  it('adds what the deltas left out', () => {
    const texts = new DroidTextStreams();
    expect(shown(texts.append('message', 'a', 0, 'Hel'), texts.complete('message', 'a', 0, 'Hello'))).toEqual(
      ['a:0 Hel', 'a:0 lo'],
    );
    expect(shown(texts.complete('message', 'b', 1, 'whole'))).toEqual(['b:1 whole']);
  });

  it('leaves the deltas alone when the whole text differs', () => {
    const texts = new DroidTextStreams();
    texts.append('message', 'a', 0, 'Hello <tag>');
    expect(shown(texts.complete('message', 'a', 0, 'Hello'))).toEqual([]);
  });

  it('swallows what a retry repeats under the same id, over several retries', () => {
    const texts = new DroidTextStreams();
    texts.append('message', 'a', 0, 'one two');
    texts.expectRepetition();
    texts.append('message', 'a', 0, 'one');
    texts.expectRepetition();
    expect(
      shown(
        texts.append('message', 'a', 0, 'one'),
        texts.append('message', 'a', 0, ' two three'),
        texts.append('message', 'a', 0, ' four'),
      ),
    ).toEqual(['a:0  three', 'a:0  four']);
  });

  it('completes a repetition that came without deltas', () => {
    const texts = new DroidTextStreams();
    texts.append('message', 'a', 0, 'one');
    texts.expectRepetition();
    expect(shown(texts.complete('message', 'a', 0, 'one two'))).toEqual(['a:0  two']);
  });

  it('shows an answer that differs as a message of its own, from its beginning', () => {
    const texts = new DroidTextStreams();
    texts.append('message', 'a', 0, 'one two');
    texts.expectRepetition();
    expect(shown(texts.append('message', 'a', 0, 'one '), texts.append('message', 'a', 0, 'more'))).toEqual([
      'a:0:2 one more',
    ]);
    texts.expectRepetition();
    expect(shown(texts.append('thought', 'a', 0, 'hm'))).toEqual(['a:0:3 hm']);
  });
});
