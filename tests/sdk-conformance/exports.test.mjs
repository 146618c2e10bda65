// The list against the packages: whatever can be called of them is in cases.json, or below with the reason why not.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { list } from './lib/cases.mjs';

const HERE = new URL('.', import.meta.url);
const { devDependencies } = JSON.parse(readFileSync(new URL('package.json', HERE), 'utf8'));
const ENTRIES = [
  ...Object.keys(devDependencies).filter((name) => name.startsWith('@wix/')),
  '@wix/app-management/service-plugins',
  '@wix/data/service-plugins',
];

/**
 * What a row of another name stands for: the call, and its row. Some test makes the call.
 * @type {Record<string, string>}
 */
const BY_ANOTHER_NAME = {
  'items.aggregatePipeline': 'items.aggregate with a pipeline',
  'httpClient.fetchWithAuth': 'client.fetchWithAuth',
  'appInstances.onAppInstanceInstalled': 'webhooks.process',
  'appInstances.onAppInstanceRemoved': 'webhooks.process',
  'customCharges.provideHandlers': 'servicePlugins.process (custom charges)',
};

/**
 * What lies outside, by the reason. `*` stands for any part of a name.
 * @type {Record<string, string[]>}
 */
const OUTSIDE = {
  'builds what other calls are given, and asks nothing of Wix': [
    'Expressions.*',
    'Filter',
    'PipelineBuilder',
    'QueryBuilder',
    'SearchBuilder',
    'SearchParams',
    'Sort',
    'Stages.*',
    'items.*OptionsBuilder',
    'items.FieldModificationsBuilder',
    'items.Filter',
    'items.PipelineBuilder',
    'items.QueryBuilder',
    'items.SearchBuilder',
    'items.SearchParams',
    'items.Sort',
    'items.filter',
    'items.pipelineBuilder',
  ],
  'works within the process, and asks nothing of Wix': [
    'EventDefinition',
    'ServicePluginDefinition',
    'auth.getContextualAuth',
    'createClient',
    'createLocalTokenStorage',
    'createNanoEvents',
    'decodeText',
    'media.*',
  ],
  "what the dashboard, Wix's own hosting and its monitoring lend an app": [
    'bi.*',
    'errorHandler.*',
    'experiments.*',
    'formatCurrencyToPartsWithLocale',
    'formatCurrencyWithLocale',
    'i18n.*',
    'monitoring.*',
    'settings.*',
  ],
  "GraphQL, which is not among Wix's facts that the platform follows": ['httpClient.graphql'],
  'the administration of Wix Data beside items, collections and indexes (wix-protocol §6)': [
    'backups.*',
    'externalDatabase.*',
    'externalDatabaseConnections.*',
    'movementJobs.*',
    'permissions.*',
    'scheduledWorkflows.*',
    'sharing.*',
    'tasks.*',
  ],
  "the administration of an app, and sales outside of Wix's billing (wix-protocol §5)": [
    'appPermissions.*',
    'devVersionAssignments.*',
    'externalBilling.*',
  ],
};

/** Every function that the packages export, as `name` or `namespace.name`. */
async function callables() {
  /** @type {Set<string>} */
  const names = new Set();
  for (const entry of ENTRIES) {
    for (const [name, value] of Object.entries(await import(entry))) {
      if (typeof value === 'function') names.add(name);
      if (typeof value !== 'object' || value === null) continue;
      for (const [inner, member] of Object.entries(value)) {
        if (typeof member === 'function') names.add(`${name}.${inner}`);
      }
    }
  }
  return [...names];
}

/** The names in the list: `items.query().count` is of `items.query`, and `a.b, c` of `a.b` and `a.c`. */
function listed() {
  /** @type {Map<string, string>} */
  const names = new Map();
  for (const { call } of list()) {
    let namespace = '';
    for (const part of call.split(', ')) {
      const [, own, name] = /^(?:(\w+)\.)?(\w+)/.exec(part) ?? [];
      namespace = own ?? namespace;
      names.set(namespace === '' ? String(name) : `${namespace}.${name}`, call);
      if (own === undefined) continue;
      // A strategy is there when something of it is.
      names.set(own, call);
    }
  }
  return names;
}

/** @param {string} name */
const reasons = (name) =>
  Object.entries(OUTSIDE).filter(([, patterns]) =>
    patterns.some((pattern) => matches(pattern, name)),
  );

/** @param {string} pattern @param {string} name */
function matches(pattern, name) {
  const parts = pattern.split('*').map((part) => part.replaceAll('.', '\\.'));
  return new RegExp(`^${parts.join('\\w*')}$`).test(name);
}

const exported = await callables();
const inList = listed();

test('every call of the packages is in the list, or outside for one reason', () => {
  assert.ok(exported.length > 150, `the packages were not understood: ${exported.join(' ')}`);
  const places = (/** @type {string} */ name) =>
    Number(inList.has(name)) + Number(name in BY_ANOTHER_NAME) + reasons(name).length;
  assert.deepEqual(
    exported.filter((name) => places(name) === 0),
    [],
    'new calls: each needs a row in cases.json, or a reason above',
  );
  assert.deepEqual(
    exported.filter((name) => places(name) > 1),
    [],
    'in two places',
  );
});

test('nothing is said of calls that the packages do not have', () => {
  for (const pattern of Object.values(OUTSIDE).flat()) {
    assert.ok(
      exported.some((name) => matches(pattern, name)),
      `${pattern} is no call`,
    );
  }
  const namespaces = new Set(exported.map((name) => name.split('.')[0]));
  for (const [name, call] of inList) {
    const [namespace, inner] = name.split('.');
    if (inner === undefined || !namespaces.has(namespace) || /Strategy$/.test(String(namespace))) {
      continue;
    }
    assert.ok(exported.includes(name), `${call}: there is no ${name}`);
  }
});

test('a call by another name is made by a test', () => {
  const files = readdirSync(HERE).filter((name) => name.endsWith('.test.mjs'));
  const text = files.map((name) => readFileSync(new URL(name, HERE), 'utf8')).join('\n');
  for (const [name, row] of Object.entries(BY_ANOTHER_NAME)) {
    assert.ok(exported.includes(name), `${name} is no call`);
    assert.ok(
      list().some(({ call, cases }) => call === row && cases.length > 0),
      `${row} is no row`,
    );
    assert.ok(text.includes(`.${name.split('.')[1]}(`), `no test calls ${name}`);
  }
});
