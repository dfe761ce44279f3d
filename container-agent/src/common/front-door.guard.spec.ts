import { Reflector } from '@nestjs/core';
import type { ExecutionContext } from '@nestjs/common';
import { describe, expect, it } from '@jest/globals';
import { deriveFrontDoorKey, frontDoorHeader, signFrontDoorRequest } from '@codex-webapp/nest-kit';
import { FakeClock } from '@codex-webapp/nest-kit/testing';
import { FrontDoorGuard, WithoutProof } from './front-door.guard.ts';

const key = deriveFrontDoorKey('token');
const clock = new FakeClock();
const guard = new FrontDoorGuard(key, clock, new Reflector());

class Routes {
  files(): void {}

  @WithoutProof()
  health(): void {}
}

function contextOf(handler: () => void, headers: Record<string, string>): ExecutionContext {
  const request = { method: 'GET', originalUrl: '/api/workspace/files?path=', headers };
  return {
    getHandler: () => handler,
    getClass: () => Routes,
    switchToHttp: () => ({ getRequest: () => request }),
  } as unknown as ExecutionContext;
}

describe('FrontDoorGuard', () => {
  const { files, health } = Routes.prototype;

  it('lets in what the front door signed', () => {
    const proof = signFrontDoorRequest(
      key,
      { method: 'GET', path: '/api/workspace/files?path=' },
      clock.now(),
    );
    expect(guard.canActivate(contextOf(files, { [frontDoorHeader]: proof }))).toBe(true);
  });

  it('refuses everybody else in the container', () => {
    expect(() => guard.canActivate(contextOf(files, {}))).toThrow(/front door/);
    const proof = signFrontDoorRequest(key, { method: 'GET', path: '/api/other' }, clock.now());
    expect(() => guard.canActivate(contextOf(files, { [frontDoorHeader]: proof }))).toThrow(/front door/);
  });

  it('asks no proof for a route that says so', () => {
    expect(guard.canActivate(contextOf(health, {}))).toBe(true);
  });
});
