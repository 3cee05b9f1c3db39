// The second journal's hands: a worker that writes unsent entries into files of their own, beside the database.
//
// A browser that finds its database damaged may open an empty one and say nothing; these files are not touched by
// that. Each tab has one, `journal/<database>/<n>.log`, because only one hand may hold a file. What stands in
// the files is decided by the program. Each question {id, kind, …} is answered with {id, …} or {id, error}:
//
//   open {database}  -> {files}  what other tabs left behind; files of tabs that are gone now belong to this one
//   add {bytes}      -> {}       once the bytes have reached the disk
//   fold {bytes}     -> {}       once these bytes are all that this tab's files hold
//   ballast {size}   -> {}       keeps that much room, to be given up when the browser says that it is full

let folder;
let own;
let left = [];

// Fixed names, each asked for by itself: a worker that walks a folder of such files can bring Chromium 156 down.
const names = Array.from({ length: 32 }, (_, n) => `${n}.log`);

const kinds = {
  async open({ database }) {
    const root = await navigator.storage.getDirectory();
    const journal = await root.getDirectoryHandle("journal", { create: true });
    folder = await journal.getDirectoryHandle(database, { create: true });
    const files = [];
    for (const name of names) {
      const file = await folder.getFileHandle(name).catch(() => undefined);
      if (!file) continue;
      try {
        const handle = await file.createSyncAccessHandle();
        const bytes = new Uint8Array(handle.getSize());
        handle.read(bytes, { at: 0 });
        files.push(bytes);
        left.push({ name, handle });
      } catch {
        // Another tab holds it and writes on; what is in it can be read all the same.
        const bytes = await file.getFile().then((it) => it.arrayBuffer()).catch(() => undefined);
        if (bytes) files.push(new Uint8Array(bytes));
      }
    }
    own = await fresh();
    return { files };
  },

  async add({ bytes }) {
    write(own.handle, bytes);
  },

  async fold({ bytes }) {
    if (bytes.length === 0) {
      own.handle.truncate(0);
      own.handle.flush();
    } else {
      const next = await fresh();
      write(next.handle, bytes);
      left.push(own);
      own = next;
    }
    for (const { name, handle } of left.splice(0)) {
      handle.close();
      await folder.removeEntry(name).catch(() => {});
    }
  },

  async ballast({ size }) {
    const root = await navigator.storage.getDirectory();
    const file = await root.getFileHandle("ballast", { create: true });
    const handle = await file.createSyncAccessHandle();
    try {
      // Nothing that could be compressed: it must take the room it stands for.
      const bytes = new Uint8Array(65536);
      handle.truncate(Math.min(size, handle.getSize()));
      while (handle.getSize() < size) write(handle, crypto.getRandomValues(bytes));
      handle.flush();
    } finally {
      handle.close();
    }
  },
};

// A file that no tab holds and that nothing is left in.
async function fresh() {
  const held = [own, ...left].filter(Boolean).map((it) => it.name);
  for (const name of names.filter((name) => !held.includes(name))) {
    try {
      const file = await folder.getFileHandle(name, { create: true });
      const handle = await file.createSyncAccessHandle();
      if (handle.getSize() === 0) return { name, handle };
      handle.close();
    } catch {
      // Another tab was faster.
    }
  }
  throw new DOMException("Every file is taken", "NoModificationAllowedError");
}

// Whole or not at all: half a line would spoil the next one.
function write(handle, bytes) {
  const at = handle.getSize();
  try {
    const written = handle.write(bytes, { at });
    if (written < bytes.length) throw new DOMException("No room", "QuotaExceededError");
    handle.flush();
  } catch (error) {
    handle.truncate(at);
    throw error;
  }
}

// One after the other, in the order they were asked.
let last = Promise.resolve();
self.addEventListener("message", ({ data }) => {
  last = last.then(async () => {
    try {
      self.postMessage({ id: data.id, ...(await kinds[data.kind](data)) });
    } catch (error) {
      self.postMessage({ id: data.id, error: error.name });
    }
  });
});
