import { describe, expect, it } from '@jest/globals';
import { meaningOfHost, type OwnNames } from './host-names.ts';

const label = '0123456789abcdef0123456789abcdef';
const local: OwnNames = { url: new URL('http://localhost:3000'), sessionDomain: 'localhost', port: 3000 };
const server: OwnNames = {
  url: new URL('https://agents.example.com'),
  sessionDomain: 'sessions.example.com',
  port: 3000,
};

describe('meaningOfHost', () => {
  it.each([
    ['localhost:3000', local],
    ['LOCALHOST:3000', local],
    ['agents.example.com', server],
    ['agents.example.com:443', server],
    ['localhost:3000', server],
  ])('knows the app as %s', (host, names) => {
    expect(meaningOfHost(host, names)).toEqual({ kind: 'app' });
  });

  it.each(['127.0.0.1:3000', '[::1]:3000'])('knows the address %s', (host) => {
    expect(meaningOfHost(host, local)).toEqual({ kind: 'loopback' });
  });

  it.each([
    [`${label}.localhost:3000`, local],
    [`${label.toUpperCase()}.localhost:3000`, local],
    [`${label}.sessions.example.com`, server],
  ])('reads the label of %s', (host, names) => {
    expect(meaningOfHost(host, names)).toEqual({ kind: 'session', label });
  });

  it.each([
    [`5173--${label}.localhost:3000`, local, 5173],
    [`65535--${label.toUpperCase()}.LOCALHOST:3000`, local, 65_535],
    [`1--${label}.sessions.example.com`, server, 1],
  ])('reads the port of %s', (host, names, port) => {
    expect(meaningOfHost(host, names)).toEqual({ kind: 'preview', label, port });
  });

  it.each([
    undefined,
    '',
    'localhost',
    'localhost:3001',
    'localhost.:3000',
    'evil.example',
    'localhost:3000.evil.example',
    `${label}.localhost:3001`,
    `${label}.localhost:3000.evil.example`,
    `${label}.evil.example:3000`,
    `${label}0.localhost:3000`,
    `a.${label}.localhost:3000`,
    `0--${label}.localhost:3000`,
    `03--${label}.localhost:3000`,
    `65536--${label}.localhost:3000`,
    `-1--${label}.localhost:3000`,
    `3000-${label}.localhost:3000`,
    `3000--3000--${label}.localhost:3000`,
    `3000--localhost:3000`,
    `user@localhost:3000`,
  ])('does not know %p', (host) => {
    expect(meaningOfHost(host, local)).toEqual({ kind: 'unknown' });
  });
});
