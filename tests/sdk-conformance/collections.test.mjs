import assert from 'node:assert/strict';
import { call } from './lib/cases.mjs';
import { collection } from './lib/films.mjs';
import { Platform } from './lib/platform.mjs';

const platform = await Platform.start();
const wix = await platform.wix();
const { collections, indexes, items } = wix;
const TEXT = /** @type {const} */ ({ key: 'name', displayName: 'Name', type: 'TEXT' });

/**
 * @param {Promise<unknown>} promise
 * @param {string} code
 */
const refused = (promise, code) =>
  assert.rejects(promise, (/** @type {any} */ error) => {
    assert.equal(error.details?.applicationError?.code, code, error.message);
    return true;
  });

/** @param {any} made */
const keys = (made) =>
  made.fields
    .filter((/** @type {any} */ one) => !one.systemField)
    .map((/** @type {any} */ one) => one.key);

call('collections.createDataCollection', {
  'gives back what was made': async () => {
    const made = /** @type {any} */ (
      await collections.createDataCollection({
        _id: 'Made',
        displayName: 'Made here',
        fields: [TEXT, { key: 'when', type: 'DATETIME' }],
        permissions: { insert: 'ADMIN', update: 'ADMIN', remove: 'ADMIN', read: 'ANYONE' },
      })
    );
    assert.deepEqual(
      [made._id, made.displayName, made.collectionType],
      ['Made', 'Made here', 'NATIVE'],
    );
    assert.deepEqual(keys(made), ['name', 'when']);
    assert.equal(made.permissions.read, 'ANYONE');
    assert.ok(made._createdDate instanceof Date);
  },
  'has the fields of the platform': async () => {
    const made = /** @type {any} */ (await collections.getDataCollection(await collection(wix)));
    const system = made.fields.filter((/** @type {any} */ one) => one.systemField);
    const names = system.map((/** @type {any} */ one) => one.key).sort();
    assert.deepEqual(names, ['_createdDate', '_id', '_owner', '_updatedDate']);
  },
  'twice is refused': async () => {
    await collections.createDataCollection({ _id: 'Twice' });
    await refused(collections.createDataCollection({ _id: 'Twice' }), 'WDE0104');
  },
  'a type that is none is refused': () =>
    assert.rejects(
      collections.createDataCollection({
        _id: 'Odd',
        fields: [/** @type {any} */ ({ key: 'a', type: 'ODD' })],
      }),
      /field\.type/,
    ),
});

call('collections.getDataCollection', {
  'that is not there': () => refused(collections.getDataCollection('Nowhere'), 'WDE0025'),
});

call('collections.listDataCollections', {
  'all, page by page': async () => {
    await collection(wix);
    await collection(wix);
    const all = /** @type {any} */ (await collections.listDataCollections());
    const first = await collections.listDataCollections({ paging: { limit: 1, offset: 1 } });
    assert.equal(first.collections?.length, 1);
    assert.equal(first.collections?.[0]?._id, all.collections[1]._id);
    assert.equal(all.pagingMetadata.total, all.collections.length);
  },
});

call('collections.updateDataCollection', {
  'replaces what may be changed': async () => {
    const id = await collection(wix, [TEXT]);
    const have = /** @type {any} */ (await collections.getDataCollection(id));
    const next = {
      _id: id,
      displayName: 'New',
      revision: have.revision,
      fields: [{ key: 'other', type: 'URL' }],
    };
    const updated = /** @type {any} */ (
      await collections.updateDataCollection(/** @type {any} */ (next))
    );
    assert.deepEqual([updated.displayName, keys(updated)], ['New', ['other']]);
    assert.equal(Number(updated.revision), Number(have.revision) + 1);
  },
  'of an older revision is refused': async () => {
    const id = await collection(wix);
    const old = /** @type {any} */ ({ _id: id, displayName: 'Old', revision: '99' });
    await refused(collections.updateDataCollection(old), 'WDE0178');
  },
});

call('collections.patchDataCollection', {
  'changes only what is named': async () => {
    const id = await collection(wix, [TEXT]);
    const change = /** @type {any} */ ({ displayName: 'Patched' });
    const { dataCollection: patched } = /** @type {any} */ (
      await collections.patchDataCollection(id, change)
    );
    assert.deepEqual([patched.displayName, keys(patched)], ['Patched', ['name']]);
  },
});

call('collections.createDataCollectionField', {
  'adds a field': async () => {
    const id = await collection(wix, [TEXT]);
    await collections.createDataCollectionField(id, { field: { key: 'more', type: 'NUMBER' } });
    assert.deepEqual(keys(await collections.getDataCollection(id)), ['name', 'more']);
  },
  'twice is refused': async () => {
    const id = await collection(wix, [TEXT]);
    await refused(collections.createDataCollectionField(id, { field: TEXT }), 'WDE0157');
  },
});

call('collections.updateDataCollectionField', {
  'replaces a field': async () => {
    const id = await collection(wix, [TEXT]);
    await collections.updateDataCollectionField(id, { field: { key: 'name', type: 'URL' } });
    const after = /** @type {any} */ (await collections.getDataCollection(id));
    assert.equal(after.fields.find((/** @type {any} */ one) => one.key === 'name').type, 'URL');
  },
});

call('collections.patchDataCollectionField', {
  'changes a part of a field': async () => {
    const id = await collection(wix, [TEXT]);
    await collections.patchDataCollectionField(id, {
      key: 'name',
      description: 'What it is called',
    });
    const after = /** @type {any} */ (await collections.getDataCollection(id));
    const field = after.fields.find((/** @type {any} */ one) => one.key === 'name');
    assert.deepEqual([field.type, field.description], ['TEXT', 'What it is called']);
  },
});

call('collections.deleteDataCollectionField', {
  'takes a field away': async () => {
    const id = await collection(wix, [TEXT]);
    await collections.deleteDataCollectionField(id, { fieldKey: 'name' });
    assert.deepEqual(keys(await collections.getDataCollection(id)), []);
  },
  'that is not there': async () =>
    refused(
      collections.deleteDataCollectionField(await collection(wix), { fieldKey: 'x' }),
      'WDE0024',
    ),
});

call('collections.deleteDataCollection', {
  'with all its items': async () => {
    const id = await collection(wix, [], [{ _id: 'a' }]);
    await collections.deleteDataCollection(id);
    await refused(collections.getDataCollection(id), 'WDE0025');
    await collections.createDataCollection({ _id: id });
    assert.equal(await items.query(id).count(), 0);
  },
});

call('indexes.createIndex', {
  'of a field': async () => {
    const id = await collection(wix, [TEXT]);
    const made = await indexes.createIndex(id, {
      name: 'byName',
      fields: [{ path: 'name', order: 'ASC' }],
    });
    assert.deepEqual([made.name, made.unique], ['byName', false]);
  },
  'that is unique refuses a second item of one value': async () => {
    const id = await collection(wix, [TEXT]);
    await indexes.createIndex(id, { name: 'once', fields: [{ path: 'name' }], unique: true });
    await items.insert(id, { name: 'one' });
    await assert.rejects(items.insert(id, { name: 'one' }), /WDE0123/);
    await items.insert(id, { name: 'two' });
  },
});

call('indexes.listIndexes', {
  'those that were made': async () => {
    const id = await collection(wix, [TEXT]);
    await indexes.createIndex(id, { name: 'i', fields: [{ path: 'name' }] });
    const found = await indexes.listIndexes(id);
    assert.deepEqual(
      found.indexes?.map((one) => [one.name, one.status]),
      [['i', 'ACTIVE']],
    );
  },
});

call('indexes.dropIndex', {
  'and it is gone': async () => {
    const id = await collection(wix, [TEXT]);
    await indexes.createIndex(id, { name: 'i', fields: [{ path: 'name' }] });
    await indexes.dropIndex(id, 'i');
    assert.equal((await indexes.listIndexes(id)).indexes?.length, 0);
  },
});

call('indexes.listAvailableIndexes', {
  'how many there may still be': async () => {
    // The package offers it without saying so in its types.
    const { listAvailableIndexes } = /** @type {any} */ (indexes);
    const found = await listAvailableIndexes(await collection(wix));
    assert.equal(found.total, 4);
  },
});

call('collections.addDataCollectionPlugin, deleteDataCollectionPlugin', {
  'comes and goes': async () => {
    const id = await collection(wix);
    const options = { plugin: { type: 'PUBLISH', publishOptions: { defaultStatus: 'DRAFT' } } };
    const add = () => wix.collections.addDataCollectionPlugin(id, /** @type {any} */ (options));
    const { dataCollection } = /** @type {any} */ (await add());
    assert.deepEqual(dataCollection.plugins, [options.plugin]);
    await assert.rejects(add(), /already/);
    const pluginType = /** @type {any} */ ('PUBLISH');
    const remove = () => wix.collections.deleteDataCollectionPlugin(id, { pluginType });
    assert.deepEqual(/** @type {any} */ (await remove()).dataCollection.plugins, []);
    await assert.rejects(remove(), /not there/);
  },
  'of a type that is none': async () => {
    const id = await collection(wix);
    const plugin = /** @type {any} */ ({ type: 'MAGIC' });
    await assert.rejects(wix.collections.addDataCollectionPlugin(id, { plugin }), /one of PUBLISH/);
  },
});
