/** Milliseconds since 1970 as they were at the start, and from then on as time goes by: a clock that is set stops no timer. */
export const steadyNow = (): number => Math.floor(performance.timeOrigin + performance.now());
