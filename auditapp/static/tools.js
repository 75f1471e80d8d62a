/* What helps during a visit and right after it: a stopwatch, quick notes, the position, how much is left.
   Everything lies in the phone's document at once, so it outlives a locked screen and a browser that was ended. */
(function (self) {
  "use strict";
  const Store = self.AuditStore;
  const one = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => Array.from(root.querySelectorAll(selector));
  const HOUR = 3_600_000, FADES_AFTER = 3, SIGNAL_LIMIT = 30_000;

  /** Return a length in milliseconds as the form writes it: 4:07, from 1000 minutes on 16:40:00. */
  function length(milliseconds) {
    const seconds = Math.max(0, Math.round(milliseconds / 1000)), minutes = Math.floor(seconds / 60);
    const two = (number) => String(number).padStart(2, "0");
    return minutes < 1000 ? `${minutes}:${two(seconds % 60)}` : `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(seconds % 60)}`;
  }

  /** Tools over the form's own `page`: {config, say, undo, id, save, answered, addPhoto, thumb, block, asked}. */
  self.AuditTools = function (page) {
    const { config, say } = page;
    let running = {}, notes = [], urls = new Map();

    // ---- stopwatch: it only remembers when it was started, so nothing has to go on running
    const watches = all("[data-watch]");
    function showWatches() {
      for (const root of watches) {
        const since = running[root.dataset.watch];
        one(".start", root).hidden = since !== undefined;
        one(".stop", root).hidden = since === undefined;
        one(".elapsed", root).textContent = since === undefined ? "" : length(Date.now() - since);
      }
    }
    const keepRunning = () => page.save("*watches", () => Store.change(page.id(), { watches: { ...running } }));
    for (const root of watches) {
      const code = root.dataset.watch;
      one(".start", root).addEventListener("click", () => {
        running[code] = Date.now();
        showWatches();
        one(".stop", root).focus();
        keepRunning();
      });
      one(".stop", root).addEventListener("click", () => {
        one(`[name="a-${code}"]`, page.block(code)).value = length(Date.now() - running[code]);
        delete running[code];
        showWatches();
        one(".start", root).focus();
        page.answered(code);
        keepRunning(); // after the answer: ended in between, the watch shows again and nothing is lost
      });
    }
    setInterval(() => { if (Object.keys(running).length) showWatches(); }, 500);

    // ---- notes: typed or photographed at once, moved to a question later; they never leave in a final document
    const list = one("#notes-list"), text = one("#note-text"), file = one("#note-photo");
    const place = (note) => `*${note.at}`; // photos of a note that belongs to no question yet
    const clock = (note) => new Intl.DateTimeFormat(config.locale, { timeZone: config.zone, hour: "2-digit", minute: "2-digit" }).format(new Date(note.at));
    const plain = () => notes.map((note) => ({ ...note }));
    const named = (code) => one(".asked", page.block(code)).textContent.trim();

    async function showNotes() {
      const photos = page.id() ? await Store.photos(page.id()) : [];
      list.replaceChildren(...notes.map((note) => line(note, photos.filter((photo) => photo.item === place(note)))));
      const open = notes.filter((note) => !note.item).length;
      one("#notes-open").textContent = open ? ` (${open})` : "";
      one("#notes-left").hidden = !open;
      one("#notes-left a").textContent = open ? say.count("notes_left", open) : "";
    }
    function line(note, photos) {
      const entry = document.createElement("li"), words = document.createElement("p");
      words.textContent = `${clock(note)} ${note.text}`;
      entry.append(words);
      for (const photo of photos) {
        const image = new Image();
        if (!urls.has(photo.sha)) urls.set(photo.sha, URL.createObjectURL(new Blob([photo.bytes], { type: photo.type })));
        Object.assign(image, { src: urls.get(photo.sha), alt: say("note_photo") });
        entry.append(image);
      }
      if (note.item) {
        const moved = document.createElement("p");
        Object.assign(moved, { className: "quiet", textContent: say("note_moved", { question: named(note.item) }) });
        entry.append(moved);
        return entry;
      }
      const label = document.createElement("label"), choice = document.createElement("select"), move = document.createElement("button"), drop = document.createElement("button");
      choice.append(new Option(say("note_choose"), ""));
      for (const code of page.asked()) if (!photos.length || one(`#p-${code}`)) choice.append(new Option(named(code), code));
      label.append(document.createTextNode(say("note_belongs")), choice);
      Object.assign(move, { type: "button", textContent: say("note_move") });
      Object.assign(drop, { type: "button", className: "link", textContent: say("remove") });
      drop.setAttribute("aria-label", say("note_remove", { time: clock(note) }));
      move.addEventListener("click", () => (choice.value ? bind(note, choice.value, photos) : choice.focus()));
      drop.addEventListener("click", () => remove(note, photos));
      entry.append(label, move, drop);
      return entry;
    }
    const keepNotes = () => page.save("*notes", () => Store.saveFields(page.id(), { notes: plain() }));
    /** Take a note out with its photos; it can be put back where it stood. */
    async function remove(note, photos) {
      notes = notes.filter((each) => each !== note);
      await keepNotes();
      for (const photo of photos) await page.save(`photo ${photo.sha}`, () => Store.removePhoto(page.id(), photo.item, photo.sha));
      await showNotes();
      page.undo(list, say("removed_note", { time: clock(note) }), async () => {
        for (const photo of photos) await page.save(`photo ${photo.sha}`, () => Store.savePhoto(page.id(), photo));
        notes = [...notes, note].sort((a, b) => (a.at < b.at ? -1 : 1));
        await keepNotes();
        await showNotes();
        one("select", list.children[notes.indexOf(note)]).focus({ preventScroll: true });
      });
    }
    async function bind(note, code, photos) {
      const comment = one(`#c-${code}`, page.block(code));
      if (note.text) comment.value = [comment.value.trim(), `${clock(note)} ${note.text}`].filter(Boolean).join("\n");
      comment.closest("details").open = true;
      note.item = code;
      await page.save(`note ${note.at}`, () => Store.movePhotos(page.id(), photos, code, { notes: plain() }));
      photos.forEach((photo) => page.thumb(code, { ...photo, item: code }));
      await page.answered(code);
      await showNotes();
      one("h2", list.closest("section")).focus({ preventScroll: true });
    }
    one("#note-add").addEventListener("click", async () => {
      const files = [...file.files];
      if (!text.value.trim() && !files.length) { text.focus(); return; }
      const note = { at: new Date().toISOString(), text: text.value.trim(), item: "" };
      for (const chosen of files) if (!(await page.addPhoto(chosen, place(note)))) return; // what was typed stays in its field
      page.undo.forget();
      notes.push(note);
      text.value = "";
      file.value = "";
      await page.save("*notes", () => Store.saveFields(page.id(), { notes: plain(), note_text: "" }));
      await showNotes();
      text.focus();
    });
    text.addEventListener("input", () => page.save("*note", () => Store.change(page.id(), { note_text: text.value })));

    // ---- position: asked once, for a reason, and never a condition
    const box = one("#position");
    function showPosition(gps) {
      if (!box) return;
      const state = one("#position-state");
      if (gps) state.textContent = gps.error ? say("no_position") : say("position", { metres: Math.round(gps.accuracy) });
      one("#locate").hidden = Boolean(gps) && (!gps.error || gps.error === "denied");
    }
    if (box && navigator.geolocation) {
      box.hidden = false;
      one("#locate").addEventListener("click", () => {
        one("#position-state").textContent = say("locating");
        const found = (gps) => { showPosition(gps); page.save("*gps", () => Store.saveFields(page.id(), { gps })); };
        navigator.geolocation.getCurrentPosition(
          ({ coords, timestamp }) => found({ lat: coords.latitude, lon: coords.longitude, accuracy: coords.accuracy, at: new Date(timestamp).toISOString(), error: "" }),
          ({ code }) => found({ lat: null, lon: null, accuracy: null, at: null, error: ["", "denied", "unavailable", "timeout"][code] || "unavailable" }),
          { enableHighAccuracy: true, timeout: SIGNAL_LIMIT, maximumAge: 0 },
        );
      });
    }

    return {
      /** Put back what the phone holds. */
      async restore(row) {
        running = { ...row.watches };
        notes = (row.notes || []).map((note) => ({ ...note }));
        text.value = row.note_text || "";
        showWatches();
        showPosition(row.gps || null);
        await showNotes();
      },
      showNotes,
      /** Say how much is left, and gently that memory fades. `began` is an ISO instant or "". */
      remaining(open, total, began) {
        one("#burden").textContent = open ? say.count("left", open, { minutes: Math.max(1, Math.ceil((config.minutes * open) / total)) }) : "";
        const hours = began ? Math.floor((Date.now() - Date.parse(began)) / HOUR) : 0;
        one("#fades").hidden = !open || hours < FADES_AFTER;
        one("#fades").textContent = hours < FADES_AFTER ? "" : hours < 48 ? say.count("fades_hours", hours) : say.count("fades_days", Math.floor(hours / 24));
      },
    };
  };
})(self);
