import { describe, expect, it } from '@jest/globals';
import { isPublicQuestion, refusalOf } from './question.ts';

function ask(name: string): Buffer {
  const header = Buffer.from([0x12, 0x34, 0x01, 0x00, 0, 1, 0, 0, 0, 0, 0, 0]);
  const labels = name.split('.').map((label) => Buffer.from([label.length, ...Buffer.from(label)]));
  return Buffer.concat([header, ...labels, Buffer.from([0, 0, 1, 0, 1])]);
}

describe('isPublicQuestion', () => {
  it.each(['example.com', 'packages.example.org', 'a.b.c.museum', 'EXAMPLE.COM', 'name.xn--p1ai'])(
    'lets %s pass',
    (name) => {
      expect(isPublicQuestion(ask(name))).toBe(true);
    },
  );

  it.each([
    'cw-0123456789ab-3f1c',
    'cw-0123456789ab-3f1c.cw-0123456789ab-3f1c',
    '0f3a9c1b2d4e',
    'web',
    'web.project_default',
    '2.0.213.10.in-addr.arpa',
    'x.123',
  ])('keeps %s to itself', (name) => {
    expect(isPublicQuestion(ask(name))).toBe(false);
  });

  it('keeps what is no question to itself', () => {
    const two = ask('example.com');
    two.writeUInt16BE(2, 4);
    const pointer = Buffer.concat([
      ask('example.com').subarray(0, 12),
      Buffer.from([0xc0, 0x0c, 0, 1, 0, 1]),
    ]);
    for (const message of [
      Buffer.alloc(0),
      Buffer.alloc(11),
      ask('example.com').subarray(0, 18),
      two,
      pointer,
    ])
      expect(isPublicQuestion(message)).toBe(false);
  });
});

describe('refusalOf', () => {
  it('answers the question that was asked', () => {
    const answer = refusalOf(ask('web'));
    expect(answer.readUInt16BE(0)).toBe(0x1234);
    expect(answer[2]! & 0x80).toBe(0x80);
    expect(answer[3]! & 0x0f).toBe(3);
  });
});
