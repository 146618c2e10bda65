import assert from 'node:assert/strict';
import { Filter, QueryBuilder, Sort } from '@wix/data';
import { call, refuses } from './lib/cases.mjs';
import { collection, FIELDS, FILMS, ids } from './lib/films.mjs';
import { Platform } from './lib/platform.mjs';

const platform = await Platform.start();
const wix = await platform.wix();
const { items } = wix;
const films = await collection(wix, FIELDS, FILMS);

/** @param {(query: any) => any} ask what the builder is asked */
const found = async (ask) => ids(await ask(items.query(films)).ascending('_id').find());

/** @param {unknown} filter as JSON */
const direct = async (filter) => {
  const request = { filter, sort: [{ fieldName: '_id', order: 'ASC' }] };
  return ids(/** @type {any} */ (await items.query(films, /** @type {any} */ (request))));
};

/**
 * A case of the builder: what it is asked, and the ids it must find.
 * @param {(query: any) => any} ask
 * @param {string[]} expected
 */
const finds = (ask, expected) => async () => assert.deepEqual(await found(ask), expected);

/**
 * @param {unknown} filter
 * @param {string[]} expected
 */
const gives = (filter, expected) => async () => assert.deepEqual(await direct(filter), expected);

const ALL = ['alien', 'blade', 'brazil', 'contact', 'dune', 'untitled'];
const day = (/** @type {string} */ text) => new Date(`${text}T00:00:00Z`);

/** @param {any} filter made with the Filter builder */
const built = async (filter) => {
  const request = QueryBuilder().withFilter(filter).withSorting(Sort('_id').asc()).build();
  return ids(/** @type {any} */ (await items.query(films, /** @type {any} */ (request))));
};

call('items.query filters', {
  'eq: a text, in its own case': finds((q) => q.eq('title', 'Alien'), ['alien']),
  'eq: another case is another text': finds((q) => q.eq('title', 'alien'), []),
  'eq: a number': finds((q) => q.eq('year', 1979), ['alien', 'untitled']),
  'eq: a number is no text': finds((q) => q.eq('year', '1979'), []),
  'eq: true': finds((q) => q.eq('seen', true), ['alien', 'blade']),
  'eq: false is not missing': finds((q) => q.eq('seen', false), ['brazil', 'contact']),
  'eq: a date': finds((q) => q.eq('released', day('1982-06-25')), ['blade']),
  'eq: null finds what has no value': finds((q) => q.eq('rating', null), ['dune', 'untitled']),
  'eq: an element of a list': finds((q) => q.eq('tags', 'space'), ['alien', 'contact']),
  'eq: a field within an object': finds((q) => q.eq('studio.name', 'Fox'), ['alien', 'brazil']),
  'ne: also where there is no value': finds(
    (q) => q.ne('year', 1979),
    ['blade', 'brazil', 'contact', 'dune'],
  ),
  'ne: null finds what has a value': finds(
    (q) => q.ne('rating', null),
    ['alien', 'blade', 'brazil', 'contact'],
  ),
  'gt: numbers': finds((q) => q.gt('year', 1985), ['contact', 'dune']),
  'ge: numbers': finds((q) => q.ge('year', 1985), ['brazil', 'contact', 'dune']),
  'lt: numbers': finds((q) => q.lt('year', 1982), ['alien', 'untitled']),
  'le: numbers': finds((q) => q.le('year', 1982), ['alien', 'blade', 'untitled']),
  'gt: texts': finds((q) => q.gt('title', 'Brazil'), ['contact', 'dune']),
  'lt: dates': finds((q) => q.lt('released', day('1982-01-01')), ['alien']),
  'ge: dates': finds((q) => q.ge('released', day('1997-07-11')), ['contact', 'dune']),
  'between: from, and up to but without': finds(
    (q) => q.between('year', 1979, 1985),
    ['alien', 'blade', 'untitled'],
  ),
  'between: dates': finds(
    (q) => q.between('released', day('1980-01-01'), day('1990-01-01')),
    ['blade', 'brazil'],
  ),
  'contains: in any case': finds((q) => q.contains('title', 'RUN'), ['blade']),
  'contains: signs of patterns are plain signs': finds((q) => q.contains('title', '.*'), []),
  'startsWith: in any case': finds((q) => q.startsWith('title', 'B'), ['blade', 'brazil']),
  'startsWith: capitals and small letters': finds((q) => q.startsWith('title', 'D'), ['dune']),
  endsWith: finds((q) => q.endsWith('title', 'L'), ['brazil']),
  'hasSome: any of the values': finds(
    (q) => q.hasSome('tags', ['noir', 'satire']),
    ['blade', 'brazil'],
  ),
  'hasSome: of a field with one value': finds(
    (q) => q.hasSome('year', [1979, 2021]),
    ['alien', 'dune', 'untitled'],
  ),
  'hasSome: dates': finds((q) => q.hasSome('released', [day('1997-07-11')]), ['contact']),
  'hasAll: all of the values': finds((q) => q.hasAll('tags', ['space', 'horror']), ['alien']),
  isEmpty: finds((q) => q.isEmpty('title'), ['untitled']),
  isNotEmpty: finds((q) => q.isNotEmpty('rating'), ['alien', 'blade', 'brazil', 'contact']),
  'two conditions are both needed': finds((q) => q.eq('year', 1979).eq('seen', true), ['alien']),
  'two conditions on one field': finds(
    (q) => q.gt('year', 1979).lt('year', 1997),
    ['blade', 'brazil'],
  ),
  or: finds(
    (q) => q.eq('title', 'Alien').or(items.query(films).eq('title', 'Brazil')),
    ['alien', 'brazil'],
  ),
  and: finds((q) => q.eq('seen', true).and(items.query(films).gt('year', 1980)), ['blade']),
  not: finds((q) => q.not(items.query(films).gt('year', 1980)), ['alien', 'untitled']),
  'or of ands': finds(
    (q) =>
      q.eq('seen', true).gt('year', 1980).or(items.query(films).eq('seen', false).lt('year', 1990)),
    ['blade', 'brazil'],
  ),
  'a filter of its own, joined by and': finds(
    (q) => q.and(items.filter().ge('year', 1985).le('year', 2000)),
    ['brazil', 'contact'],
  ),
  'an operand of the wrong type is refused before it is sent': () =>
    refuses(
      items
        .query(films)
        .contains('title', /** @type {any} */ (4))
        .find(),
      'WDE0044',
    ),
});

call('items.query filters as JSON', {
  'a bare value is equality': gives({ year: 1997 }, ['contact']),
  $eq: gives({ year: { $eq: 1997 } }, ['contact']),
  $ne: gives({ seen: { $ne: true } }, ['brazil', 'contact', 'dune', 'untitled']),
  $in: gives({ title: { $in: ['Alien', 'dune', 'none'] } }, ['alien', 'dune']),
  '$in of nothing': gives({ title: { $in: [] } }, []),
  '$exists: true also where it is null': gives({ rating: { $exists: true } }, [
    'alien',
    'blade',
    'brazil',
    'contact',
    'dune',
  ]),
  '$exists: false': gives({ rating: { $exists: false } }, ['untitled']),
  'null is empty': gives({ title: null }, ['untitled']),
  'two fields are both needed': gives({ year: 1979, seen: true }, ['alien']),
  'two operators on a field': gives({ year: { $gte: 1982, $lt: 1997 } }, ['blade', 'brazil']),
  'a date as $date': gives({ released: { $gt: { $date: '1997-01-01T00:00:00.000Z' } } }, [
    'contact',
    'dune',
  ]),
  'a date as Date': gives({ released: { $gt: day('1997-01-01') } }, ['contact', 'dune']),
  $and: gives({ $and: [{ year: { $gt: 1980 } }, { seen: true }] }, ['blade']),
  $or: gives({ $or: [{ year: 1979 }, { seen: false }] }, [
    'alien',
    'brazil',
    'contact',
    'untitled',
  ]),
  'an empty filter within $or lets all through': gives({ $or: [{ year: 1 }, {}] }, ALL),
  '$not as a list of one': gives({ $not: [{ year: { $gt: 1980 } }] }, ['alien', 'untitled']),
  '$not on a field': gives({ year: { $not: { $gt: 1980 } } }, ['alien', 'untitled']),
  $hasAll: gives({ tags: { $hasAll: ['space'] } }, ['alien', 'contact']),
  '$startsWith, $endsWith, $contains': gives(
    { title: { $startsWith: 'b', $endsWith: 'r', $contains: 'de' } },
    ['blade'],
  ),
  deep: gives(
    { $and: [{ $or: [{ $not: [{ seen: true }] }, { year: 1982 }] }, { year: { $lt: 1990 } }] },
    ['blade', 'brazil', 'untitled'],
  ),
  'the Filter builder': async () => {
    const some = Filter.and(
      Filter('year').gte(1979),
      Filter.or(Filter('seen').eq(true), Filter('title').in(['dune'])),
    );
    assert.deepEqual(await built(some), ['alien', 'blade', 'dune']);
  },
  'the Filter builder: not, isEmpty, nin': async () => {
    assert.deepEqual(await built(Filter.not(Filter('year').gt(1980))), ['alien', 'untitled']);
    assert.deepEqual(await built(Filter('title').isEmpty()), ['untitled']);
    assert.deepEqual(await built(Filter('year').nin([1979, 1982])), ['brazil', 'contact', 'dune']);
  },
  '$regex is refused': () => refuses(direct({ title: { $regex: 'A' } }), 'WDE0070'),
  'an unknown operator is refused': () => refuses(direct({ title: { $near: 'A' } }), 'WDE0093'),
  '$in without a list is refused': () => refuses(direct({ title: { $in: 'A' } }), 'WDE0057'),
  '$contains of a number is refused': () => refuses(direct({ title: { $contains: 4 } }), 'WDE0059'),
});
