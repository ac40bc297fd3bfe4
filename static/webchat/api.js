// The calls of docs/webchat.md. Every failure is one of two: Refused (the server said no) or Unreachable (try again).

const PATIENCE = 15000;

export class Refused extends Error {
  constructor(status, code, wait) {
    super(code);
    this.status = status;
    this.code = code;
    this.wait = wait; // milliseconds, of a 429
  }
}

export class Unreachable extends Error {}

async function failure(response) {
  if (response.status >= 500 || response.status === 408) return new Unreachable(String(response.status));
  const body = await response.json().catch(() => ({}));
  const wait = Math.max(1, Number(response.headers.get("Retry-After")) || 5) * 1000;
  return new Refused(response.status, String(body.error ?? "malformed"), wait);
}

async function request(address, { method = "GET", headers = {}, body } = {}) {
  let response;
  try {
    response = await fetch(address, {
      method,
      headers,
      body,
      credentials: "omit",
      cache: "no-store",
      keepalive: method === "POST" && (body?.length ?? 0) < 60000,
      signal: AbortSignal.timeout?.(PATIENCE),
    });
  } catch (error) {
    throw new Unreachable(String(error));
  }
  if (!response.ok) throw await failure(response);
  if (response.status === 204) return null;
  try {
    return await response.json();
  } catch (error) {
    throw new Unreachable(String(error));
  }
}

const asJson = (value) => ({ method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(value) });

export class Api {
  #starting = null;

  /** `config` are the data attributes of the page; `started` is called with each answer of session/. */
  constructor(config, storage, started) {
    this.config = config;
    this.storage = storage;
    this.started = started;
  }

  get session() {
    return this.storage.get("") ?? "";
  }

  /** Start or resume; calls at the same time share one request. */
  start(language) {
    this.#starting ??= this.#start(language).finally(() => {
      this.#starting = null;
    });
    return this.#starting;
  }

  async #start(language) {
    const { session_url, campaign, topic, page_url, referrer } = this.config;
    const answer = await request(session_url, asJson({ session: this.session, language, campaign, topic, page_url, referrer }));
    this.storage.set("", answer.session);
    this.started(answer);
    return answer;
  }

  async #call(address, options, again = true) {
    if (!this.session) await this.start();
    const used = this.session;
    try {
      const headers = { ...options.headers, "X-Parley-Session": used };
      return await request(address, { ...options, headers });
    } catch (error) {
      if (!again || !(error instanceof Refused) || error.status !== 403 || error.code !== "session") throw error;
      if (this.session === used) this.storage.remove(""); // else another call has a new one already
      return this.#call(address, options, false);
    }
  }

  write(event) {
    return this.#call(this.config.hook_url, asJson({ version: 1, ...event }));
  }

  messages(after) {
    const address = new URL(this.config.messages_url, location.href);
    if (after) address.searchParams.set("after", after);
    return this.#call(address.href, {});
  }

  ticket() {
    return this.#call(this.config.ticket_url, { method: "POST" });
  }

  typing() {
    return this.#call(this.config.typing_url, { method: "POST" });
  }
}
