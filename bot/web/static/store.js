// What a browser keeps: `remember` and `recall` until the tab is closed, `lasting` for all tabs and for later.
// One that stores nothing (switched off, full, a frame that may not) only loses that.

export function remember(key, value) {
  try {
    sessionStorage.setItem(key, JSON.stringify(value));
  } catch {
    // storage is full or switched off
  }
}

export function recall(key, otherwise) {
  try {
    return JSON.parse(sessionStorage.getItem(key)) ?? otherwise;
  } catch {
    return otherwise;
  }
}

const memory = new Map(); // what could not be stored lives as long as the page

function local(use, otherwise) {
  try {
    return use(localStorage);
  } catch {
    return otherwise;
  }
}

export const lasting = {
  get(key) {
    const text = memory.get(key) ?? local((storage) => storage.getItem(key), null);
    return text === null ? null : JSON.parse(text);
  },
  set(key, value) {
    const text = JSON.stringify(value);
    const stored = local((storage) => (storage.setItem(key, text), true), false);
    if (stored) memory.delete(key);
    else memory.set(key, text);
  },
  remove(key) {
    memory.delete(key);
    local((storage) => storage.removeItem(key));
  },
  keys: (prefix) => [...new Set([...local(Object.keys, []), ...memory.keys()])].filter((key) => key.startsWith(prefix)),
};
