import { marked, tagsOf } from './marked';

interface PostTextProps {
  text: string;
  links: readonly string[];
  tags: readonly string[];
}

/** The words of a post as a network shows them: as they are, with links and tags in its colour. */
export function PostText({ text, links, tags }: PostTextProps) {
  let at = 0;
  const pieces = marked(text.trim(), [...links, ...tagsOf(tags)]).map((piece) => {
    const place = at;
    at += piece.text.length;
    return { ...piece, place };
  });
  return (
    <p className="preview__text" dir="auto">
      {pieces.map(({ text: words, isMarked, place }) =>
        isMarked ? (
          <span key={place} className="preview__mark">
            {words}
          </span>
        ) : (
          words
        ),
      )}
    </p>
  );
}
