/** The page of one post. */
export const postAddress = (id: string) => `/post?id=${encodeURIComponent(id)}`;

/** The composer with a post that is there. */
export const editAddress = (id: string) => `/compose?post=${encodeURIComponent(id)}`;

/** The composer with a new post, for a day such as `2026-11-24` where one is given. */
export const composeAddress = (day?: string) =>
  day === undefined ? '/compose' : `/compose?day=${day}`;
