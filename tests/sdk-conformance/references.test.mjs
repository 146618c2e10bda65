import assert from 'node:assert/strict';
import { call, refuses } from './lib/cases.mjs';
import { collection, ids } from './lib/films.mjs';
import { Platform } from './lib/platform.mjs';

const platform = await Platform.start();
const wix = await platform.wix();
const { items } = wix;

const people = await collection(
  wix,
  [{ key: 'name', type: 'TEXT' }],
  [
    { _id: 'ridley', name: 'Ridley' },
    { _id: 'harrison', name: 'Harrison' },
    { _id: 'sigourney', name: 'Sigourney' },
  ],
);
const FIELDS = [
  { key: 'title', type: 'TEXT' },
  {
    key: 'director',
    type: 'REFERENCE',
    typeMetadata: { reference: { referencedCollectionId: people } },
  },
  {
    key: 'cast',
    type: 'MULTI_REFERENCE',
    typeMetadata: { multiReference: { referencedCollectionId: people } },
  },
];
const films = () =>
  collection(wix, FIELDS, [
    { _id: 'alien', title: 'Alien', director: 'ridley' },
    { _id: 'blade', title: 'Blade Runner', director: 'ridley' },
  ]);

call('items.insertReference', {
  'adds one': async () => {
    const of = await films();
    await items.insertReference(of, 'cast', 'alien', 'sigourney');
    assert.deepEqual(ids(await items.queryReferenced(of, 'alien', 'cast')), ['sigourney']);
  },
  'adds several, named by their items': async () => {
    const of = await films();
    const cast = [{ _id: 'sigourney' }, { _id: 'harrison' }];
    await items.insertReference(
      of,
      'cast',
      /** @type {any} */ ({ _id: 'alien' }),
      /** @type {any} */ (cast),
    );
    assert.equal((await items.queryReferenced(of, 'alien', 'cast')).length, 2);
  },
  'on a field that has none is refused': async () =>
    refuses(items.insertReference(await films(), 'title', 'alien', 'sigourney'), 'WDE0020'),
});

call('items.removeReference', {
  'takes it away again': async () => {
    const of = await films();
    await items.insertReference(of, 'cast', 'alien', ['sigourney', 'harrison']);
    await items.removeReference(of, 'cast', 'alien', 'harrison');
    assert.deepEqual(ids(await items.queryReferenced(of, 'alien', 'cast')), ['sigourney']);
  },
});

call('items.replaceReferences', {
  'puts others in their place': async () => {
    const of = await films();
    await items.insertReference(of, 'cast', 'blade', 'sigourney');
    await items.replaceReferences(of, 'cast', 'blade', ['harrison', 'ridley']);
    const { items: cast } = await items.queryReferenced(of, 'blade', 'cast');
    assert.deepEqual(cast.map((person) => person.name).sort(), ['Harrison', 'Ridley']);
  },
  'by nothing': async () => {
    const of = await films();
    await items.insertReference(of, 'cast', 'blade', 'harrison');
    await items.replaceReferences(of, 'cast', 'blade', []);
    assert.equal((await items.queryReferenced(of, 'blade', 'cast')).length, 0);
  },
});

call('items.isReferenced', {
  'yes and no': async () => {
    const of = await films();
    await items.insertReference(of, 'cast', 'alien', 'sigourney');
    assert.equal(await items.isReferenced(of, 'cast', 'alien', 'sigourney'), true);
    assert.equal(await items.isReferenced(of, 'cast', 'alien', 'harrison'), false);
  },
});

call('items.queryReferenced', {
  'page by page, with a total': async () => {
    const of = await films();
    await items.insertReference(of, 'cast', 'alien', ['sigourney', 'harrison', 'ridley']);
    const options = /** @type {any} */ ({ limit: 2, returnTotalCount: true });
    const first = await items.queryReferenced(of, 'alien', 'cast', options);
    assert.deepEqual([first.length, first.totalCount, first.hasNext()], [2, 3, true]);
    assert.deepEqual([(await first.next()).length], [1]);
  },
  'of a field that is no reference': async () =>
    refuses(items.queryReferenced(await films(), 'alien', 'title'), 'WDE0020'),
});

call('items.queryReferencedItems', {
  'of several items': async () => {
    const of = await films();
    await items.insertReference(of, 'cast', 'alien', 'sigourney');
    await items.insertReference(of, 'cast', 'blade', 'harrison');
    const { results } = /** @type {any} */ (
      await items.queryReferencedItems(of, ['alien', 'blade'], 'cast')
    );
    assert.deepEqual(
      results.map((/** @type {any} */ { referringItemId, item }) => [referringItemId, item.name]),
      [
        ['alien', 'Sigourney'],
        ['blade', 'Harrison'],
      ],
    );
  },
  'whose item was removed': async () => {
    const of = await films();
    await items.insert(people, { _id: 'extra', name: 'Extra' });
    await items.insertReference(of, 'cast', 'alien', 'extra');
    await items.remove(people, 'extra');
    const { results } = /** @type {any} */ (await items.queryReferencedItems(of, 'alien', 'cast'));
    assert.deepEqual(
      results.map((/** @type {any} */ one) => one.item),
      results.length > 0 ? [undefined] : [],
    );
  },
});

call('items.query().include', {
  'a reference becomes its item': async () => {
    const [film] = (
      await items
        .query(await films())
        .eq('_id', 'alien')
        .include('director')
        .find()
    ).items;
    assert.equal(film.director.name, 'Ridley');
  },
  'without include it is an id': async () => {
    const [film] = (
      await items
        .query(await films())
        .eq('_id', 'alien')
        .find()
    ).items;
    assert.equal(film.director, 'ridley');
  },
  'several references become their items': async () => {
    const of = await films();
    await items.insertReference(of, 'cast', 'alien', ['sigourney', 'harrison']);
    const [film] = (await items.query(of).eq('_id', 'alien').include('cast').find()).items;
    assert.deepEqual(film.cast.map((/** @type {any} */ person) => person.name).sort(), [
      'Harrison',
      'Sigourney',
    ]);
  },
  'so many of them': async () => {
    const of = await films();
    await items.insertReference(of, 'cast', 'alien', ['sigourney', 'harrison', 'ridley']);
    const [film] = (await items.query(of).eq('_id', 'alien').include('cast', 2).find()).items;
    assert.equal(film.cast.length, 2);
  },
  'a field that is no reference is refused': async () =>
    refuses(
      items
        .query(await films())
        .include('title')
        .find(),
      'WDE0020',
    ),
  'a filter by what is referred to': async () => {
    const of = await films();
    await items.insertReference(of, 'cast', 'blade', 'harrison');
    assert.deepEqual(ids(await items.query(of).hasSome('cast', ['harrison']).find()), ['blade']);
    assert.deepEqual(ids(await items.query(of).eq('director', 'ridley').ascending('_id').find()), [
      'alien',
      'blade',
    ]);
  },
});

call('items.insert with references', {
  'saveReferences keeps several': async () => {
    const of = await films();
    const film = {
      _id: 'new',
      title: 'New',
      cast: ['harrison', 'ridley'],
      director: { _id: 'ridley' },
    };
    const saved = await items.insert(of, film, /** @type {any} */ ({ saveReferences: true }));
    assert.equal(saved.director, 'ridley');
    assert.equal((await items.queryReferenced(of, 'new', 'cast')).length, 2);
  },
  'without it they are not kept': async () => {
    const of = await films();
    await items.insert(of, { _id: 'new', cast: ['harrison'] });
    assert.equal((await items.queryReferenced(of, 'new', 'cast')).length, 0);
  },
  'get includes them': async () => {
    const of = await films();
    await items.insertReference(of, 'cast', 'alien', 'sigourney');
    const options = /** @type {any} */ ({
      includeReferences: [{ field: 'director' }, { field: 'cast' }],
    });
    const film = /** @type {any} */ (await items.get(of, 'alien', options));
    assert.deepEqual([film.director.name, film.cast[0].name], ['Ridley', 'Sigourney']);
  },
});
