// Counts WebAssembly's memories in a page or a worker: benchMemory() gives the bytes of those
// that are alive. To be run before anything makes one. Held weakly: it keeps none alive.
(() => {
  /** @type {WeakRef<WebAssembly.Memory>[]} */
  const memories = [];
  const seen = (memory) => {
    if (!memories.some((known) => known.deref() === memory)) memories.push(new WeakRef(memory));
  };
  const Native = WebAssembly.Memory;
  WebAssembly.Memory = new Proxy(Native, {
    construct(target, args) {
      const memory = Reflect.construct(target, args);
      seen(memory);
      return memory;
    },
  });
  const look = ({ exports }) => {
    for (const one of Object.values(exports)) if (one instanceof Native) seen(one);
  };
  for (const name of ['instantiate', 'instantiateStreaming']) {
    const native = WebAssembly[name];
    WebAssembly[name] = async (...args) => {
      const made = await native.apply(WebAssembly, args);
      look(made.instance ?? made);
      return made;
    };
  }
  WebAssembly.Instance = new Proxy(WebAssembly.Instance, {
    construct(target, args) {
      const instance = Reflect.construct(target, args);
      look(instance);
      return instance;
    },
  });
  globalThis.benchMemory = () => {
    globalThis.gc?.();
    const buffers = new Set(memories.map((memory) => memory.deref()?.buffer).filter(Boolean));
    return [...buffers].reduce((sum, { byteLength }) => sum + byteLength, 0);
  };
})();
