import assert from 'node:assert/strict';
import { call, refuses } from './lib/cases.mjs';
import { collection } from './lib/films.mjs';
import { Platform } from './lib/platform.mjs';

const platform = await Platform.start();
const wix = await platform.wix();
const { items } = wix;
const three = () =>
  collection(
    wix,
    [],
    [
      { _id: 'a', n: 1 },
      { _id: 'b', n: 2 },
      { _id: 'c', n: 3 },
    ],
  );

call('items.bulkInsert', {
  'many at once': async () => {
    const into = await collection(wix);
    const result = await items.bulkInsert(
      into,
      Array.from({ length: 1000 }, (_, n) => ({ n })),
    );
    assert.deepEqual([result.inserted, result.skipped, result.errors.length], [1000, 0, 0]);
    assert.equal(new Set(result.insertedItemIds).size, 1000);
  },
  'skips those that are there': async () => {
    const into = await three();
    const result = await items.bulkInsert(into, [{ _id: 'a', n: 9 }, { _id: 'd' }]);
    assert.deepEqual([result.inserted, result.skipped, result.insertedItemIds], [1, 1, ['d']]);
    assert.equal((await items.get(into, 'a'))?.n, 1);
  },
  'names the item that is too large and inserts the others': async () => {
    const into = await collection(wix);
    const result = await items.bulkInsert(into, [
      { _id: 'small' },
      { _id: 'large', t: 'x'.repeat(520_000) },
    ]);
    assert.equal(result.inserted, 1);
    const [error] = /** @type {any[]} */ (result.errors);
    assert.deepEqual([error.code, error.originalIndex], ['WDE0009', 1]);
  },
  'of 1,001 is refused': async () =>
    refuses(items.bulkInsert(await collection(wix), Array(1001).fill({ n: 1 })), 'WDE0006'),
  'into a collection that is not there': () =>
    refuses(items.bulkInsert('Nowhere', [{ n: 1 }]), 'WDE0025'),
});

call('items.bulkUpdate', {
  'replaces those that are there and skips the others': async () => {
    const of = await three();
    const result = await items.bulkUpdate(of, [
      { _id: 'a', m: 1 },
      { _id: 'x', m: 1 },
    ]);
    assert.deepEqual([result.updated, result.skipped, result.updatedItemIds], [1, 1, ['a']]);
    assert.equal((await items.get(of, 'a'))?.n, undefined);
  },
  'on a condition': async () => {
    const of = await three();
    const options = /** @type {any} */ ({ condition: items.filter().gt('n', 1) });
    const result = await items.bulkUpdate(
      of,
      [
        { _id: 'a', n: 9 },
        { _id: 'b', n: 9 },
      ],
      options,
    );
    assert.deepEqual([result.updated, result.updatedItemIds], [1, ['b']]);
  },
});

call('items.bulkSave', {
  'inserts and replaces': async () => {
    const into = await three();
    const result = await items.bulkSave(into, [{ _id: 'a', n: 9 }, { _id: 'd', n: 4 }, { n: 5 }]);
    assert.deepEqual([result.inserted, result.updated], [2, 1]);
    assert.deepEqual(result.updatedItemIds, ['a']);
    assert.equal(await items.query(into).count(), 5);
  },
});

call('items.bulkPatch', {
  'changes a field of several items': async () => {
    const of = await three();
    const result = await items.bulkPatch(of, ['a', 'b']).incrementField('n', 10).run();
    assert.deepEqual([result.updated, result.updatedItemIds], [2, ['a', 'b']]);
    const { items: after } = await items.query(of).ascending('_id').find();
    assert.deepEqual(
      after.map((item) => item.n),
      [11, 12, 3],
    );
  },
  'skips those that are not there': async () => {
    const result = await items
      .bulkPatch(await three(), ['a', 'x'])
      .setField('n', 1)
      .run();
    assert.deepEqual([result.updated, result.skipped], [1, 1]);
  },
});

call('items.bulkRemove', {
  'removes several and skips those that are not there': async () => {
    const of = await three();
    const result = await items.bulkRemove(of, ['a', 'x', 'c']);
    assert.deepEqual([result.removed, result.skipped, result.removedItemIds], [2, 1, ['a', 'c']]);
    assert.equal(await items.query(of).count(), 1);
  },
  'of 1,001 is refused': async () =>
    refuses(items.bulkRemove(await three(), Array(1001).fill('a')), 'WDE0069'),
});

call('items.asyncPatchByFilter', {
  'changes all that match, and the job says how many': async () => {
    const of = await three();
    const changes = /** @type {any} */ ([{ action: 'SET_FIELD', fieldPath: 'n', value: 0 }]);
    const { jobId } = await items.asyncPatchByFilter(of, items.filter().ge('n', 2), changes);
    const status = await items.getAsyncJobStatus(String(jobId));
    assert.equal(status.successCount, 2);
    assert.equal(await items.query(of).eq('n', 0).count(), 2);
  },
});

call('items.asyncRemoveByFilter', {
  'removes all that match': async () => {
    const of = await three();
    const { jobId } = await items.asyncRemoveByFilter(of, items.filter().lt('n', 3));
    assert.equal((await items.getAsyncJobStatus(String(jobId))).successCount, 2);
    assert.equal(await items.query(of).count(), 1);
  },
});

call('items.getAsyncJobStatus', {
  'of a job that is none': () => refuses(items.getAsyncJobStatus('none'), 'WDE0075', /no such job/),
});
