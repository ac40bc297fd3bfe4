// One event stream for all tabs of a browser. A hint becomes the DOM event "live:<topic>" on the body, so that fragments
// with hx-trigger="live:inbox from:body" fetch themselves anew. Without a stream for three seconds the page polls.
//
// The page says where tickets are: <body data-live-ticket="/live/ticket/">. States, told by the event "live:state":
// connecting, open, polling (the server answers, the stream does not), lost (nothing answers).
(() => {
  const ticketAddress = document.body?.dataset.liveTicket;
  if (!ticketAddress) return;

  const PATIENCE = 3000; // without a stream for so long, poll
  const POLL = 5000;
  const SILENCE = 40000; // the server sends a beat every 15 s
  const PACE = 400; // a topic is told at most so often; the last hint is never swallowed
  const MEMORY = 60000;
  const name = `parley-live:${ticketAddress}`;
  const tab = Math.random().toString(36).slice(2);
  const channel = "BroadcastChannel" in window ? new BroadcastChannel(name) : null;

  let state = "connecting";
  let leading = false;
  let lastHeard = 0; // on the clock of performance.now(), which starts with the page
  let patience = 0;
  Object.defineProperty(window, "parleyLive", { value: Object.freeze({ get state() { return state; } }) });

  // Telling the page

  const missed = new Set();
  const pacing = new Map();

  function dispatch(topic, detail) {
    document.body.dispatchEvent(new CustomEvent(`live:${topic}`, { bubbles: true, detail }));
  }

  function tell(topic, detail = {}) {
    if (document.hidden) {
      missed.add(topic);
    } else if (pacing.has(topic)) {
      pacing.set(topic, { detail });
    } else {
      dispatch(topic, detail);
      pace(topic);
    }
  }

  function pace(topic) {
    pacing.set(topic, null);
    setTimeout(() => {
      const waiting = pacing.get(topic);
      pacing.delete(topic);
      if (waiting) tell(topic, waiting.detail);
    }, pauseOf(topic));
  }

  // A throttle of htmx drops what comes too early, so nothing may come too early for the slowest listener.
  function pauseOf(topic) {
    let pause = PACE;
    for (const element of document.querySelectorAll(`[hx-trigger*=${JSON.stringify(`live:${topic}`)}]`)) {
      for (const [, count, unit] of element.getAttribute("hx-trigger").matchAll(/throttle:\s*([\d.]+)(ms|s)\b/g)) {
        pause = Math.max(pause, Number(count) * (unit === "s" ? 1000 : 1) + 50);
      }
    }
    return pause;
  }

  function everyTopic() {
    const topics = new Set();
    for (const element of document.querySelectorAll('[hx-trigger*="live:"], [data-live-topics]')) {
      const words = `${element.getAttribute("hx-trigger") ?? ""} ${element.dataset.liveTopics ?? ""}`;
      for (const [, topic] of words.matchAll(/live:([\w:-]+)/g)) topics.add(topic);
    }
    return topics;
  }

  const tellEverything = () => everyTopic().forEach((topic) => tell(topic, { gap: true }));

  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return;
    const topics = [...missed];
    missed.clear();
    topics.forEach((topic) => tell(topic));
  });

  function setState(next) {
    clearTimeout(patience);
    if (next === "connecting") patience = setTimeout(() => setState("polling"), PATIENCE);
    if (next === state) return;
    state = next;
    const strip = document.getElementById("connection-strip");
    if (strip) strip.hidden = next !== "lost";
    document.body.dispatchEvent(new CustomEvent("live:state", { bubbles: true, detail: { state } }));
    if (state === "polling") tellEverything();
  }

  setInterval(() => state === "polling" && tellEverything(), POLL);

  // Between the tabs: the leader has the stream and passes everything on.

  const recent = [];

  function share(message) {
    channel?.postMessage({ from: tab, ...message });
  }

  function hear(hint) {
    const now = performance.now();
    lastHeard = now;
    if (hint.typing) return document.hidden || dispatch("typing", hint);
    recent.push({ at: now, topics: hint.topics });
    while (recent[0].at < now - MEMORY) recent.shift();
    hint.topics.forEach((topic) => tell(topic, hint));
  }

  function welcome(other) {
    const since = performance.now() - other.age;
    const topics = recent.filter((hint) => hint.at >= since).flatMap((hint) => hint.topics);
    share({ to: other.from, state, hint: { topics: [...new Set(topics)], sequence: 0 } });
  }

  channel?.addEventListener("message", ({ data }) => {
    if (data.hello) {
      if (leading) welcome(data);
      return;
    }
    if (leading || (data.to && data.to !== tab)) return;
    lastHeard = performance.now();
    if (data.hint) hear(data.hint);
    if (data.gap) tellEverything();
    if (data.state) setState(data.state);
  });

  // The stream, in the leading tab only

  let source = null;
  let attempts = 0;
  let retry = 0;
  let silence = 0;

  function lead() {
    leading = true;
    connect();
  }

  function lose() {
    source?.close();
    source = null;
    clearTimeout(silence);
    clearTimeout(retry);
    attempts += 1;
    retry = setTimeout(connect, Math.min(POLL, 250 * 2 ** attempts) * (0.75 + Math.random() / 4));
    if (state === "open") announce("connecting");
  }

  function announce(next) {
    setState(next);
    share({ state: next });
  }

  function alive() {
    lastHeard = performance.now();
    clearTimeout(silence);
    silence = setTimeout(lose, SILENCE);
  }

  async function invitation() {
    const response = await fetch(ticketAddress, {
      headers: { Accept: "application/json" },
      credentials: "same-origin",
      cache: "no-store",
      redirect: "manual",
      signal: "timeout" in AbortSignal ? AbortSignal.timeout(POLL) : undefined,
    });
    if (!response.ok) throw new Error(`no ticket: ${response.status}`);
    return response.json();
  }

  async function connect() {
    clearTimeout(retry);
    source?.close();
    let invited;
    try {
      invited = await invitation();
    } catch {
      if (attempts > 0) announce("lost");
      return lose();
    }
    if (state === "lost") announce("polling");
    const back = (performance.now() - lastHeard) / 1000 + 1;
    const query = new URLSearchParams({ ticket: invited.ticket, back: back.toFixed(1) });
    open(`${invited.url}/stream?${query}`);
  }

  function open(address) {
    const opened = new EventSource(address);
    source = opened;
    clearTimeout(silence);
    silence = setTimeout(lose, 2 * POLL);
    const on = (event, act) =>
      opened.addEventListener(event, ({ data }) => {
        if (opened !== source) return;
        alive();
        act(JSON.parse(data));
      });
    on("ready", () => {
      attempts = 0;
      announce("open");
    });
    on("hint", (hint) => {
      share({ hint });
      hear(hint);
    });
    on("gap", () => {
      share({ gap: true });
      tellEverything();
    });
    on("beat", () => share({ beat: true }));
    opened.onerror = () => opened === source && lose();
  }

  window.addEventListener("online", () => leading && connect());
  window.addEventListener("pagehide", () => source?.close());
  window.addEventListener("pageshow", (event) => {
    if (event.persisted && leading) connect();
  });

  setState("connecting");
  if (channel && navigator.locks) {
    share({ hello: true, age: performance.now() + 1000 });
    navigator.locks.request(name, () => new Promise(lead));
  } else {
    lead();
  }
})();
