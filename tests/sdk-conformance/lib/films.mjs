// A collection to ask questions of.

export const FIELDS = [
  { key: 'title', type: 'TEXT' },
  { key: 'year', type: 'NUMBER' },
  { key: 'rating', type: 'NUMBER' },
  { key: 'seen', type: 'BOOLEAN' },
  { key: 'released', type: 'DATETIME' },
  { key: 'tags', type: 'ARRAY_STRING' },
  { key: 'studio', type: 'OBJECT' },
];

/** @param {string} day */
const on = (day) => new Date(`${day}T00:00:00.000Z`);

export const FILMS = [
  {
    _id: 'alien',
    title: 'Alien',
    year: 1979,
    rating: 8.5,
    seen: true,
    released: on('1979-05-25'),
    tags: ['horror', 'space'],
    studio: { name: 'Fox', city: 'Los Angeles' },
  },
  {
    _id: 'blade',
    title: 'Blade Runner',
    year: 1982,
    rating: 8.1,
    seen: true,
    released: on('1982-06-25'),
    tags: ['noir', 'robots'],
    studio: { name: 'Ladd', city: 'Burbank' },
  },
  {
    _id: 'brazil',
    title: 'Brazil',
    year: 1985,
    rating: 7.8,
    seen: false,
    released: on('1985-02-20'),
    tags: ['satire'],
    studio: { name: 'Fox', city: 'London' },
  },
  {
    _id: 'contact',
    title: 'Contact',
    year: 1997,
    rating: 7.5,
    seen: false,
    released: on('1997-07-11'),
    tags: ['space'],
    studio: { name: 'Warner', city: 'Burbank' },
  },
  { _id: 'dune', title: 'dune', year: 2021, rating: null, released: on('2021-09-15'), tags: [] },
  { _id: 'untitled', year: 1979 },
];

let made = 0;

/**
 * A new collection with these items.
 * @param {any} wix
 * @param {unknown[]} [fields]
 * @param {Record<string, unknown>[]} [content]
 * @returns {Promise<string>}
 */
export async function collection(wix, fields = FIELDS, content = []) {
  made += 1;
  const id = `C${made}`;
  await wix.collections.createDataCollection({ _id: id, fields });
  if (content.length > 0) await wix.items.bulkInsert(id, content);
  return id;
}

/**
 * The ids of items, in their order.
 * @param {{ items: { _id: string }[] }} result
 */
export const ids = ({ items }) => items.map((item) => item._id);
