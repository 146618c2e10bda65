const PATHS = {
  reply: 'M20 11.5a7.5 7.5 0 0 1-11 6.600L4 19.500l1.4-4.600A7.5 7.5 0 1 1 20 11.500Z',
  repost:
    'M7 17V8.500a2 2 0 0 1 2-2h8M14 3.500l3 3-3 3M17 8v7.500a2 2 0 0 1-2 2H7M10 20.500l-3-3 3-3',
  star: 'm12 4 2.4 5 5.6.7-4.1 3.8 1.1 5.5-5-2.800L7 19l1.1-5.500L4 9.7 9.6 9Z',
  heart:
    'M12 19.500S4 15 4 9.300A4.2 4.2 0 0 1 12 7.500a4.2 4.2 0 0 1 8 1.800c0 5.7-8 10.2-8 10.200Z',
  save: 'M7 4h10v16l-5-4-5 4Z',
  share: 'M12 15V4M8 8l4-4 4 4M5 13v6h14v-6',
  more: 'M6 12h.01M12 12h.01M18 12h.01',
} as const;

export type PreviewSign = keyof typeof PATHS;

/** What a reader could do with the post; here it only shows that it is one. */
export function PreviewIcon({ sign }: { sign: PreviewSign }) {
  return (
    <svg viewBox="0 0 24 24" width="20" height="20" fill="none" aria-hidden="true">
      <path
        d={PATHS[sign]}
        stroke="currentColor"
        strokeLinecap="round"
        strokeLinejoin="round"
        strokeWidth={sign === 'more' ? 2.5 : 1.6}
      />
    </svg>
  );
}
