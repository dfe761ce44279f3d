import { describe, expect, it } from '@jest/globals';
import { engineInfoSchema, findShortcomings, type EngineWishes } from './docker-preflight.ts';

const complete = {
  ServerVersion: '29.5.1',
  OSType: 'linux',
  SecurityOptions: ['name=seccomp,profile=builtin', 'name=userns', 'name=cgroupns'],
  Runtimes: { runc: {}, runsc: {} },
  MemoryLimit: true,
  SwapLimit: true,
  PidsLimit: true,
  CpuCfsQuota: true,
  LiveRestoreEnabled: true,
  MemTotal: 64 * 2 ** 30,
};
const wishes: EngineWishes = {
  runtime: null,
  runcVersion: '1.3.3',
  sizesVolumes: true,
  largestMemoryBytes: 8 * 2 ** 30,
  diskBound: '20 GB, looked at each minute',
};

function namesOf(info: object, wanted: Partial<EngineWishes> = {}): readonly string[] {
  const parsed = engineInfoSchema.parse({ ...complete, ...info });
  return findShortcomings(parsed, { ...wishes, ...wanted }).map(({ name, isFatal }) =>
    isFatal ? `${name}!` : name,
  );
}

describe('findShortcomings', () => {
  it('says nothing of an engine that can do everything', () => {
    expect(namesOf({})).toEqual([]);
  });

  it.each([
    ['engine-version!', { ServerVersion: '19.03.15' }],
    ['operating-system!', { OSType: 'windows' }],
    ['seccomp!', { SecurityOptions: ['name=userns'] }],
    ['limits!', { MemoryLimit: false }],
    ['limits!', { PidsLimit: false }],
    ['limits!', { CpuCfsQuota: false }],
    ['swap-limit', { SwapLimit: false }],
    ['user-namespaces', { SecurityOptions: ['name=seccomp,profile=default'] }],
    ['live-restore', { LiveRestoreEnabled: false }],
    ['memory', { MemTotal: 4 * 2 ** 30 }],
  ])('names %s', (name, info) => {
    expect(namesOf(info)).toEqual([name]);
  });

  it('names a runtime that the engine lacks, and no other', () => {
    expect(namesOf({}, { runtime: 'kata' })).toEqual(['runtime!']);
    expect(namesOf({}, { runtime: 'runsc' })).toEqual([]);
  });

  it('names an old runc where sessions run in it', () => {
    expect(namesOf({}, { runcVersion: '1.1.5+ds1' })).toEqual(['runc-version']);
    expect(namesOf({}, { runcVersion: '1.2.8' })).toEqual([]);
    expect(namesOf({}, { runcVersion: '1.1.5', runtime: 'runsc' })).toEqual([]);
    expect(namesOf({}, { runcVersion: null })).toEqual([]);
  });

  it('names volumes without a size, with what the watch allows', () => {
    const [finding] = findShortcomings(engineInfoSchema.parse(complete), { ...wishes, sizesVolumes: false });
    expect(finding).toMatchObject({
      name: 'volume-size',
      text: expect.stringContaining('20 GB, looked at each minute'),
    });
  });

  it('takes a rootless engine for one with user namespaces', () => {
    expect(namesOf({ SecurityOptions: ['name=seccomp', 'name=rootless'] })).toEqual([]);
  });
});
