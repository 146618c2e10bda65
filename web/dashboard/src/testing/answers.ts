import type { Check, NetworkItem, Post, PostBody, PostPage, Problem } from '../posts/types';

/** A page of the posts that a list's query names. */
export function pageOf(posts: readonly Post[], params: URLSearchParams, size: number): PostPage {
  const [state, network, q] = ['state', 'network', 'q'].map((name) => params.get(name));
  const found = posts.filter(
    (post) =>
      (!state || post.state === state) &&
      (!network || post.networks.some((each) => each === network)) &&
      (!q || post.text.toLowerCase().includes(q.toLowerCase())),
  );
  const start = Number(params.get('cursor') ?? 0);
  const end = start + size;
  return {
    posts: found.slice(start, end),
    nextCursor: end < found.length ? String(end) : null,
  };
}

interface Known {
  problems: readonly Problem[];
  networks: readonly NetworkItem[];
}

/** What a check says of a post: the problems that a test has set, and a count of plain letters. */
export function checkOf({ text, networks, versions = {} }: PostBody, known: Known): Check {
  return {
    credits: networks.length,
    problems: known.problems.filter(({ network }) => !network || networks.includes(network)),
    previews: networks.map((network) => {
      const shown = versions[network]?.text ?? text;
      return {
        network,
        text: shown,
        length: [...shown.trim()].length,
        limit: known.networks.find((item) => item.network === network)?.limits.characters ?? 500,
        links: shown.match(/https?:\/\/\S+/g) ?? [],
        tags: shown.match(/#\p{L}+/gu) ?? [],
      };
    }),
  };
}
