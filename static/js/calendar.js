// The calendar: the list of the day becomes week and columns where there is room. Times are floating wall times of the
// reader's zone, as the server tells and takes them.
(() => {
  const byId = (id) => document.getElementById(id);
  const box = byId("calendar");
  const wide = matchMedia("(min-width: 768px)");
  const wall = (date) => {
    const two = (number) => String(number).padStart(2, "0");
    return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}T${two(date.getHours())}:${two(date.getMinutes())}`;
  };
  const addressOf = (event, what = "") => `/calendar/${event.id}/${what}`;
  let calendar = null;

  // The library counts in the browser's zone; the times it is given carry no zone, so that they stay what they are.
  async function load({ startStr, endStr }) {
    const query = new URLSearchParams({ from: startStr.slice(0, 16), to: endStr.slice(0, 16), who: box.dataset.who });
    const response = await fetch(`${box.dataset.events}?${query}`, { headers: { Accept: "application/json" } });
    if (!response.ok) throw new Error(`no events: ${response.status}`);
    return (await response.json()).events;
  }

  function content({ event, timeText, view }) {
    if (event.display === "background") return undefined;
    const part = (name, text) => {
      const line = document.createElement("div");
      line.className = name;
      line.textContent = text;
      return line;
    };
    const { about, who, state } = event.extendedProps;
    const named = view.type === "timeGridWeek" && !box.dataset.who;
    const head = part("event-head", timeText.split(/[ –-]/)[0]);
    const title = document.createElement("strong");
    title.textContent = ` ${event.title}`;
    head.append(title);
    const lines = [head];
    const isShort = event.end - event.start <= 30 * 60 * 1000;
    if (about && !isShort) lines.push(part("event-about", named ? `${about} · ${who}` : about));
    if (state) lines.push(part("visually-hidden", state));
    return { domNodes: lines };
  }

  // The library calls its grid a table and puts buttons and articles into it, which no table may hold.
  const TABLE = ["table", "rowgroup", "row", "cell", "columnheader", "rowheader"];
  const PLACES = ["aria-colindex", "aria-rowindex", "aria-colcount", "aria-rowcount", "aria-colspan", "aria-rowspan"];
  function plain(root) {
    for (const role of TABLE) for (const element of root.querySelectorAll(`[role=${role}]`)) element.removeAttribute("role");
    for (const name of PLACES) for (const element of root.querySelectorAll(`[${name}]`)) element.removeAttribute(name);
  }

  const open = (address) => htmx.ajax("GET", address, { source: document.body, target: "#panel", swap: "innerHTML" });

  async function moved({ event, newResource }) {
    const values = { start: wall(event.start) };
    values.resource = newResource?.id ?? event.resourceIds[0];
    await htmx.ajax("POST", addressOf(event, "move/"), { source: box, swap: "none", values });
  }

  function emptyTime({ date, allDay, resource }) {
    if (allDay) return;
    const query = new URLSearchParams({ start: wall(date), resource: resource?.id ?? box.dataset.who });
    htmx.ajax("GET", `${box.dataset.new}?${query}`, { source: document.body, target: "#modal-body", swap: "innerHTML" });
  }

  function make() {
    // Days and months in the words of the desk: browsers do not know all of its languages.
    const [days, months] = [box.dataset.days.split(","), box.dataset.months.split(",")];
    const day = (date) => `${date.getDate()} ${months[date.getMonth()]}`;
    const named = (date) => `${days[(date.getDay() + 6) % 7]}, ${day(date)}`;
    const title = (start, end) => (wall(start) === wall(end) ? named(start) : `${day(start)} – ${day(end)}`);
    const resources = [...box.querySelectorAll("[data-resource]")].map((each) => ({ id: each.dataset.resource, title: each.textContent }));
    box.hidden = false;
    const view = sessionStorage.getItem("calendar-view") ?? "timeGridWeek";
    calendar = EventCalendar.create(box, {
      view,
      date: box.dataset.day,
      locale: "en-GB",
      firstDay: 1,
      height: "100%",
      allDaySlot: false,
      nowIndicator: true,
      pointer: true,
      slotDuration: "00:30",
      snapDuration: "00:15",
      slotHeight: 32,
      slotEventOverlap: false,
      slotMinTime: "07:00",
      slotMaxTime: "22:00",
      flexibleSlotTimeLimits: true,
      scrollTime: "08:30",
      longPressDelay: 300,
      dayHeaderFormat: named,
      titleFormat: (start, end) => `${title(start, end)} ${end.getFullYear()}`,
      slotLabelFormat: { hour: "2-digit", minute: "2-digit", hourCycle: "h23" },
      eventTimeFormat: { hour: "2-digit", minute: "2-digit", hourCycle: "h23" },
      headerToolbar: { start: "prev,today,next", center: "title", end: "timeGridWeek,resourceTimeGridDay" },
      buttonText: (text) => ({ ...text, today: box.dataset.today, prev: box.dataset.previous, next: box.dataset.next, timeGridWeek: box.dataset.week, resourceTimeGridDay: box.dataset.one }),
      resources,
      eventSources: [{ events: load }],
      editable: true,
      eventDurationEditable: false,
      eventContent: content,
      eventClick: ({ event }) => event.extendedProps.open && open(addressOf(event)),
      eventDrop: moved,
      dateClick: emptyTime,
      datesSet: ({ view: shown }) => sessionStorage.setItem("calendar-view", shown.type),
      theme: (theme) => ({ ...theme, button: `${theme.button} btn btn-sm`, buttonGroup: `${theme.buttonGroup} btn-group` }),
    });
    new MutationObserver(() => plain(box)).observe(box, { childList: true, subtree: true });
    plain(box);
  }

  function fit() {
    if (!box) return;
    if (wide.matches && !calendar) make();
    box.hidden = !wide.matches;
    document.querySelector(".calendar-page").classList.toggle("is-drawn", wide.matches);
  }

  // What changed anywhere: the events, and the panel that is open.
  let waiting = 0;
  function refetch() {
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      calendar?.refetchEvents();
      const shown = document.querySelector("#panel [data-booking]");
      if (shown) open(shown.dataset.booking);
    }, 60);
  }
  document.body.addEventListener("calendar:changed", refetch);
  document.body.addEventListener("live:calendar", refetch);

  addEventListener("htmx:afterSwap", (event) => {
    if (event.target.id === "panel" && event.target.childElementCount) tabler.Offcanvas.getOrCreateInstance(byId("booking-panel")).show();
  });
  addEventListener("hidden.bs.offcanvas", () => byId("panel")?.replaceChildren());
  wide.addEventListener("change", fit);
  fit();
  const asked = new URLSearchParams(location.search).get("booking");
  if (asked && /^[0-9a-f-]{36}$/.test(asked)) addEventListener("load", () => open(addressOf({ id: asked })));
})();
