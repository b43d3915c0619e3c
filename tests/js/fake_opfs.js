// @ts-check
/**
 * A folder of the origin's private file system in memory, whose tab can be killed: of the steps that
 * change something the first `alive` are done, all that follow are not.
 */

/** @typedef {Map<string, Uint8Array | Tree>} Tree */

export class Disk {
  /** @param {{moves?: boolean}} [options] moves: whether files can be renamed */
  constructor({ moves = true } = {}) {
    /** @type {any} */
    this.tree = new Map();
    this.moves = moves;
    this.alive = Infinity;
    this.steps = 0;
  }

  get folder() {
    return new Folder(this, '', this.tree);
  }

  /** A step that changes something. */
  step() {
    if (this.steps++ >= this.alive) throw new Error('killed');
  }
}

class Folder {
  /** @param {Disk} disk @param {string} name @param {any} tree */
  constructor(disk, name, tree) {
    this.kind = 'directory';
    Object.assign(this, { disk, name, tree });
  }

  async getDirectoryHandle(name, { create = false } = {}) {
    if (!this.tree.has(name) && create) {
      this.disk.step();
      this.tree.set(name, new Map());
    }
    if (!this.tree.has(name)) throw missing(name);
    return new Folder(this.disk, name, this.tree.get(name));
  }

  async getFileHandle(name, { create = false } = {}) {
    if (!this.tree.has(name) && create) {
      this.disk.step();
      this.tree.set(name, new Uint8Array());
    }
    if (!this.tree.has(name)) throw missing(name);
    return handleOf(this, name);
  }

  async removeEntry(name) {
    if (!this.tree.has(name)) throw missing(name);
    this.disk.step();
    this.tree.delete(name);
  }

  async *values() {
    for (const [name, entry] of [...this.tree]) {
      const inner = entry instanceof Map;
      yield inner ? new Folder(this.disk, name, entry) : handleOf(this, name);
    }
  }
}

function handleOf(folder, name) {
  const { disk, tree } = folder;
  const move = async (to) => {
    disk.step();
    tree.set(to, tree.get(name));
    tree.delete(name);
  };
  return {
    kind: 'file',
    name,
    ...(disk.moves ? { move } : {}),
    async getFile() {
      if (!tree.has(name)) throw missing(name);
      return new File([tree.get(name)], name);
    },
    async createSyncAccessHandle() {
      return {
        getSize: () => tree.get(name).length,
        truncate(size) {
          disk.step();
          tree.set(name, tree.get(name).slice(0, size));
        },
        write(chunk, { at }) {
          disk.step();
          const grown = new Uint8Array(Math.max(tree.get(name).length, at + chunk.length));
          grown.set(tree.get(name));
          grown.set(chunk, at);
          tree.set(name, grown);
          return chunk.length;
        },
        flush() {},
        close() {},
      };
    },
  };
}

function missing(name) {
  return new DOMException(`${name} is not there`, 'NotFoundError');
}
