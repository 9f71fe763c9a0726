/**
 * Milliseconds without a sign of life after which a runner is taken for dead, and after which it stops by itself: eight signs of life, since a busy machine may lose a few. A takeover takes this time and the next look for work.
 */
export const deadMs = 2_400;

/** If the runner `w` is alive. A sign of life from the future is none: the database's clock was set back. */
export const alive: string = `w.beat between clock_timestamp() - interval '${deadMs} milliseconds' and clock_timestamp() + interval '${deadMs} milliseconds'`;
