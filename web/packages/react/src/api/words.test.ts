import { describe, expect, it } from 'vitest';
import { inWordsOf } from './words.js';

const plan = {
  name: 'Team',
  benefits: ['All networks'],
  translations: {
    de: { name: 'Team', benefits: ['Alle Netzwerke'] },
    'pt-br': { name: 'Equipe', benefits: ['Todas as redes'] },
  },
};

describe('inWordsOf', () => {
  it.each([
    ['de', 'Alle Netzwerke'],
    ['de-CH', 'Alle Netzwerke'],
    ['pt-BR', 'Todas as redes'],
    ['pt', 'All networks'],
    ['en', 'All networks'],
  ])('says a plan in %s', (locale, benefit) => {
    expect(inWordsOf(locale, plan).benefits).toEqual([benefit]);
  });

  it('leaves_what_an_older_server_gives_as_it_is', () => {
    expect(inWordsOf('de', { name: 'Team' })).toEqual({ name: 'Team' });
  });

  it('gives a top-up no benefits', () => {
    const topUp = { name: 'Pack', translations: { de: { name: 'Paket', benefits: [] } } };
    expect(inWordsOf('de', topUp)).toEqual({ ...topUp, name: 'Paket' });
  });
});
