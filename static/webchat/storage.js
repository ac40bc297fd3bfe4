// What the browser keeps for one account: localStorage under "parley:<token>:<name>", or memory where storage is blocked.

function backing() {
  try {
    localStorage.setItem("parley:probe", "1");
    localStorage.removeItem("parley:probe");
    return localStorage;
  } catch {
    return null;
  }
}

/** The session itself stands under the bare "parley:<token>"; its name here is "". */
export function openStorage(token) {
  const disk = backing();
  const memory = new Map();
  const key = (name) => (name ? `parley:${token}:${name}` : `parley:${token}`);

  function keys() {
    return disk ? Object.keys(disk) : [...memory.keys()];
  }

  function get(name) {
    const text = disk ? disk.getItem(key(name)) : memory.get(key(name));
    if (text === null || text === undefined) return null;
    try {
      return JSON.parse(text);
    } catch {
      return null;
    }
  }

  function set(name, value) {
    memory.set(key(name), JSON.stringify(value));
    try {
      disk?.setItem(key(name), JSON.stringify(value));
    } catch {
      // The disk is full: what is on the page goes on, it only does not outlive a reload.
    }
  }

  function remove(name) {
    memory.delete(key(name));
    disk?.removeItem(key(name));
  }

  function list(prefix) {
    const start = key(prefix);
    return keys()
      .filter((found) => found.startsWith(start))
      .map((found) => get(found.slice(key("").length + 1)))
      .filter(Boolean);
  }

  /** Tells when another tab has written under the prefix. */
  function watch(prefix, changed) {
    addEventListener("storage", (event) => event.key?.startsWith(key(prefix)) && changed());
  }

  return { get, set, remove, list, watch };
}
