// The page around the iframe: who it is stands in its address, and nothing is told to or heard from anybody else.

function originOf(address) {
  try {
    const { origin } = new URL(address);
    return origin === "null" ? null : origin;
  } catch {
    return null;
  }
}

/** `open({focus})` and `close()` are called by the page's launcher. Without such a page around it the chat is simply open. */
export function connectFrame({ page_url, open, close }) {
  const origin = parent === window ? null : originOf(page_url);
  const tell = (type, detail = {}) => origin && parent.postMessage({ parley: "chat", type, ...detail }, origin);
  addEventListener("message", ({ source, origin: from, data }) => {
    if (source !== parent || !origin || from !== origin || data?.parley !== "page") return;
    if (data.type === "open") open({ focus: Boolean(data.focus) });
    if (data.type === "close") close();
  });
  return { tell, isEmbedded: Boolean(origin) };
}
