import { describe, expect, it } from 'vitest';
import { fontPreloads, withoutRemoteFonts, withStylesLast } from './plugins';
import { withoutUnusedRules } from './purge';

describe('withoutRemoteFonts', () => {
  it('drops_fonts_of_other_hosts_and_keeps_our_own', () => {
    const own = '@font-face{font-family:A;src:url(/assets/a.woff2)}';
    const remote = '@font-face{font-family:B;src:url(https://fonts.test/b.woff2)}';
    expect(withoutRemoteFonts(`${own}${remote}p{color:red}`)).toBe(`${own}p{color:red}`);
  });
});

describe('fontPreloads', () => {
  it('names_every_font_of_the_build_as_a_page_of_its_own_host_fetches_it', () => {
    const files = ['assets/b-1.woff2', 'assets/index.js', 'assets/a-1.woff2'];
    const tags = fontPreloads(files);
    expect(tags.map(({ attrs }) => attrs.href)).toEqual(['/assets/a-1.woff2', '/assets/b-1.woff2']);
    // A font is always fetched without credentials: a preload with them would be fetched twice.
    expect(tags[0]?.attrs).toMatchObject({ rel: 'preload', as: 'font', crossorigin: true });
  });
});

describe('withStylesLast', () => {
  it('puts_style_sheets_behind_what_is_painted_and_leaves_the_script_where_it_is', () => {
    const sheet = '<link rel="stylesheet" crossorigin href="/assets/a.css">';
    const script = '<script type="module" src="/assets/a.js"></script>';
    const page = (head: string, end: string) =>
      `<head>\n    ${script}\n${head}  </head>\n  <body>\n    <p>$&</p>\n${end}  </body>\n`;
    expect(withStylesLast(page(`    ${sheet}\n`, ''))).toBe(page('', `    ${sheet}\n`));
    expect(withStylesLast(page('', ''))).toBe(page('', ''));
  });
});

describe('withoutUnusedRules', () => {
  const kept = (css: string) => withoutUnusedRules(css, new Set(['_Box', '-loader']));

  it('keeps_every_state_and_part_of_a_used_component', () => {
    const css =
      '.wds_1_2_3_Box--gap{gap:1px}.wds_1_2_3_Box__part{top:0}.wds_1_2_3-loader--size-big{width:1px}';
    expect(kept(css)).toBe(css);
  });

  it('drops_rules_that_need_a_component_the_page_cannot_show', () => {
    expect(kept('.wds_1_2_3_Table__row{top:0}')).toBe('');
    expect(kept('.wds_1_2_3_Box__x .wds_1_2_3-table{top:0}')).toBe('');
    expect(kept('.wds_1_2_3_Table,.wds_1_2_3_Box{top:0}')).toBe('.wds_1_2_3_Box{top:0}');
  });

  it('keeps_rules_that_only_exclude_an_unused_component', () => {
    const css = '.wds_1_2_3_Box:not(.wds_1_2_3_Table__row){top:0}';
    expect(kept(css)).toBe(css);
  });

  it('keeps_global_rules_and_keyframes_and_drops_emptied_media', () => {
    const css = ':root{--a:1px}@keyframes wds_1_2_3-table{from{top:0}to{top:1px}}';
    expect(kept(`${css}@media print{.wds_1_2_3_Table{top:0}}`)).toBe(css);
  });
});
