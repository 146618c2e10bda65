import assert from 'node:assert/strict';
import { items as contextual, Filter, QueryBuilder, Sort } from '@wix/data';
import { call, refuses } from './lib/cases.mjs';
import { collection, FIELDS, FILMS, ids } from './lib/films.mjs';
import { Platform } from './lib/platform.mjs';

const platform = await Platform.start();
const wix = await platform.wix();
const { items } = wix;
const films = await collection(wix, FIELDS, FILMS);
const numbers = Array.from({ length: 120 }, (_, n) => ({
  _id: `n${String(n).padStart(3, '0')}`,
  n,
}));
const many = await collection(wix, [{ key: 'n', type: 'NUMBER' }], numbers);

/** All ids, page by page. */
async function pages(/** @type {any} */ result) {
  const all = [ids(result)];
  let page = result;
  while (page.hasNext()) {
    page = await page.next();
    all.push(ids(page));
  }
  return { all, last: page };
}

call('items.query', {
  'without conditions finds all, the newest first': async () => {
    const newest = await items.insert(films, { title: 'Newest' });
    const found = ids(await items.query(films).find());
    await items.remove(films, String(newest._id));
    assert.deepEqual(found, [newest._id, ...FILMS.map(({ _id }) => _id).reverse()]);
  },
  'an item comes back as it was, with dates as Date': async () => {
    const [film] = (await items.query(films).eq('_id', 'alien').find()).items;
    const { _createdDate, _updatedDate, _owner, ...fields } = film;
    assert.deepEqual(fields, FILMS[0]);
    assert.ok(_createdDate instanceof Date && _updatedDate instanceof Date);
    assert.equal(typeof _owner, 'string');
  },
  'ascending by numbers': async () =>
    assert.deepEqual(
      ids(await items.query(films).isNotEmpty('rating').ascending('rating').find()),
      ['contact', 'brazil', 'blade', 'alien'],
    ),
  'descending by dates': async () =>
    assert.deepEqual(
      ids(await items.query(films).isNotEmpty('released').descending('released').find()),
      ['dune', 'contact', 'brazil', 'blade', 'alien'],
    ),
  'by two fields': async () =>
    assert.deepEqual(
      ids(await items.query(films).ascending('year').descending('_id').limit(3).find()),
      ['untitled', 'alien', 'blade'],
    ),
  'what has no value comes first when ascending': async () =>
    assert.equal(ids(await items.query(films).ascending('title').find())[0], 'untitled'),
  'by a field within an object': async () =>
    assert.deepEqual(
      ids(await items.query(films).isNotEmpty('studio').ascending('studio.name', '_id').find()),
      ['alien', 'brazil', 'blade', 'contact'],
    ),
  'limit and skip': async () =>
    assert.deepEqual(ids(await items.query(many).ascending('n').skip(10).limit(3).find()), [
      'n010',
      'n011',
      'n012',
    ]),
  'fifty items when no limit is set': async () => {
    const result = await items.query(many).ascending('n').find();
    assert.equal(result.length, 50);
    assert.equal(result.hasNext(), true);
  },
  'a thousand is the most': () => refuses(items.query(many).limit(1001).find(), 'limit'),
  'next leads through all pages, each item once': async () => {
    const { all } = await pages(await items.query(many).descending('n').limit(25).find());
    assert.deepEqual(
      all.map((page) => page.length),
      [25, 25, 25, 25, 20],
    );
    assert.deepEqual(all.flat(), numbers.map((item) => item._id).reverse());
  },
  'next keeps its place when items come in between': async () => {
    const own = await collection(wix, [], numbers.slice(0, 10));
    const first = await items.query(own).ascending('_id').limit(5).find();
    await items.insert(own, { _id: 'a-new-first' });
    assert.deepEqual(ids(await first.next()), ['n005', 'n006', 'n007', 'n008', 'n009']);
  },
  'prev leads back': async () => {
    const { last } = await pages(await items.query(many).ascending('n').limit(50).find());
    const back = await last.prev();
    assert.equal(ids(back)[0], 'n050');
    assert.equal(ids(await back.prev())[0], 'n000');
  },
  'there is nothing before the first page': async () => {
    const first = await items.query(many).ascending('n').limit(50).find();
    assert.equal(first.hasPrev(), false);
    await refuses(first.prev(), 'WDE0159');
  },
  'there is nothing behind the last page': async () => {
    const all = await items.query(many).limit(1000).find();
    assert.equal(all.hasNext(), false);
    await refuses(all.next(), 'WDE0165');
  },
  'the total is there when it is asked for': async () => {
    const result = await items.query(many).gt('n', 99).limit(7).find({ returnTotalCount: true });
    assert.equal(result.totalCount, 20);
    assert.equal(result.totalPages, 3);
    const silent = await items.query(many).limit(7).find();
    assert.equal(silent.totalCount, undefined);
  },
  'fields: only these, and _id': async () => {
    const [film] = (
      await items.query(films).fields('title', 'studio.city').eq('_id', 'alien').find()
    ).items;
    assert.deepEqual(film, { _id: 'alien', title: 'Alien', studio: { city: 'Los Angeles' } });
  },
  'consistentRead is accepted': async () =>
    assert.equal((await items.query(films).find({ consistentRead: true })).length, FILMS.length),
  'a query too long for an address is posted': async () => {
    const long = FILMS.map((film) => film._id).concat('x'.repeat(3000));
    assert.equal((await items.query(films).hasSome('_id', long).find()).length, FILMS.length);
  },
  'letters of all languages in a query': async () => {
    const own = await collection(wix, [], [{ _id: 'ü', word: 'Grüße, 世界 🌍' }]);
    assert.deepEqual(ids(await items.query(own).eq('word', 'Grüße, 世界 🌍').find()), ['ü']);
  },
  'a request built in one piece': async () => {
    const request = QueryBuilder()
      .withFilter(Filter('year').lt(1990))
      .withSorting(Sort('year').desc(), Sort('_id').asc())
      .withPaging({ limit: 2, offset: 1 })
      .build();
    const result = await items.query(films, /** @type {any} */ (request));
    assert.deepEqual(ids(/** @type {any} */ (result)), ['blade', 'alien']);
  },
  'a request with a cursor': async () => {
    const first = /** @type {any} */ (
      await items.query(
        many,
        /** @type {any} */ ({
          cursorPaging: { limit: 100 },
          sort: [{ fieldName: 'n', order: 'ASC' }],
        }),
      )
    );
    assert.equal(first.items.length, 100);
    const { cursors, hasNext } = first.pagingMetadata;
    assert.equal(hasNext, true);
    const rest = /** @type {any} */ (
      await items.query(
        many,
        /** @type {any} */ ({ cursorPaging: { limit: 100, cursor: cursors.next } }),
      )
    );
    assert.deepEqual(
      ids(rest),
      numbers.slice(100).map((item) => item._id),
    );
  },
  'through the context instead of a client': async () => {
    wix.enableContext('global');
    try {
      assert.equal(await contextual.query(films).count(), FILMS.length);
    } finally {
      delete (/** @type {any} */ (globalThis).__wix_context__);
    }
  },
  'a cursor that is none is refused': () =>
    refuses(
      /** @type {any} */ (
        items.query(many, /** @type {any} */ ({ cursorPaging: { cursor: 'none' } }))
      ),
      'WDE0152',
    ),
  'a collection that is not there is refused': () =>
    refuses(items.query('Nowhere').find(), 'WDE0025'),
});

call('items.query().count', {
  all: async () => assert.equal(await items.query(films).count(), FILMS.length),
  'those that match': async () =>
    assert.equal(await items.query(films).lt('year', 1990).count(), 4),
  none: async () => assert.equal(await items.query(films).eq('year', 1).count(), 0),
  'limit and skip do not matter': async () =>
    assert.equal(await items.query(many).limit(5).skip(3).count(), 120),
});

call('items.count', {
  'with a filter': async () =>
    assert.equal(await items.count(films, /** @type {any} */ ({ filter: { year: 1979 } })), 2),
  'of everything': async () => assert.equal(await items.count(films), FILMS.length),
});

call('items.query().distinct', {
  'each value once, in order': async () => {
    const { items: years } = await items.query(films).distinct('year');
    assert.deepEqual(years, [1979, 1982, 1985, 1997, 2021]);
  },
  'elements of lists': async () => {
    const { items: tags } = await items.query(films).distinct('tags');
    assert.deepEqual(tags, ['horror', 'noir', 'robots', 'satire', 'space']);
  },
  'of what matches, descending': async () => {
    const { items: years } = await items
      .query(films)
      .eq('seen', false)
      .descending('year')
      .distinct('year');
    assert.deepEqual(years, [1997, 1985]);
  },
  'page by page': async () => {
    const first = await items.query(many).limit(100).distinct('n');
    assert.equal(first.length, 100);
    const next = await first.next();
    assert.deepEqual([next.length, next.items[0], next.hasNext()], [20, 100, false]);
  },
});

call('items.distinct', {
  'with a filter and an order': async () => {
    const options = { filter: { year: { $gt: 1980 } }, order: 'DESC', returnTotalCount: true };
    const result = /** @type {any} */ (
      await items.distinct(films, 'year', /** @type {any} */ (options))
    );
    assert.deepEqual(result.values, [2021, 1997, 1985, 1982]);
    assert.equal(result.pagingMetadata.total, 4);
  },
});
