/** Does a job, unless the signal comes first: then the error, though the job goes on. */
export const unlessAborted = async <T>(
  job: () => Promise<T>,
  signal: AbortSignal | undefined,
  error: () => Error,
): Promise<T> => {
  if (signal === undefined) return job();
  if (signal.aborted) throw error();
  const { promise, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => reject(error());
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([job(), promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
};
