// The phonemizer's data, put here by Lectern's build: the languages of its own voices,
// loaded by fetch from beside this file (or given as `dataBinary`, a Uint8Array).
const LECTERN_DATA = /*FILES*/ [];
function lecternPlaceData(Module, data) {
  if (data.byteLength !== LECTERN_DATA.at(-1)[2]) {
    throw new Error(`piper_phonemize.data has ${data.byteLength} bytes, not ${LECTERN_DATA.at(-1)[2]}`);
  }
  for (const [path, start, end] of LECTERN_DATA) {
    Module.FS_createPath('/', path.slice(1, path.lastIndexOf('/')), true, true);
    Module.FS_createDataFile(path, null, data.subarray(start, end), true, true, true);
  }
}
// A pack of lang/: a line of JSON, [[path, start, end], …], then the bytes. It is kept, not copied.
function lecternAddLanguage(Module, pack) {
  const head = pack.indexOf(10) + 1;
  const files = JSON.parse(new TextDecoder().decode(pack.subarray(0, head)));
  const data = pack.subarray(head);
  if (data.byteLength !== files.at(-1)[2]) {
    throw new Error(`a language of ${files.at(-1)[2]} bytes came with ${data.byteLength}`);
  }
  for (const [path, start, end] of files) {
    if (Module.FS.analyzePath(path).exists) continue;
    Module.FS_createPath('/', path.slice(1, path.lastIndexOf('/')), true, true);
    Module.FS_createDataFile(path, null, data.subarray(start, end), true, true, true);
  }
}
function lecternLoadData(Module, locateFile, reject) {
  Module.addLanguage = (pack) => lecternAddLanguage(Module, pack);
  if (Module.dataBinary) return lecternPlaceData(Module, Module.dataBinary);
  const name = 'piper_phonemize.data';
  Module.addRunDependency(name);
  fetch(locateFile(name), { credentials: 'same-origin' })
    .then((answer) => {
      if (!answer.ok) throw new Error(`${name} could not be fetched: ${answer.status}`);
      return answer.arrayBuffer();
    })
    .then((buffer) => {
      lecternPlaceData(Module, new Uint8Array(buffer));
      Module.removeRunDependency(name);
    })
    .catch(reject);
}
