const apps =
  '^(main-server|container-agent/src|container-agent/test|container-agent/ui|web|tools|e2e|bench|chaos)/';
const serverApps = '^(main-server|container-agent)/src/';
const test = '[.](spec|e2e-spec|spec-d)[.]tsx?$|/(test|testing)/';
/** The two UIs have the same layers; each pattern captures the UI's root so that a rule compares within one UI. */
const ui = '^(web|container-agent/ui/src)';

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'no-cycle',
      comment: 'Files in a cycle can only be understood together. Emit an event, or move the boundary.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'resolvable',
      comment: 'A library is imported by its name or a declared subpath; anything else does not resolve.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'declared-dependency',
      comment:
        'A package that package.json does not name is there by accident and can disappear with the next install.',
      severity: 'error',
      from: { pathNot: test },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'no-path-into-a-library',
      comment: 'A relative path goes around what the library declares as its surface.',
      severity: 'error',
      from: { path: apps },
      to: { path: '^libs/', dependencyTypes: ['local'], dependencyTypesNot: ['aliased', 'npm'] },
    },
    {
      name: 'contracts-only-zod',
      comment:
        'The browser, the server and the container all load contracts: no Nest, no React, no Node API, no I/O.',
      severity: 'error',
      from: { path: '^libs/contracts/src/', pathNot: test },
      to: { pathNot: ['^libs/contracts/src/', '(^|/)node_modules/zod/'] },
    },
    {
      name: 'nest-kit-only-contracts-and-nest',
      comment: 'nest-kit is what both Nest apps need, so it knows neither of them and nothing of a UI.',
      severity: 'error',
      from: { path: '^libs/nest-kit/src/' },
      to: {
        path: ['^libs/ui/', '(^|/)node_modules/(react|react-dom|next|typeorm|@nestjs/typeorm|dockerode)/'],
      },
    },
    {
      name: 'ui-without-server',
      comment: 'libs/ui runs in browsers.',
      severity: 'error',
      from: { path: '^libs/ui/src/', pathNot: test },
      to: { path: ['^libs/nest-kit/', '(^|/)node_modules/@nestjs/'] },
    },
    {
      name: 'library-without-app',
      comment: 'A library that knows an app belongs into that app.',
      severity: 'error',
      from: { path: '^libs/' },
      to: { path: apps },
    },
    {
      name: 'app-without-other-app',
      comment: 'Apps share words through libs only; they are deployed and upgraded apart.',
      severity: 'error',
      from: {
        path: '^(main-server|container-agent(?:/ui)?(?=/(?:src|test)/)|web|tools/[^/]+)/',
        pathNot: test,
      },
      to: { path: apps, pathNot: '^$1/' },
    },
    {
      name: 'agent-without-its-ui',
      comment: 'The session UI is built to static files; no server imports it.',
      severity: 'error',
      from: { path: '^container-agent/(src|test)/' },
      to: { path: '^container-agent/ui/' },
    },
    {
      name: 'browser-without-server-library',
      comment: 'nest-kit is for Node; a UI that imports it ships Nest to the browser.',
      severity: 'error',
      from: { path: ['^web/', '^container-agent/ui/'] },
      to: { path: ['^libs/nest-kit/', '(^|/)node_modules/@nestjs/'] },
    },
    {
      name: 'feature-without-routes',
      comment: 'web/app composes features; a feature that knows a route cannot be used on another one.',
      severity: 'error',
      from: { path: `${ui}/features/` },
      to: { path: '^$1/(app/|main[.]tsx)' },
    },
    {
      name: 'lib-without-features',
      comment: 'lib is below features: downwards only.',
      severity: 'error',
      from: { path: `${ui}/lib/` },
      to: { path: '^$1/(app|features)/' },
    },
    {
      name: 'feature-without-feature-inside',
      comment: 'Another feature is used through its index.ts, never through its inside.',
      severity: 'error',
      from: { path: `${ui}/features/([^/]+)/` },
      to: { path: '^$1/features/', pathNot: ['^$1/features/$2/', '^$1/features/[^/]+/index[.]tsx?$'] },
    },
    {
      name: 'controller-asks-a-service',
      comment:
        'A controller or gateway is a route, a permission and one delegating line: no repository, no provider.',
      severity: 'error',
      from: { path: `${serverApps}.*[.](controller|gateway)[.]ts$` },
      to: {
        path: [
          '[.](entity|repository)[.]ts$',
          '/containers/providers/',
          '(^|/)node_modules/(typeorm|@nestjs/typeorm|dockerode)/',
          '/src/database/',
        ],
      },
    },
    {
      name: 'service-without-transport',
      comment:
        'A service is called by REST, sockets and tests alike: it knows neither Request, Response nor sockets.',
      severity: 'error',
      from: { path: `${serverApps}.*[.]service[.]ts$` },
      to: {
        path: [
          '[.](controller|gateway)[.]ts$',
          '(^|/)node_modules/(@types/)?(express|express-serve-static-core|ws)/',
          '(^|/)node_modules/@nestjs/(websockets|platform-ws|platform-express)/',
          '^(node:)?(http|https|http2|net|tls)$',
        ],
      },
    },
    {
      name: 'below-a-service',
      comment: 'Entities, mappers, policies and providers are below the services: downwards only.',
      severity: 'error',
      from: {
        path: [`${serverApps}.*[.](entity|repository|mapper|policy)[.]ts$`, '/containers/providers/'],
        pathNot: test,
      },
      to: { path: '[.](controller|gateway|service|module)[.]ts$' },
    },
    {
      name: 'module-without-module-inside',
      comment:
        'Another module is used through what its module exports, its service; its tables and shapes are its own.',
      severity: 'error',
      from: { path: '^main-server/src/modules/([^/]+)/', pathNot: test },
      to: {
        path: '^main-server/src/modules/.*([.](entity|repository|mapper|controller|gateway)[.]ts$|/dto/)',
        pathNot: '^main-server/src/modules/$1/',
      },
    },
    {
      name: 'providers-inside-containers',
      comment:
        'Everybody else asks session-containers.service.ts, which alone knows readiness, retries and deadlines.',
      severity: 'error',
      from: { pathNot: ['^main-server/src/modules/containers/', test] },
      to: { path: '^main-server/src/modules/containers/providers/' },
    },
    {
      name: 'dockerode-inside-its-provider',
      comment: 'Backend types never cross the provider interface.',
      severity: 'error',
      from: { pathNot: ['^main-server/src/modules/containers/providers/docker/', test] },
      to: { path: '(^|/)node_modules/(@types/)?dockerode/' },
    },
    {
      name: 'foundation-without-modules',
      comment: 'common/ and database/ are what modules stand on.',
      severity: 'error',
      from: { path: '^main-server/src/(common|database)/', pathNot: test },
      to: { path: '^main-server/src/modules/' },
    },
    {
      name: 'child-process-in-one-place',
      comment:
        'Spawning, killing and streaming are hard to get right, so each side has one folder that knows child_process.',
      severity: 'error',
      from: {
        path: '^(libs|main-server|container-agent|web)/',
        pathNot: [
          '^container-agent/src/process/',
          '^main-server/src/modules/containers/providers/process/',
          test,
        ],
      },
      to: { path: '^(node:)?child_process$' },
    },
    {
      name: 'test-code-stays-in-tests',
      comment: 'A spec, a factory or a test helper in production code runs in production.',
      severity: 'error',
      from: { pathNot: test },
      to: { path: ['[.](spec|e2e-spec)[.]tsx?$', '/(test|testing)/'], pathNot: 'node_modules' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: ['/dist/', '/[.]next/', '^var/'] },
    tsPreCompilationDeps: true,
    combinedDependencies: true,
    tsConfig: { fileName: 'tsconfig.check.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'node', 'default'],
      extensions: ['.ts', '.tsx', '.js', '.mjs', '.cjs', '.json', '.d.ts', '.css'],
    },
  },
};
