import assert from 'node:assert/strict';
import { call, refuses } from './lib/cases.mjs';
import { collection, FIELDS, FILMS, ids } from './lib/films.mjs';
import { Platform } from './lib/platform.mjs';

const platform = await Platform.start();
const wix = await platform.wix();
const { items } = wix;
const films = await collection(wix, FIELDS, FILMS);
const search = () => items.search(films);

call('items.search', {
  'a word, in any case': async () =>
    assert.deepEqual(ids(await search().expression('BLADE').run()), ['blade']),
  'all words': async () => {
    assert.deepEqual(ids(await search().expression('blade robots').andMode().run()), ['blade']);
    assert.deepEqual(ids(await search().expression('blade horror').andMode().run()), []);
  },
  'any word': async () =>
    assert.deepEqual(
      ids(await search().expression('blade horror').orMode().ascending('_id').run()),
      ['alien', 'blade'],
    ),
  'almost the word': async () => {
    assert.deepEqual(ids(await search().expression('braxil').run()), []);
    assert.deepEqual(ids(await search().expression('braxil').fuzzy().run()), ['brazil']);
  },
  'with a filter, an order and a limit': async () => {
    const found = search().expression('space').gt('year', 1970).descending('year').limit(1);
    assert.deepEqual(ids(await found.run()), ['contact']);
  },
  next: async () => {
    const first = await search().expression('space').ascending('year').limit(1).run();
    assert.deepEqual(ids(await first.next()), ['contact']);
  },
  'as a request': async () => {
    const request = { search: { expression: 'fox' }, sort: [{ fieldName: 'year', order: 'ASC' }] };
    const found = await items.search(films, /** @type {any} */ (request));
    assert.deepEqual(ids(/** @type {any} */ (found)), ['alien', 'brazil']);
  },
  'of a collection that is not there': () =>
    refuses(items.search('Nowhere').expression('a').run(), 'WDE0025'),
});
