const since = (start: NodeJS.CpuUsage): number => {
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
};

/** The milliseconds of processor that work takes, which are the same where other processes have most of the machine. */
export const cpuTime = async (work: () => Promise<unknown>): Promise<number> => {
  const start = process.cpuUsage();
  await work();
  return since(start);
};

export const cpuTimeOf = (work: () => unknown): number => {
  const start = process.cpuUsage();
  work();
  return since(start);
};
