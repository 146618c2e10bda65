import assert from 'node:assert/strict';
import { items as contextual } from '@wix/data';
import { auth } from '@wix/essentials';
import { call, refuses } from './lib/cases.mjs';
import { collection } from './lib/films.mjs';
import { Platform } from './lib/platform.mjs';

const platform = await Platform.start();
const wix = await platform.wix();
const { items } = wix;
const notes = await collection(wix, [{ key: 'text', type: 'TEXT' }]);

/** @param {Promise<any>} promise the fields that are the app's own */
async function own(promise) {
  const { _id, _owner, _createdDate, _updatedDate, ...fields } = await promise;
  return fields;
}

call('items.insert', {
  'gives the item an id, an owner and its dates': async () => {
    const item = await items.insert(notes, { text: 'a' });
    assert.match(String(item._id), /^[0-9a-f-]{36}$/);
    assert.equal(typeof item._owner, 'string');
    assert.ok(item._createdDate instanceof Date);
    assert.deepEqual(item._createdDate, item._updatedDate);
  },
  'keeps an id of its own': async () =>
    assert.equal((await items.insert(notes, { _id: 'mine', text: 'a' }))._id, 'mine'),
  'keeps structure, numbers, booleans, null and dates': async () => {
    const fields = {
      list: [1, 'two', { three: 3.5 }, [true]],
      object: { deep: { er: null } },
      when: new Date('2027-01-02T03:04:05.678Z'),
      dates: [new Date('2020-02-29T00:00:00.000Z')],
    };
    assert.deepEqual(await own(items.insert(notes, fields)), fields);
  },
  'does not overwrite': async () => {
    await items.insert(notes, { _id: 'taken', text: 'first' });
    await refuses(items.insert(notes, { _id: 'taken', text: 'second' }), 'WDE0074');
    assert.equal((await items.get(notes, 'taken'))?.text, 'first');
  },
  'into a collection that is not there': () => refuses(items.insert('Nowhere', {}), 'WDE0025'),
  'of more than 500 KB': () =>
    refuses(items.insert(notes, { text: 'x'.repeat(520_000) }), 'WDE0009'),
  'through the context, elevated': async () => {
    wix.enableContext('global', { elevated: true });
    try {
      const elevated = auth.elevate(contextual.insert);
      assert.equal((await elevated(notes, { _id: 'elevated' }))._id, 'elevated');
    } finally {
      delete (/** @type {any} */ (globalThis).__wix_context__);
    }
  },
});

call('items.get', {
  'an item': async () => {
    await items.insert(notes, { _id: 'read', text: 'here' });
    assert.equal((await items.get(notes, 'read'))?.text, 'here');
  },
  'null when it is not there': async () => assert.equal(await items.get(notes, 'none'), null),
  'an id with spaces, signs and letters of other languages': async () => {
    const id = 'a b+c:d,e;f@g=h&ü 世界';
    await items.insert(notes, { _id: id, text: 'odd' });
    assert.equal((await items.get(notes, id))?.text, 'odd');
  },
  'only some fields': async () => {
    await items.insert(notes, { _id: 'wide', text: 'a', more: 1, other: 2 });
    const item = await items.get(notes, 'wide', { fields: ['text', 'more'] });
    assert.deepEqual(item, { _id: 'wide', text: 'a', more: 1 });
  },
  consistently: async () => {
    await items.insert(notes, { _id: 'now' });
    assert.equal((await items.get(notes, 'now', { consistentRead: true }))?._id, 'now');
  },
  'from a collection that is not there': () => refuses(items.get('Nowhere', 'x'), 'WDE0025'),
});

call('items.update', {
  'replaces the whole item': async () => {
    const before = await items.insert(notes, { _id: 'whole', text: 'a', more: 1 });
    assert.deepEqual(await own(items.update(notes, { _id: 'whole', text: 'b' })), { text: 'b' });
    const after = await items.get(notes, 'whole');
    assert.equal(after?.more, undefined);
    assert.deepEqual(after?._createdDate, before._createdDate);
    assert.equal(after?._owner, before._owner);
  },
  'an item that is not there': () =>
    refuses(items.update(notes, { _id: 'none', text: 'a' }), 'WDE0073'),
  'an item without an id': () =>
    refuses(items.update(notes, /** @type {any} */ ({ text: 'a' })), 'WDE0007'),
  'on a condition that holds': async () => {
    await items.insert(notes, { _id: 'cond', n: 1 });
    const options = /** @type {any} */ ({ condition: items.filter().eq('n', 1) });
    assert.deepEqual(await own(items.update(notes, { _id: 'cond', n: 2 }, options)), { n: 2 });
  },
  'on a condition that does not hold': async () => {
    await items.insert(notes, { _id: 'cond2', n: 1 });
    const options = /** @type {any} */ ({ condition: items.filter().eq('n', 9) });
    await refuses(items.update(notes, { _id: 'cond2', n: 2 }, options), 'WDE0073');
    assert.equal((await items.get(notes, 'cond2'))?.n, 1);
  },
});

call('items.save', {
  'inserts what is new': async () =>
    assert.equal((await items.save(notes, { _id: 'saved', text: 'a' })).text, 'a'),
  'inserts what has no id': async () => assert.ok((await items.save(notes, { text: 'a' }))._id),
  'replaces what is there': async () => {
    await items.insert(notes, { _id: 'again', text: 'a', more: 1 });
    assert.deepEqual(await own(items.save(notes, { _id: 'again', text: 'b' })), { text: 'b' });
  },
});

call('items.patch', {
  'sets a field and leaves the others': async () => {
    await items.insert(notes, { _id: 'p1', text: 'a', more: 1 });
    const item = await items.patch(notes, 'p1').setField('text', 'b').run();
    assert.deepEqual([item.text, item.more], ['b', 1]);
  },
  'sets a field within an object': async () => {
    await items.insert(notes, { _id: 'p2', inner: { a: 1 } });
    const item = await items.patch(notes, 'p2').setField('inner.b', 2).run();
    assert.deepEqual(item.inner, { a: 1, b: 2 });
  },
  'sets a date': async () => {
    await items.insert(notes, { _id: 'p3' });
    const when = new Date('2027-01-02T03:04:05.000Z');
    assert.deepEqual((await items.patch(notes, 'p3').setField('when', when).run()).when, when);
  },
  'increments, also what is not there yet': async () => {
    await items.insert(notes, { _id: 'p4', n: 5 });
    const item = await items
      .patch(notes, 'p4')
      .incrementField('n', -2)
      .incrementField('m', 3)
      .run();
    assert.deepEqual([item.n, item.m], [3, 3]);
  },
  'appends to and removes from lists': async () => {
    await items.insert(notes, { _id: 'p5', list: ['a', 'b', 'a'] });
    const item = await items
      .patch(notes, 'p5')
      .removeFromArray('list', 'a')
      .appendToArray('list', 'c')
      .run();
    assert.deepEqual(item.list, ['b', 'c']);
  },
  'removes a field': async () => {
    await items.insert(notes, { _id: 'p6', text: 'a', more: 1 });
    const change = [{ action: 'REMOVE_FIELD', fieldPath: 'more' }];
    const item = await items.patch(notes, 'p6', /** @type {any} */ (change));
    assert.equal('more' in item, false);
  },
  'increments a text: refused, and nothing of it happens': async () => {
    await items.insert(notes, { _id: 'p7', text: 'a', n: 1 });
    await refuses(
      items.patch(notes, 'p7').setField('n', 2).incrementField('text', 1).run(),
      'WDE0075',
    );
    assert.equal((await items.get(notes, 'p7'))?.n, 1);
  },
  'an item that is not there': () =>
    refuses(items.patch(notes, 'none').setField('a', 1).run(), 'WDE0073'),
  'on a condition that does not hold': async () => {
    await items.insert(notes, { _id: 'p8', n: 1 });
    const options = /** @type {any} */ ({ condition: items.filter().gt('n', 5) });
    await refuses(items.patch(notes, 'p8').setField('n', 2).run(options), 'WDE0073');
  },
});

call('items.remove', {
  'gives back what was removed': async () => {
    await items.insert(notes, { _id: 'gone', text: 'a' });
    assert.equal((await items.remove(notes, 'gone'))?.text, 'a');
    assert.equal(await items.get(notes, 'gone'), null);
  },
  'null when it is not there': async () => assert.equal(await items.remove(notes, 'none'), null),
  'on a condition that does not hold': async () => {
    await items.insert(notes, { _id: 'stays', n: 1 });
    const options = /** @type {any} */ ({ condition: items.filter().gt('n', 5) });
    assert.equal(await items.remove(notes, 'stays', options), null);
    assert.equal((await items.get(notes, 'stays'))?.n, 1);
  },
});

call('items.truncate', {
  'removes all items and keeps the collection': async () => {
    const full = await collection(wix, [], [{ _id: 'a' }, { _id: 'b' }]);
    await items.truncate(full);
    assert.equal(await items.query(full).count(), 0);
    assert.equal((await wix.collections.getDataCollection(full))._id, full);
  },
  'of a collection that is not there': () => refuses(items.truncate('Nowhere'), 'WDE0025'),
});
