// Keeps the page's workers in reach, for tests that kill them; an init script.
(() => {
  const NativeWorker = window.Worker;
  const started = []; // {name, worker, alive}

  window.Worker = class extends NativeWorker {
    constructor(url, options) {
      super(url, options);
      const alive = Promise.withResolvers();
      started.push({ name: options?.name ?? '', worker: this, alive: alive.promise });
      this.addEventListener('message', ({ data }) => {
        if (data?.event === 'alive') alive.resolve();
      });
    }
  };

  const of = (name) => started.filter((entry) => entry.name === name);

  window.testWorkers = {
    /** How many of this name were started so far. */
    count: (name) => of(name).length,
    /** The newest worker of this name holds its lock. */
    alive: (name) => of(name).at(-1).alive,
    /** Ends the newest worker of this name as a crash does: it fires no event. */
    kill: (name) => of(name).at(-1).worker.terminate(),
  };
})();
