// The peers fetch voices and WebAssembly from hosts of others. Here the same files come from
// this one, by their names; that is all that is changed, and it is done before anything runs.
(() => {
  const base = new URL('cdn/', document.baseURI);
  const here = (url) => {
    const { origin, pathname } = new URL(url, document.baseURI);
    if (origin === location.origin || !origin.startsWith('https:')) return url;
    return new URL(pathname.split('/').at(-1), base).href;
  };
  const nativeFetch = window.fetch;
  window.fetch = (resource, options) => {
    const isRequest = resource instanceof Request;
    return nativeFetch(isRequest ? new Request(here(resource.url), resource) : here(resource), options);
  };
  const nativeOpen = XMLHttpRequest.prototype.open;
  XMLHttpRequest.prototype.open = function (method, url, ...rest) {
    return nativeOpen.call(this, method, here(url), ...rest);
  };
})();
