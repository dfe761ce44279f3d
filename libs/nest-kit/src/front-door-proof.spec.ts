import { describe, expect, it } from '@jest/globals';
import {
  deriveFrontDoorKey,
  frontDoorToleranceMs,
  isFrontDoorRequest,
  signFrontDoorRequest,
} from './front-door-proof.ts';

const now = Date.UTC(2026, 0, 1);
const key = deriveFrontDoorKey('token of generation 1');
const request = { method: 'GET', path: '/api/workspace/files?path=a' };

describe('isFrontDoorRequest', () => {
  it('accepts what was signed for this method and path', () => {
    const proof = signFrontDoorRequest(key, request, now);
    expect(isFrontDoorRequest(key, request, proof, now)).toBe(true);
    expect(isFrontDoorRequest(key, request, proof, now + frontDoorToleranceMs)).toBe(true);
  });

  it.each([
    ['another method', { method: 'PUT', path: request.path }],
    ['another path', { method: 'GET', path: '/api/workspace/files?path=b' }],
    ['a method that eats into the path', { method: 'GET\n/api', path: '/workspace/files?path=a' }],
  ])('refuses a proof for %s', (_what, other) => {
    expect(isFrontDoorRequest(key, other, signFrontDoorRequest(key, request, now), now)).toBe(false);
  });

  it('refuses a proof that is too old or too new', () => {
    const proof = signFrontDoorRequest(key, request, now);
    expect(isFrontDoorRequest(key, request, proof, now + frontDoorToleranceMs + 1)).toBe(false);
    expect(isFrontDoorRequest(key, request, proof, now - frontDoorToleranceMs - 1)).toBe(false);
  });

  it('refuses a proof made with the key of another generation', () => {
    const proof = signFrontDoorRequest(deriveFrontDoorKey('token of generation 2'), request, now);
    expect(isFrontDoorRequest(key, request, proof, now)).toBe(false);
  });

  it.each([undefined, '', 'v1;;', 'v2;1;x', `v1;${now};short`])('refuses the broken header %p', (proof) => {
    expect(isFrontDoorRequest(key, request, proof, now)).toBe(false);
  });
});
