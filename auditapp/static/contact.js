/* Times out of a chat, e-mails or a call, inside the form of one visit. A call is measured here, like checklists/contacts.py
   does; messages are read at the office, so they need signal. What was typed stays on the phone until its times are used. */
(function (self) {
  "use strict";
  const DAY = 86_400, MINUTE = 60, CLOCK = /^([01]?[0-9]|2[0-3]):([0-5][0-9])(?::([0-5][0-9]))?$/;

  /** Return the seconds after midnight and how many of them a time leaves open, or null. */
  function clock(text) {
    const found = CLOCK.exec(text);
    return found && [3600 * found[1] + MINUTE * found[2] + Number(found[3] || 0), found[3] ? 0 : MINUTE];
  }
  function span(measure, begun, over) {
    const low = Math.max(0, over[0] - begun[0] - begun[1]), high = Math.max(0, over[0] + over[1] - begun[0]);
    return { measure, low, high, seconds: Math.floor((low + high) / 2) };
  }
  /** Measure a call from times of day; { error, field } where they are none or do not fit together. */
  function call(started, pickedUp, ended) {
    const steps = new Map();
    let before = null;
    for (const [field, typed] of [["started", started], ["picked_up", pickedUp], ["ended", ended]]) {
      const text = typed.trim();
      if (!text && field === "picked_up") continue;
      const when = clock(text);
      if (!when) return { error: "bad_time", field };
      if (before !== null) {
        if (when[0] + (when[1] || 1) <= before % DAY) when[0] += DAY;
        when[0] += Math.floor(before / DAY) * DAY;
      }
      before = when[0];
      steps.set(field, when);
    }
    const begun = steps.get("started"), over = steps.get("ended");
    if (over[0] - begun[0] > DAY / 2) return { error: "call_backwards", field: "ended" };
    return { times: [span("pick_up", begun, steps.get("picked_up") || over), span("total_time", begun, over)] };
  }
  const two = (number) => String(number).padStart(2, "0");
  /** Write seconds as one types them: "0:35", "4:30", "1:02:00". */
  function duration(s) {
    const hours = Math.floor(s / 3600), minutes = Math.floor(s / MINUTE) % 60;
    return hours ? `${hours}:${two(minutes)}:${two(s % 60)}` : `${minutes}:${two(s % 60)}`;
  }
  /** Tell whether a call lies outside of a visit, all as times of day; by the same quarter of an hour as checklists/agreement.py. */
  function outside(began, over, started, ended) {
    const [from, to, first, last] = [began, over, started, ended].map((text) => clock(text.trim())?.[0]);
    if ([from, to, first, last].includes(undefined)) return false;
    const slack = 15 * MINUTE, after = (time) => (time - from + slack + DAY) % DAY;
    return Math.max(after(first), after(last)) > (to - from + DAY) % DAY + 2 * slack;
  }
  self.AuditContact = { call, duration, outside };

  const root = document.getElementById("contact");
  if (!root) return;
  const config = JSON.parse(document.getElementById("config").textContent), notes = AuditStore.notes;
  const { kind, words, measures, parts, items } = JSON.parse(document.getElementById("contact-words").textContent);
  const one = (selector) => root.querySelector(selector), all = (selector) => Array.from(root.querySelectorAll(selector));
  const typed = all("[data-keep]"), found = one("[data-found]"), status = one("[role=status]");
  const NOTE = `auditapp-contact-${config.visit_id}-${config.round}`, WAITING = `${NOTE}-call`;
  let reading = null;

  function make(tag, values, ...children) {
    const node = Object.assign(document.createElement(tag), values);
    node.append(...children);
    return node;
  }
  const say = (text) => { status.textContent = text; };
  const words_of = (s) => [[Math.floor(s / 3600), "h"], [Math.floor(s / MINUTE) % 60, "min"], [s % 60, "s"]]
    .filter(([number]) => number).map((each) => each.join("\u00a0")).join(" ") || "0\u00a0s";
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_all, name) => values[name]);
  const keepTyped = () => notes.write(NOTE, JSON.stringify(typed.map((field) => field.value)));

  /** Ask the office; null without signal, after saying so. A refusal is said in its own sentence. */
  async function ask(body) {
    const address = `/api/v1/visits/${config.visit_id}/contact`;
    const headers = { Authorization: `Bearer ${config.token}`, "Accept-Language": config.locale, "X-Device-Now": String(Date.now()) };
    let answer;
    try {
      const response = await fetch(address, { method: "POST", body, headers, credentials: "omit", redirect: "error", cache: "no-store" });
      answer = { ok: response.ok, ...(await response.json()) };
    } catch { say(words.offline); return null; }
    if (answer.ok) return answer;
    say(answer.sentence || words.failed);
    return null;
  }
  function formData(values) {
    const body = new FormData();
    values.forEach(([name, value]) => body.append(name, value));
    return body;
  }
  const chosen = () => [["reading", reading], ...all("[name=part], [name=asked]").map((field) => [field.name, field.value])];
  const answers = () => all("[data-item]").map((field) => ({ item: field.dataset.item, value: field.value.trim() })).filter((each) => each.value);

  /** Say that the call lies outside of the visit, whose own times stand further down in the form. */
  function odd() {
    const [from, to] = ["started_at", "ended_at"].map((id) => document.getElementById(id)?.value || "");
    return outside(from, to, typed[0].value, typed[2].value) ? [fill(words.odd, { from, to })] : [];
  }
  async function read() {
    say(words.reading);
    if (kind === "call") {
      const result = call(...typed.map((field) => field.value));
      if (result.error) { say(words[result.error]); found.replaceChildren(); typed[["started", "picked_up", "ended"].indexOf(result.field)].focus(); return; }
      return show({ participants: [], own: [], times: result.times.map((time) => ({
        ...time, words: time.low === time.high ? words_of(time.low) : fill(words.between, { low: words_of(time.low), high: words_of(time.high), middle: words_of(time.seconds) }),
        answers: items.filter((each) => each.measure === time.measure).map((each) => (
          { ...each, value: duration(time.seconds), decides: each.limits.some((limit) => time.low <= limit && limit < time.high) })),
      })), odd: odd() });
    }
    const files = [...(one("[type=file]")?.files || [])];
    const answer = await ask(formData(files.length ? files.map((file) => ["file", file]) : [["text", typed[0]?.value || ""]]));
    if (answer) show(answer);
  }
  async function again() {
    const answer = await ask(formData(chosen()));
    if (answer) show(answer);
  }

  function choice(name, label, options, value) {
    const select = make("select", { name }, ...options.map(([code, text]) => make("option", { value: code, textContent: text })));
    select.value = String(value);
    return make("label", { className: "field" }, make("bdi", { className: "long", textContent: label }), select);
  }
  const para = (className, textContent) => make("p", { className, textContent });
  const numbered = (lines) => make("ul", { className: "plain" }, ...lines.map((each) => make("li", { className: "long" },
    make("span", { className: "quiet nowrap", textContent: `${fill(words.line, { number: each.line })} ` }), make("bdi", { textContent: each.text }))));
  const folded = (text, open, ...children) => make("details", { open }, make("summary", { textContent: text }), ...children);
  /** Show every message as it was read, and the lines that were not understood; those are to be looked at and ticked. */
  function whatWasRead({ messages = [], doubts = [], aside = [] }) {
    if (!messages.length) return [];
    const unread = doubts.filter((each) => each.begins), inside = doubts.filter((each) => !each.begins);
    const shown = [make("h3", { textContent: words.read })];
    if (unread.length) {
      shown.push(make("div", { className: "warn" }, para("", words.unread), numbered(unread), para("", words.merged)),
        make("div", { className: "field" }, make("label", { className: "choice" }, make("input", { type: "checkbox", name: "looked" }), make("span", { textContent: words.looked }))));
    }
    if (inside.length) shown.push(folded(words.inside, false, numbered(inside), para("note", words.as_text)));
    if (aside.length) shown.push(folded(words.aside, false, numbered(aside)));
    shown.push(folded(`${words.messages} (${messages.length})`, messages.length <= 30, make("ol", { className: "messages" }, ...messages.map((each) => make("li", {},
      make("p", {}, make("span", { className: "quiet nowrap", textContent: `${each.time} ` }), make("strong", {}, make("bdi", { className: "long", textContent: each.who || words.no_name }))),
      make("p", { className: "long", dir: "auto", textContent: each.text }))))));
    return shown;
  }
  const quote = (message) => `${message.time} ${message.who || words.no_name}: ${message.text}`;
  function show(answer) {
    reading = answer.reading || null;
    say(answer.times.length ? words.check : words.no_times);
    const people = answer.participants.map((each) => choice("part", each.who || words.no_name, Object.entries(parts), each.part));
    if (answer.bot) people.push(choice("asked", words.asked, [["0", words.none], ...answer.own.map((each) => [each.number, quote(each)])], answer.asked || 0));
    const times = answer.times.map((time) => make("div", { className: "measured" },
      make("p", {}, make("strong", { textContent: `${measures[time.measure]}: ${time.words}` })),
      ...(time.low === time.high ? [] : [make("p", { className: "quiet", textContent: words.range })]),
      ...(time.from ? [make("p", { className: "quiet long", textContent: quote(time.from) }), make("p", { className: "quiet long", textContent: quote(time.to) })] : []),
      ...time.answers.map((use) => {
        const field = make("input", { className: "short", value: use.value });
        field.dataset.item = use.item;
        return make("div", { className: "field" }, make("label", {}, use.question, field), ...(use.decides ? [para("warn", words.decides)] : []));
      })));
    const wrong = (answer.odd || []).length ? [make("div", { className: "warn" }, ...answer.odd.map((text) => para("", text)), para("", words.odd_check))] : [];
    const useThem = make("button", { type: "button", className: "main", textContent: words.use, hidden: !answer.times.length, onclick: use });
    const change = make("button", { type: "button", textContent: words.again, hidden: !people.length, onclick: again });
    found.replaceChildren(...people, change, ...whatWasRead(answer), ...wrong, ...times, useThem);
  }

  async function use() {
    const tick = one("[name=looked]");
    if (tick && !tick.checked) { say(words.look); tick.focus(); return; }
    const values = answers(), bad = values.find((each) => AuditRules.wrong({ type: "duration" }, each.value));
    if (bad) { say(words.bad_duration); one(`[data-item="${bad.item}"]`).focus(); return; }
    const used = values.map((each) => [`v-${each.item}`, each.value]);
    if (kind === "call") {
      const times = typed.map((field) => [field.name, field.value]);
      notes.write(WAITING, JSON.stringify([...times, ...used, ["confirm", "1"]])); // kept as evidence once there is signal
    } else if (!(await ask(formData([...chosen(), ...used, ["confirm", "1"]])))) return;
    document.dispatchEvent(new CustomEvent("audit:measured", { detail: { answers: values } }));
    notes.remove(NOTE);
    found.replaceChildren();
    say(words.used);
    send();
  }
  /** Send the times of a call that were used without signal. */
  async function send() {
    const waiting = notes.read(WAITING);
    if (waiting && navigator.onLine && (await ask(formData(JSON.parse(waiting))))) notes.remove(WAITING);
  }

  // The form around it must not take these fields for questions or photos.
  for (const name of ["input", "change"]) root.addEventListener(name, (event) => { event.stopPropagation(); keepTyped(); });
  root.addEventListener("keydown", (event) => { if (event.key === "Enter" && event.target.tagName === "INPUT") event.preventDefault(); });
  one("[data-read]").addEventListener("click", read);
  addEventListener("online", send);
  JSON.parse(notes.read(NOTE) || "[]").forEach((text, index) => { if (typed[index]) typed[index].value = text; });
  send();
})(self);
