import { expect, it } from 'vitest';
import { withoutRemoteFonts } from '../../../vite/plugins';

const rule = (src: string) => `@font-face{font-family:Madefor;src:${src}}`;

it('font rules that fetch from another host are dropped, all others stay', () => {
  const local = rule('url(./madefor.woff2) format("woff2")');
  const remote = [
    rule('url(https://fonts.example/a.woff2)'),
    rule('url("//fonts.example/a.woff2")'),
    rule('url(./a.woff2),url(http://fonts.example/a.woff)'),
  ];
  const css = `a{color:red}${remote.join('')}${local}b{background:url(data:image/svg+xml,x)}`;
  expect(withoutRemoteFonts(css)).toBe(
    `a{color:red}${local}b{background:url(data:image/svg+xml,x)}`,
  );
});
