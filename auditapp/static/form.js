/* The form of one visit: what is typed goes to the phone's storage at once and to the office when there is signal.
   Without this file the same visit is filled in page by page. */
(function () {
  "use strict";
  const Store = AuditStore, Send = AuditSend, Rules = AuditRules;
  const one = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => Array.from(root.querySelectorAll(selector));
  const config = JSON.parse(one("#config").textContent);
  const form = one("#fill"), status = one("#status"), notice = one("#notice"), say = AuditWords(config), undo = AuditUndo(say);
  const attributes = new Set(config.attributes);
  const items = config.items, byCode = new Map(items.map((item) => [item.code, item]));
  const block = (code) => document.getElementById(`q-${code}`);
  const screens = all("[data-screen]", form);
  const reply = one("#reply"); // to the reviewer's questions about the whole visit; only where there are any
  let row = null; // the phone's document of this visit and round; null before the first answer
  let editable = true;

  // ---- what stands on the page
  function answerOn(item) {
    const root = block(item.code), chosen = all(`[name="a-${item.code}"]:checked`, root).map((box) => box.value);
    const comment = one(`#c-${item.code}`, root).value.trim();
    const typed = one(`textarea[name="a-${item.code}"], input[name="a-${item.code}"]:not([type=radio]):not([type=checkbox])`, root);
    const na = chosen.includes("*na") || Boolean(one(`[name="n-${item.code}"]:checked`, root));
    let value = typed ? typed.value.trim() : chosen.filter((each) => each !== "*na").join(";");
    if (item.type === "photo") value = photosOn(item.code) ? String(photosOn(item.code)) : "";
    return { item: item.code, state: na ? "na" : value ? "answered" : "missing", value: na ? "" : value, comment };
  }
  const photosOn = (code) => all(".thumbs li:not([data-refused])", block(code)).length;
  const answersOn = () => new Map(items.map((item) => [item.code, answerOn(item)]));
  const photoCounts = () => new Map(items.map((item) => [item.code, photosOn(item.code)]));

  function put(answer) {
    const item = byCode.get(answer.item), root = item && block(item.code);
    if (!root) return;
    const values = answer.state === "na" ? ["*na"] : answer.value.split(";");
    all(`[name="a-${item.code}"]`, root).forEach((field) => {
      if (field.type === "radio" || field.type === "checkbox") field.checked = values.includes(field.value);
      else field.value = answer.state === "na" ? "" : answer.value;
    });
    const tile = one(`[name="n-${item.code}"]`, root);
    if (tile) tile.checked = answer.state === "na";
    const comment = one(`#c-${item.code}`, root);
    comment.value = answer.comment || "";
    if (comment.value) comment.closest("details").open = true;
  }

  /** Show what is asked now, and how far everything has come. */
  function refresh() {
    const answers = answersOn(), codes = Rules.asked(items, answers, attributes);
    items.forEach((item) => { block(item.code).hidden = !codes.has(item.code); });
    const lacking = Rules.missing(items, answers, attributes, photoCounts());
    const wrong = items.filter((item) => codes.has(item.code) && Rules.wrong(item, answers.get(item.code).value));
    let complete = 0, parts = 0;
    config.parts.forEach((part) => {
      const here = items.filter((item) => item.section === part.code && codes.has(item.code));
      const open = here.filter((item) => lacking.some(([code]) => code === item.code) || wrong.includes(item)).length;
      parts += 1;
      if (!open) complete += 1;
      all(`[data-part="${part.code}"]`).forEach((place) => {
        place.textContent = !here.length ? say("not_asked") : open ? say.count("open", open) : `✓ ${say("complete")}`;
        place.classList.toggle("above", !open);
      });
    });
    const open = new Set([...lacking.map(([code]) => code), ...wrong.map((item) => item.code)]);
    tools.remaining(open.size, codes.size, row || config.server ? Rules.instant(one("#started_on").value, one("#started_at").value, config.zone) : "");
    one("#progress-text").textContent = say("progress", { done: complete, all: parts });
    Object.assign(one("#progress"), { max: parts, value: complete });
    return { answers, codes, lacking, wrong };
  }

  // ---- states and words
  function show(state) {
    document.body.dataset.state = state;
    const text = say(state);
    if (status.textContent !== text) status.textContent = text; // a screen reader hears changes, not every save
    one("#again").hidden = state !== "auth";
  }
  function warn(key) {
    notice.hidden = !key;
    one("p", notice).textContent = key ? say(key) : "";
  }
  function lock() {
    editable = false;
    undo.forget();
    all("input, textarea, button:not([data-always])", form).forEach((field) => { field.disabled = true; });
  }

  // ---- saving: at once, one write at a time, newer values of the same question merge
  const pending = new Map(), DEVICE = "auditapp-device", aside = `auditapp-unsaved-${config.visit_id}-${config.round}`;
  let writing = Promise.resolve();

  function device() {
    const known = Store.notes.read(DEVICE), name = known || Store.uuid7();
    if (!known) Store.notes.write(DEVICE, name);
    return name;
  }

  /** Begin the phone's document once: typing and taking a photo may both be the first thing that happens. */
  let beginning = null;
  function begin() {
    if (row) return Promise.resolve();
    beginning ??= create().finally(() => { beginning = null; });
    return beginning;
  }
  /** Create it with everything that the page brought along, so that another phone's work goes on. */
  async function create() {
    const now = new Date().toISOString(), server = config.server;
    const fresh = {
      id: Store.uuid7(), visit_id: config.visit_id, visit: config.visit, round: config.round, user: config.user,
      programme: config.programme, place: config.place, address: config.address, checklist: config.checklist,
      app: config.app, token: config.token, device: device(), tz: Intl.DateTimeFormat().resolvedOptions().timeZone,
      state: "draft", rev: server ? server.rev : 0, sent_rev: 0, base_rev: server ? server.rev : null,
      parent: server ? server.id : null, recognised: one("#recognised").checked, conflict: one("#conflict").value.trim(), reply: reply ? reply.value.trim() : "",
      notes: config.notes, gps: config.gps, started_at: config.started_at || now, ended_at: null, changed_at: now, hidden: [],
    };
    const brought = [...config.answers.values()].filter((answer) => answer.state !== "missing" || answer.comment);
    await Store.create(fresh, brought.map((answer) => ({ ...answer, at: now })), config.photos.map((photo) => ({ ...photo, bytes: null, size: 0, type: "image/jpeg", arrived: 1 })));
    row = fresh;
    otherLanguage();
    if (navigator.storage && navigator.storage.persist) navigator.storage.persist().catch(() => undefined);
  }

  let offline = false;
  /** Keep the form in the other language too, once there is something to lose: not a part of the first load. */
  function otherLanguage() {
    if (offline) AuditWorker.keep(one("#language").getAttribute("href"), true);
  }

  const whatFailed = (error) => (error.name === "ReadOnlyError" ? "" : error.name === "TimeoutError" || error.name === "InvalidStateError" ? "broken" : "full");

  /** Write what is pending, oldest first. What cannot be written stays pending and is tried again with the next change. */
  async function drain() {
    for (const [key, work] of [...pending]) {
      try {
        await begin();
        await work();
        if (pending.get(key) === work) pending.delete(key);
      } catch (error) {
        Store.note(`not saved: ${error.name} ${error.message}`);
        warn(whatFailed(error));
        show("unsaved");
        return;
      }
    }
    document.body.dataset.unwritten = pending.size || "";
    warn("");
    show("draft");
    soon();
  }
  function save(key, work) {
    pending.set(key, work);
    document.body.dataset.unwritten = pending.size;
    writing = writing.then(() => (pending.has(key) ? drain() : undefined));
    return writing;
  }
  function saveAnswer(item) {
    const answer = answerOn(item);
    return save(item.code, Object.assign(() => Store.saveAnswer(row.id, answer), { answer }));
  }
  /** A script has put an answer on the page: keep it and show what follows from it. */
  function answered(code) {
    const saved = saveAnswer(byCode.get(code));
    if (!problemOf(byCode.get(code))) clear(block(code));
    refresh();
    return saved;
  }
  // Times read from a transcript, a thread or a call (contact.js).
  document.addEventListener("audit:measured", (event) => event.detail.answers.filter(({ item }) => byCode.has(item)).forEach(({ item, value }) => {
    put({ ...answerOn(byCode.get(item)), state: "answered", value });
    answered(item);
  }));
  /** Try again what could not be written; what is still on its way goes aside where it is written at once. */
  function flush() {
    const unsaved = [...pending.values()].map((work) => work.answer).filter(Boolean);
    if (unsaved.length) Store.notes.write(aside, JSON.stringify(unsaved));
    if (pending.size) writing = writing.then(drain);
    return writing;
  }

  form.addEventListener("input", (event) => {
    const root = event.target.closest(".question");
    if (!root || event.target.type === "file") return;
    const item = byCode.get(root.id.slice(2)), field = event.target;
    if (field.type === "checkbox" && field.name === `a-${item.code}` && field.checked) {
      // "Not applicable" and an answer exclude each other.
      all(`[name="a-${item.code}"]`, root).forEach((box) => { if ((box.value === "*na") !== (field.value === "*na")) box.checked = false; });
    }
    if (field.name === `n-${item.code}` && field.checked) { const typed = one(`[name="a-${item.code}"]`, root); if (typed) typed.value = ""; }
    if (field.name === `a-${item.code}` && field.value) { const tile = one(`[name="n-${item.code}"]`, root); if (tile) tile.checked = false; }
    saveAnswer(item);
    refresh();
    const left = one(".error", root);
    if (left && !problemOf(item)) clear(root);
  });
  addEventListener("pagehide", flush);
  document.addEventListener("visibilitychange", () => (document.hidden ? flush() : kick()));

  // ---- when it was, and what has to be declared
  const times = ["started_on", "started_at", "ended_on", "ended_at"];
  function saveVisit() {
    const value = (name) => one(`#${name}`).value;
    const fields = {
      started_at: Rules.instant(value("started_on"), value("started_at"), config.zone) || row?.started_at || new Date().toISOString(),
      ended_at: Rules.instant(value("ended_on"), value("ended_at"), config.zone) || null,
      recognised: one("#recognised").checked, conflict: one("#conflict").value.trim(), reply: reply ? reply.value.trim() : "",
    };
    return save("*visit", () => Store.saveFields(row.id, fields));
  }
  one("#visit-facts").addEventListener("input", saveVisit);
  const local = (iso) => new Intl.DateTimeFormat("sv-SE", { timeZone: config.zone, dateStyle: "short", timeStyle: "short" }).format(new Date(iso)).split(" ");
  function putVisit() {
    [one("#started_on").value, one("#started_at").value] = local(row.started_at);
    if (row.ended_at) [one("#ended_on").value, one("#ended_at").value] = local(row.ended_at);
    one("#recognised").checked = Boolean(row.recognised);
    one("#conflict").value = row.conflict || "";
    if (reply) reply.value = row.reply || "";
  }

  // ---- photos
  function thumb(code, photo) {
    const list = one(".thumbs", block(code)), number = list.children.length + 1;
    const address = photo.url || URL.createObjectURL(new Blob([photo.bytes], { type: photo.type }));
    const line = document.createElement("li"), link = document.createElement("a"), image = new Image(), button = document.createElement("button");
    Object.assign(link, { href: address, target: "_blank", rel: "noopener" });
    Object.assign(image, { src: address, alt: say(photo.refused ? "photo_refused" : "photo_number", { number }) });
    Object.assign(button, { type: "button", className: "link", textContent: say("remove") });
    button.setAttribute("aria-label", say("remove_number", { number }));
    button.addEventListener("click", async () => {
      let kept = null;
      await save(`photo ${photo.sha}`, async () => {
        kept ??= (await Store.photos(row.id)).find((each) => each.item === code && each.sha === photo.sha);
        await Store.removePhoto(row.id, code, photo.sha);
      });
      line.remove();
      await answered(code);
      if (kept) undo(list, say("removed_photo"), async () => {
        await save(`photo ${photo.sha}`, () => Store.savePhoto(row.id, kept));
        thumb(code, { ...kept, url: address });
        await answered(code);
        one(`#p-${code}`).focus({ preventScroll: true });
      });
    });
    line.dataset.sha = photo.sha;
    if (photo.refused) line.dataset.refused = photo.refused;
    link.append(image);
    line.append(link, button);
    list.append(line);
  }
  /** Keep a chosen file as a photo of a question or of a note ("*..."); null when that was not possible. */
  async function addPhoto(file, place) {
    const before = document.body.dataset.state, root = block(place);
    show("shrinking");
    try {
      const photo = await AuditPhotos.prepare(file, config.zone);
      await begin();
      await Store.savePhoto(row.id, { ...photo, item: place });
      show(pending.size ? "unsaved" : "draft");
      return photo;
    } catch (error) {
      Store.note(`photo not saved: ${error.name} ${error.message}`);
      const bad = error.message === "bad"; // nothing is lost: the words stand where the file was chosen
      if (bad && root) mark(root, say("bad_photo")); else warn(bad ? "bad_photo" : "full");
      show(bad ? before : "unsaved");
      return null;
    }
  }
  let coming = Promise.resolve(); // photos being prepared: a visit is not sent before they are kept
  async function addPhotos(root, files) {
    const code = root.id.slice(2);
    for (const file of files) {
      const photo = await addPhoto(file, code);
      if (!photo || all(".thumbs li", root).some((line) => line.dataset.sha === photo.sha)) continue; // the same once more
      thumb(code, photo);
      await answered(code);
    }
  }
  form.addEventListener("change", (event) => {
    const root = event.target.closest(".question"), files = [...(event.target.files || [])];
    if (!root || !files.length) return;
    event.target.value = "";
    coming = coming.then(() => addPhotos(root, files)).catch((error) => Store.note(`photo: ${error.name} ${error.message}`));
  });

  const tools = AuditTools({ config, say, undo, id: () => row && row.id, save, answered, addPhoto, thumb, block, asked: () => Rules.asked(items, answersOn(), attributes) });

  // ---- screens: the list of parts, one part, the check
  // An address may also name one place on a screen: a question ("q-M1"), the reply to the reviewer.
  const back = one("#to-check");
  let changing = ""; // the question that the check led to
  function go(name, focus) {
    const spot = name && !screens.some((screen) => screen.dataset.screen === name) ? document.getElementById(name) : null;
    const target = screens.find((screen) => screen.dataset.screen === name || screen.contains(spot)) || screens[0];
    const checking = target.dataset.screen === "check", fromCheck = !one("[data-screen=check]").hidden;
    screens.forEach((screen) => { screen.hidden = screen !== target; });
    undo.forget();
    one("#check-problems").hidden = true; // what was wrong at the last try may be mended by now
    if (checking) check();
    if (target.dataset.screen === "notes") tools.showNotes();
    const found = checking && changing ? one(`#answers a[href="#${changing}"]`) : spot && !spot.hidden ? spot : null;
    changing = spot && !checking && fromCheck ? name : "";
    back.hidden = !changing;
    if (changing) spot.after(back);
    if (found) lead(found);
    else if (focus) { scrollTo({ top: 0, behavior: "instant" }); one("h2", target).focus({ preventScroll: true }); }
  }
  /** Show a place of this screen and go on from there with the keyboard. */
  function lead(place) {
    const field = place.matches("a, textarea") ? place : one("input:not([type=hidden]), textarea", place);
    place.scrollIntoView({ block: place.matches(".question") ? "start" : "center", behavior: "instant" });
    if (field) field.focus({ preventScroll: true });
  }
  addEventListener("hashchange", () => go(location.hash.slice(1), true));
  form.addEventListener("click", (event) => {
    const button = event.target.closest("[data-leave]");
    if (!button) return;
    const part = button.closest("[data-screen]");
    if (button.dataset.leave === "forward" && complain(part)) return;
    location.hash = button.dataset.to;
  });

  // ---- problems
  const problemOf = (item) => {
    const answer = answerOn(item), wrong = answer.state === "answered" && Rules.wrong(item, answer.value);
    return wrong || "";
  };
  const number = (value) => (value === null ? "" : value.toLocaleString(config.locale));
  const sentence = (item) => say(problemOf(item), { low: number(item.minimum ?? -1e9), high: number(item.maximum ?? 1e9) });
  function mark(root, text) {
    let line = one(".error", root);
    if (!line) {
      line = document.createElement("p");
      Object.assign(line, { className: "error", id: `a-${root.id.slice(2)}_error` });
      (one("legend", root) || one("label", root)).after(line);
    }
    line.textContent = text;
    root.classList.add("invalid");
    all('[name^="a-"]', root).forEach((field) => { field.setAttribute("aria-invalid", "true"); field.setAttribute("aria-describedby", line.id); });
  }
  function clear(root) {
    const line = one(".error", root);
    if (line) line.remove();
    root.classList.remove("invalid");
    all('[name^="a-"]', root).forEach((field) => { field.removeAttribute("aria-invalid"); field.removeAttribute("aria-describedby"); });
  }
  function summarise(box, lines) {
    box.hidden = !lines.length;
    const list = one("ul", box);
    list.replaceChildren(...lines.map(([text, href, focus]) => {
      const line = document.createElement("li"), link = document.createElement("a");
      Object.assign(link, { href, textContent: text });
      if (focus) link.addEventListener("click", (event) => { event.preventDefault(); const field = one(focus); field.scrollIntoView({ block: "center", behavior: "instant" }); field.focus({ preventScroll: true }); });
      line.append(link);
      return line;
    }));
    if (lines.length) { box.focus({ preventScroll: true }); box.scrollIntoView({ block: "start", behavior: "instant" }); }
  }
  const question = (item) => one(".asked", block(item.code)).textContent.trim();

  /** Name what cannot be read in a part. What is only missing may be given later. */
  function complain(part) {
    const bad = items.filter((item) => item.section === part.dataset.code && !block(item.code).hidden && problemOf(item));
    bad.forEach((item) => mark(block(item.code), sentence(item)));
    const box = one(".summary", part);
    if (box) summarise(box, bad.map((item) => [`${question(item)} ${sentence(item)}`, `#a-${item.code}`, `[name="a-${item.code}"]`]));
    return bad.length > 0;
  }
  const showCheck = AuditCheck({ config, say, items, block, asked: question, sentence: (item) => (problemOf(item) ? sentence(item) : "") });
  function check() {
    const found = refresh();
    showCheck(found);
    return found;
  }
  function timeProblems() {
    const value = (name) => one(`#${name}`).value, lines = [];
    times.forEach((name) => { if (!value(name)) lines.push([`${one(`label[for=${name}]`).textContent.trim()}: ${say("empty")}`, `#${name}`, `#${name}`]); });
    if (lines.length) return lines;
    const began = Rules.instant(value("started_on"), value("started_at"), config.zone), ended = Rules.instant(value("ended_on"), value("ended_at"), config.zone);
    if (ended <= began) lines.push([say("backwards"), "#ended_at", "#ended_at"]);
    if (Date.parse(ended) - Date.parse(began) > config.longest * 1000) lines.push([say("too_long"), "#ended_on", "#ended_on"]);
    if (Date.parse(began) > Date.now() + 300_000) lines.push([say("future"), "#started_at", "#started_at"]);
    return lines;
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    await coming;
    await flush();
    const { lacking, wrong } = check(), lines = timeProblems();
    const first = [...wrong.map((item) => item.code), ...lacking.map(([code]) => code)][0];
    if (first) lines.unshift([one("#verdict").textContent, `#q-${first}`]);
    summarise(one("#check-problems"), lines);
    if (lines.length || !editable || pending.size) return;
    await saveVisit();
    if (pending.size) return;
    lock();
    scrollTo({ top: 0, behavior: "instant" }); // where it is said what became of it
    await Send.finish(row.id, items.filter((item) => block(item.code).hidden).map((item) => item.code), row_ended());
    const worker = navigator.serviceWorker && (await navigator.serviceWorker.ready);
    if (worker && worker.sync) worker.sync.register("send").catch(() => undefined);
    kick();
  });
  const row_ended = () => Rules.instant(one("#ended_on").value, one("#ended_at").value, config.zone);

  // ---- sending: on every sign of signal, on return to the page, on a timer
  let timer = null;
  function soon() { clearTimeout(timer); timer = setTimeout(kick, 4000); }
  async function kick() {
    clearTimeout(timer);
    const result = await Send.sendAll().catch(() => "waiting");
    if (result !== "busy") await catchUp().catch(() => undefined);
    if (result !== "done") timer = setTimeout(kick, 5000);
  }
  function became(state) {
    show(state);
    one("#send-now").hidden = !["ready", "sending"].includes(state);
    if (["ready", "sent", "parked"].includes(state)) lock();
    if (state === "sent") one("#done").hidden = false;
  }
  /** Show what the store says: the worker may have sent the document while this page was being loaded, unheard. */
  async function catchUp() {
    const now = row && (await Store.get(row.id)), shown = document.body.dataset.state;
    if (!now || now.state === shown || !["ready", "sending"].includes(shown)) return;
    if (now.state === "draft") location.reload(); // it can be changed again
    else became(now.state);
  }
  addEventListener("online", () => Send.sendNow().then(kick, kick));
  addEventListener("pageshow", kick);
  addEventListener("focus", kick);
  one("#send-now").addEventListener("click", () => Send.sendNow().then(kick, kick));
  Send.listen((message) => {
    if (!row || message.id !== row.id || message.state === "draft") return;
    if (message.state === "photo_refused") { location.reload(); return; } // what was on its way can be changed again
    became(message.state);
  });

  /** Take the new permission to send out of the page as the server writes it now (after a log-in). */
  async function renew() {
    const response = await fetch(config.address, { cache: "no-store" });
    if (!response.ok || response.redirected) return;
    const page = new DOMParser().parseFromString(await response.text(), "text/html"), fresh = one("#config", page);
    if (!fresh) return;
    const { token, user } = JSON.parse(fresh.textContent);
    if (user !== row.user) return; // somebody else's log-in sends nothing of this person
    await Store.change(row.id, (now) => ({ token, state: now.text ? "ready" : "draft", next: 0 }));
    kick();
  }

  // ---- one window at a time
  function openedElsewhere() {
    lock();
    document.body.dataset.second = "1";
    warn("elsewhere");
    one("#take-over").hidden = false;
  }
  one("#take-over").addEventListener("click", () => {
    navigator.locks.request(`auditapp-edit-${config.visit_id}`, { steal: true }, () => { location.reload(); return new Promise(() => undefined); });
  });

  async function start() {
    config.answers = answersOn();
    let [day, time] = JSON.parse(sessionStorage.getItem(config.address) || "[]"); // typed on the page of the brief
    // The page may have been kept for days: the visit begins when it is opened, not when it was kept.
    if (!(day && time) && !config.started_at) [day, time] = local(new Date());
    if (day && time) {
      [one("#started_on").value, one("#started_at").value, one("#ended_on").value] = [day, time, day];
      config.started_at = Rules.instant(day, time, config.zone);
    }
    config.photos.forEach((photo) => thumb(photo.item, photo));
    try {
      row = (await Store.find(config.visit_id, config.round, config.user)) || null;
      await Store.cleanUp(Date.now());
      await Store.note(`opened ${config.visit} round ${config.round}`); // writes: a private window that cannot is found out now
    } catch (error) {
      warn("broken");
      show("broken");
      document.body.dataset.ready = "1";
      return; // the link to the pages that save on the server stands in the notice
    }
    if (row) {
      all(".thumbs").forEach((list) => list.replaceChildren());
      items.forEach((item) => put({ item: item.code, state: "missing", value: "", comment: "" }));
      (await Store.answers(row.id)).forEach(put);
      const urls = new Map(config.photos.map((photo) => [`${photo.item} ${photo.sha}`, photo.url]));
      (await Store.photos(row.id)).forEach((photo) => block(photo.item) && thumb(photo.item, { ...photo, url: photo.bytes ? "" : urls.get(`${photo.item} ${photo.sha}`) }));
      putVisit();
      show(row.state);
      if (row.text || row.state === "parked") lock();
      if ((await Store.photos(row.id)).some((photo) => photo.refused)) warn("photo_refused");
      one("#send-now").hidden = row.state !== "ready";
      one("#done").hidden = row.state !== "sent";
      if (row.token !== config.token && row.state !== "sent") await Store.change(row.id, { token: config.token });
      if (row.state === "auth") renew().catch(() => undefined);
    } else {
      show(config.server || config.round > 1 ? "begun" : "fresh");
      if (!config.notes.length) config.notes = ((await Store.documents()).find((each) => each.visit_id === config.visit_id && each.user === config.user && each.round === config.round - 1) || config).notes;
    }
    const unsaved = Store.notes.read(aside);
    if (unsaved && editable) {
      for (const answer of JSON.parse(unsaved)) { put(answer); await saveAnswer(byCode.get(answer.item)); }
    }
    Store.notes.remove(aside);
    await tools.restore(row || { notes: config.notes, gps: config.gps });
    refresh();
    form.inert = false;
    go(location.hash.slice(1), false);
    document.body.dataset.ready = "1";
    kick();
  }

  if (navigator.locks) {
    // A page that is loaded again may meet its own former self for a moment.
    const patience = AbortSignal.timeout(1500);
    navigator.locks.request(`auditapp-edit-${config.visit_id}`, { signal: patience }, () => new Promise(() => undefined))
      .catch(openedElsewhere); // another window has it, or has taken it over
  }
  // Usable first, then kept for no signal.
  start().catch(() => undefined).then(() => AuditWorker.keep(location.pathname, true)).then((kept) => {
    document.body.dataset.offline = kept ? "1" : "0";
    one("#offline").hidden = !kept;
    offline = kept;
    if (row) otherLanguage();
  });
})();
