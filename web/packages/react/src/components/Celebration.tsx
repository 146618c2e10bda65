const PIECES = 18;
const COLOURS = ['#116dff', '#9a27d5', '#0a8a4f', '#ffb800'];

/** A short burst of confetti, drawn by CSS; not shown at all to those who asked for less motion. */
export function Celebration() {
  return (
    <div className="wxa-celebration" aria-hidden="true">
      {Array.from({ length: PIECES }, (_, index) => (
        <i
          // biome-ignore lint/suspicious/noArrayIndexKey: the pieces never change
          key={index}
          style={{
            insetInlineStart: `${(index * 100) / PIECES + ((index * 7) % 5)}%`,
            background: COLOURS[index % COLOURS.length],
            animationDelay: `${(index * 67) % 420}ms`,
          }}
        />
      ))}
    </div>
  );
}
