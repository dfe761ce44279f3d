const swc = (parser) => [
  '@swc/jest',
  {
    swcrc: false,
    sourceMaps: 'inline',
    module: { type: 'es6' },
    jsc: {
      target: 'es2022',
      keepClassNames: true,
      parser,
      transform: {
        legacyDecorator: true,
        decoratorMetadata: true,
        useDefineForClassFields: false,
        react: { runtime: 'automatic' },
      },
    },
  },
];

/** Tests read the libraries' sources: no build first, and a stack trace names the line you wrote. */
const shared = {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts', '.tsx'],
  transform: {
    '\\.ts$': swc({ syntax: 'typescript', decorators: true }),
    '\\.tsx$': swc({ syntax: 'typescript', tsx: true }),
  },
  moduleNameMapper: {
    '^@codex-webapp/(contracts|nest-kit|ui)$': '<rootDir>/libs/$1/src/index.ts',
    '^@codex-webapp/(contracts|nest-kit)/(.*)$': '<rootDir>/libs/$1/src/$2/index.ts',
  },
  modulePathIgnorePatterns: ['/dist/', '<rootDir>/web/\\.next/', '<rootDir>/var/'],
  testPathIgnorePatterns: ['/node_modules/', '/dist/', '/\\.next/'],
};

export default {
  // A worker keeps the modules of every file it has run, some 90 MB each: without an end it would run out of memory.
  workerIdleMemoryLimit: '1GB',
  // For what hangs. A machine that runs other things beside takes five times as long as a quiet one. A test whose claim
  // is a time says that time itself.
  testTimeout: 120_000,
  projects: [
    {
      ...shared,
      displayName: 'unit',
      testMatch: [
        '<rootDir>/{libs/*,main-server,container-agent,container-agent/ui,tools/*}/src/**/*.spec.{ts,tsx}',
        '<rootDir>/web/{app,features,lib}/**/*.spec.{ts,tsx}',
      ],
    },
    {
      ...shared,
      displayName: 'e2e',
      testMatch: ['<rootDir>/{main-server,container-agent}/test/**/*.e2e-spec.ts'],
    },
    {
      ...shared,
      displayName: 'docker',
      // Compose builds both images from nothing, which alone takes as long as all the rest: a part of the full run.
      testPathIgnorePatterns: [
        ...shared.testPathIgnorePatterns,
        ...(process.env.TEST_FULL === '1' ? [] : ['/compose\\.docker-spec']),
      ],
      globalTeardown: '<rootDir>/main-server/test/support/remove-test-image.mjs',
      testMatch: ['<rootDir>/{main-server,container-agent}/{src,test}/**/*.docker-spec.ts'],
    },
  ],
};
