// Keeps work that waits or runs up to date; without it, reloading the page shows the same. Every text is the server's.
//
// [data-live=URL] is an area to refresh: one request asks for all its jobs. Inside, [data-job=ID] is one job that is
// under way (its table row counts as part of it), [data-show=NAME] a place for one of its figures or words,
// [data-lost] what to show while the server does not answer. [data-end=reload] reloads the page once a job has ended.
// [data-rows=NAME] is a table's body with one row, [data-row=NUMBER], for each of the job's volumes or steps.
"use strict";

const PAUSE = 2000;
const LONGEST_PAUSE = 60000;

function fill(place, value) {
  if (place.textContent !== value) place.textContent = value;
}

function badge(place, kind, text) {
  place.className = `state state-${kind}`;
  fill(place, text);
}

function showJob(element, job) {
  const root = element.closest("tr") || element;
  element.classList.toggle("ended", !job.active);
  for (const bar of root.querySelectorAll("progress")) bar.value = job.percent;
  for (const place of root.querySelectorAll("[data-show]")) {
    const name = place.dataset.show;
    if (name === "state") badge(place, job.state, job.state_text);
    else fill(place, String(job[name]));
  }
}

function showRows(body, parts) {
  if (!parts) return;
  const blank = body.closest("section").querySelector("template");
  const rows = new Map([...body.children].map((row) => [row.dataset.row, row]));
  for (const part of parts) {
    let row = rows.get(String(part.number));
    rows.delete(String(part.number));
    if (!row) {
      row = body.appendChild(blank.content.firstElementChild.cloneNode(true));
      row.dataset.row = part.number;
    }
    for (const place of row.querySelectorAll("[data-cell]")) {
      const name = place.dataset.cell;
      if (name === "state") badge(place, part.state, part.state_text);
      else if (name === "percent") place.value = part.percent;
      else fill(place, String(part[name]));
    }
    row.classList.toggle("done", !part.going);
  }
  for (const gone of rows.values()) gone.remove();
  body.closest("section").hidden = parts.length === 0;
}

class Area {
  constructor(element) {
    this.element = element;
    this.pause = PAUSE;
    this.timer = 0;
    this.busy = false;
  }

  jobs() {
    return new Map([...this.element.querySelectorAll("[data-job]")].map((one) => [Number(one.dataset.job), one]));
  }

  bodies() {
    return [...this.element.querySelectorAll("[data-rows]")];
  }

  later() {
    clearTimeout(this.timer);
    if (this.jobs().size) this.timer = setTimeout(() => this.ask(), this.pause);
  }

  async ask() {
    if (this.busy) return;
    this.busy = true;
    clearTimeout(this.timer);
    try {
      const answer = await fetch(this.address(), { headers: { Accept: "application/json" } });
      if (answer.redirected || answer.status === 401 || answer.status === 403) {
        window.location.reload(); // signed out: the server shows the login
        return;
      }
      if (!answer.ok) throw new Error(String(answer.status));
      this.show((await answer.json()).jobs);
      this.lost(false);
    } catch {
      this.lost(true);
    } finally {
      this.busy = false;
    }
    this.later();
  }

  address() {
    const address = new URL(this.element.dataset.live, window.location.href);
    for (const id of this.jobs().keys()) address.searchParams.append("job", id);
    for (const body of this.bodies()) address.searchParams.set(body.dataset.rows, "1");
    return address;
  }

  show(found) {
    const told = new Map(found.map((job) => [job.id, job]));
    for (const [id, element] of this.jobs()) {
      const job = told.get(id);
      if (job) showJob(element, job);
      if (job) for (const body of this.bodies()) showRows(body, job[body.dataset.rows]);
      if (job && job.active) continue;
      delete element.dataset.job;
      if (this.element.dataset.end === "reload") window.location.reload();
    }
  }

  lost(is) {
    this.pause = is ? Math.min(LONGEST_PAUSE, this.pause * 2) : PAUSE;
    for (const place of this.element.querySelectorAll("[data-lost]")) place.hidden = !is;
  }
}

const areas = [...document.querySelectorAll("[data-live]")].map((element) => new Area(element));
const again = () => {
  if (document.visibilityState === "visible") for (const area of areas) if (area.jobs().size) area.ask();
};
for (const area of areas) area.later();
window.addEventListener("online", again);
document.addEventListener("visibilitychange", again);
