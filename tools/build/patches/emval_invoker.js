
// Put here by Lectern's build in place of code made from strings, which the CSP forbids:
// Embind's method caller as a closure. `tools` is what the generated code was given:
// toValue, argFromPtr0…n, for methods getStringOrSymbol, for results toReturnWire and
// emval_returnValue. Kinds: 0 call, 1 method call, 2 constructor, 3 cast.
function lecternEmvalInvoker(kind, tools) {
  const readers = [];
  while (tools[`argFromPtr${readers.length}`]) readers.push(tools[`argFromPtr${readers.length}`]);
  const invoke = (handle, methodName, args) => {
    const read = () => readers.map((reader, index) => reader(args + 8 * index));
    if (kind === 0) {
      const callee = tools.toValue(handle);
      return callee(...read());
    }
    if (kind === 1) {
      const target = tools.toValue(handle);
      const name = tools.getStringOrSymbol(methodName);
      return target[name](...read());
    }
    if (kind === 2) {
      const Type = tools.toValue(handle);
      return new Type(...read());
    }
    return read().at(-1);
  };
  const { toReturnWire, emval_returnValue: returnValue } = tools;
  if (!returnValue) {
    return (handle, methodName, destructorsRef, args) => void invoke(handle, methodName, args);
  }
  return (handle, methodName, destructorsRef, args) =>
    returnValue(toReturnWire, destructorsRef, invoke(handle, methodName, args));
}
