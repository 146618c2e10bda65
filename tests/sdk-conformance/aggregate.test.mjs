import assert from 'node:assert/strict';
import { Expressions, PipelineBuilder, Stages } from '@wix/data';
import { call, refuses } from './lib/cases.mjs';
import { collection } from './lib/films.mjs';
import { Platform } from './lib/platform.mjs';

const platform = await Platform.start();
const wix = await platform.wix();
const { items } = wix;
const sales = await collection(
  wix,
  [],
  [
    { _id: 's1', shop: 'north', kind: 'tea', amount: 3, parts: ['a', 'b'], size: { w: 1 } },
    { _id: 's2', shop: 'north', kind: 'cup', amount: 9, parts: ['a'], size: { w: 2 } },
    { _id: 's3', shop: 'south', kind: 'tea', amount: 5, parts: [], size: { w: 3 } },
    { _id: 's4', shop: 'south', kind: 'tea', amount: 7, parts: ['c'], size: { w: 4 } },
  ],
);

/** @param {any} builder */
const rows = async (builder) => (await builder.run()).items;

/** @param {any[]} stages the results of a pipeline of these */
async function through(...stages) {
  const pipeline = PipelineBuilder().withStages(stages).build();
  const { results } = /** @type {any} */ (
    await items.aggregate(sales, /** @type {any} */ (pipeline))
  );
  return results;
}

const { field, text, numeric } = Expressions;

/** @param {any} expression what it makes of the first sale */
async function value(expression) {
  const [row] = await through(
    Stages.filter().eq('_id', 's1'),
    Stages.project().reshape(expression, 'value'),
  );
  return row.value;
}

call('items.aggregate', {
  'sums by a field': async () =>
    assert.deepEqual(
      await rows(items.aggregate(sales).group('shop').sum('amount', 'sum').ascending('_id')),
      [
        { _id: 'north', sum: 12 },
        { _id: 'south', sum: 12 },
      ],
    ),
  'avg, min, max and count': async () =>
    assert.deepEqual(
      await rows(
        items
          .aggregate(sales)
          .group('kind')
          .avg('amount', 'avg')
          .min('amount', 'min')
          .max('amount', 'max')
          .count()
          .ascending('min'),
      ),
      [
        { _id: 'tea', avg: 5, min: 3, max: 7, count: 3 },
        { _id: 'cup', avg: 9, min: 9, max: 9, count: 1 },
      ],
    ),
  'by two fields': async () => {
    const found = await rows(
      items.aggregate(sales).group('shop', 'kind').count().descending('count'),
    );
    assert.deepEqual(found[0], { _id: { shop: 'south', kind: 'tea' }, count: 2 });
    assert.equal(found.length, 3);
  },
  'over everything': async () => {
    const [row] = await rows(items.aggregate(sales).sum('amount', 'sum'));
    assert.equal(row.sum, 24);
  },
  'of what matches': async () => {
    const some = items.aggregate(sales).filter(items.filter().gt('amount', 4));
    assert.deepEqual(await rows(some.group('shop').sum('amount', 'sum').ascending('_id')), [
      { _id: 'north', sum: 9 },
      { _id: 'south', sum: 12 },
    ]);
  },
  having: async () => {
    const all = items.aggregate(sales).group('kind').sum('amount', 'sum');
    assert.deepEqual(await rows(all.having(items.filter().gt('sum', 10))), [
      { _id: 'tea', sum: 15 },
    ]);
  },
  'limit, skip and next': async () => {
    const first = await items
      .aggregate(sales)
      .group('amount')
      .count()
      .ascending('_id')
      .limit(3)
      .run();
    assert.deepEqual(
      first.items.map((/** @type {any} */ row) => row._id),
      [3, 5, 7],
    );
    const next = await first.next();
    assert.deepEqual(
      next.items.map((/** @type {any} */ row) => row._id),
      [9],
    );
    assert.equal(next.hasNext(), false);
  },
  'of a collection that is not there': () =>
    refuses(items.aggregate('Nowhere').sum('a', 'b').run(), 'WDE0025'),
});

call('items.aggregate with a pipeline', {
  'filter, group, sort': async () => {
    const stages = [
      Stages.filter().gt('amount', 3),
      Stages.group().by(field('shop'), 'shop').sum(field('amount'), 'sum').count('n'),
      Stages.sort().descending('sum'),
    ];
    const expected = [
      { _id: { shop: 'south' }, sum: 12, n: 2 },
      { _id: { shop: 'north' }, sum: 9, n: 1 },
    ];
    assert.deepEqual(await through(...stages), expected);
    // The same by its other name.
    const pipeline = PipelineBuilder().withStages(stages).build();
    const { results } = /** @type {any} */ (await items.aggregatePipeline(sales, pipeline));
    assert.deepEqual(results, expected);
  },
  'avg, min, max, first, last, push': async () => {
    const [row] = await through(
      Stages.sort().ascending('amount'),
      Stages.group()
        .avg(field('amount'), 'avg')
        .min(field('amount'), 'min')
        .max(field('amount'), 'max')
        .first(field('kind'), 'first')
        .last(field('kind'), 'last')
        .push(field('amount'), 'all'),
    );
    const { _id, ...gathered } = row;
    assert.deepEqual(gathered, {
      avg: 6,
      min: 3,
      max: 9,
      first: 'tea',
      last: 'cup',
      all: [3, 5, 7, 9],
    });
  },
  'skip and limit': async () => {
    const found = await through(Stages.sort().ascending('_id'), Stages.skip(1), Stages.limit(2));
    assert.deepEqual(
      found.map((/** @type {any} */ row) => row._id),
      ['s2', 's3'],
    );
  },
  unwind: async () => {
    const found = await through(Stages.sort().ascending('_id'), Stages.unwind('parts'));
    assert.deepEqual(
      found.map((/** @type {any} */ row) => row.parts),
      ['a', 'b', 'a', 'c'],
    );
  },
  'project: include': async () => {
    const [row] = await through(Stages.filter().eq('_id', 's1'), Stages.project().include('shop'));
    assert.deepEqual(row, { _id: 's1', shop: 'north' });
  },
  'project: exclude': async () => {
    const [row] = await through(
      Stages.filter().eq('_id', 's1'),
      Stages.project().exclude('parts', 'size'),
    );
    assert.deepEqual([row.shop, row.parts, row.size], ['north', undefined, undefined]);
  },
  objectToArray: async () => {
    const [row] = await through(
      Stages.filter().eq('_id', 's2'),
      Stages.objectToArray('size', 'pairs'),
    );
    assert.deepEqual(row.pairs, [{ key: 'w', value: 2 }]);
  },
  'add, subtract, multiply, divide, mod': async () => {
    const amount = field('amount');
    assert.equal(await value(Expressions.add(amount, numeric(4), numeric(1))), 8);
    assert.equal(await value(Expressions.subtract(amount, numeric(5))), -2);
    assert.equal(await value(Expressions.multiply(amount, amount)), 9);
    assert.equal(await value(Expressions.divide(amount, numeric(2))), 1.5);
    assert.equal(await value(Expressions.mod(amount, numeric(2))), 1);
  },
  'abs, floor, ceil, sum': async () => {
    assert.equal(await value(Expressions.abs(numeric(-3))), 3);
    assert.equal(await value(Expressions.floor(numeric(2.7))), 2);
    assert.equal(await value(Expressions.ceil(numeric(2.2))), 3);
    assert.equal(await value(Expressions.sum(field('amount'), numeric(2))), 5);
  },
  'concat, toUpper, toLower, substring, length, stringify': async () => {
    assert.equal(await value(Expressions.concat(field('shop'), text('!'))), 'north!');
    assert.equal(await value(Expressions.toUpper(field('shop'))), 'NORTH');
    assert.equal(await value(Expressions.toLower(text('ÀB'))), 'àb');
    assert.equal(await value(Expressions.substring(field('shop'), numeric(1), numeric(3))), 'ort');
    assert.equal(await value(Expressions.length(field('shop'))), 5);
    assert.equal(await value(Expressions.stringify(field('amount'))), '3');
  },
  'paging with a cursor': async () => {
    const stages = [Stages.sort().ascending('_id')];
    const ask = async (/** @type {any} */ paging) => {
      const pipeline = PipelineBuilder().withStages(stages).withPaging(paging).build();
      return /** @type {any} */ (await items.aggregate(sales, /** @type {any} */ (pipeline)));
    };
    const first = await ask({ limit: 3 });
    assert.equal(first.results.length, 3);
    const rest = await ask({ limit: 3, cursor: first.pagingMetadata.cursors.next });
    assert.deepEqual(
      rest.results.map((/** @type {any} */ row) => row._id),
      ['s4'],
    );
  },
});
