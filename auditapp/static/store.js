/* What this phone keeps: documents, answers and photos in IndexedDB. No page needed: the service worker loads it too.

   Everything that says "saved" waits for the transaction to be complete on the disk. Photos are kept as ArrayBuffer,
   because WebKit has lost Blobs. See docs/phone-protocol.md for the document and its states. */
(function (self) {
  "use strict";
  /* Small notes beside the database. A browser may forbid them; nothing that matters rests on them. */
  const Notes = {
    read(key) { try { return localStorage.getItem(key); } catch { return null; } },
    write(key, text) { try { localStorage.setItem(key, text); } catch { /* forbidden or full */ } },
    remove(key) { try { localStorage.removeItem(key); } catch { /* forbidden */ } },
  };
  const NAME = "auditapp", VERSION = 1, OPEN_LIMIT = 8000;
  const STORES = ["documents", "answers", "photos"];
  const LOG_LINES = 500;
  let opening = null;

  /** Return the open database; an error after eight seconds, because WebKit has been seen to hang here. */
  function open() {
    opening ??= new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new DOMException("storage did not open", "TimeoutError")), OPEN_LIMIT);
      const request = indexedDB.open(NAME, VERSION);
      request.onupgradeneeded = () => {
        const database = request.result;
        database.createObjectStore("documents", { keyPath: "id" });
        database.createObjectStore("answers", { keyPath: ["document", "item"] });
        database.createObjectStore("photos", { keyPath: ["document", "item", "sha"] });
        database.createObjectStore("log", { autoIncrement: true });
      };
      request.onsuccess = () => {
        clearTimeout(timer);
        const database = request.result;
        database.onversionchange = () => { database.close(); opening = null; };
        database.onclose = () => { opening = null; }; // a phone short of memory closes it behind our back
        resolve(database);
      };
      request.onerror = () => { clearTimeout(timer); reject(request.error); };
    }).catch((error) => { opening = null; throw error; });
    return opening;
  }

  /** Run `work(at)` in one transaction, `at(name)` being a store; resolve with the result of the request it returns,
      once everything is committed. A connection that died is opened again, once. */
  async function transact(stores, mode, work) {
    for (let again = true; ; again = false) {
      try {
        const database = await open();
        return await new Promise((resolve, reject) => {
          const transaction = database.transaction(stores, mode, { durability: mode === "readwrite" ? "strict" : "default" });
          let request, failure;
          transaction.oncomplete = () => resolve(request && request.result);
          transaction.onabort = () => reject(failure || transaction.error || new DOMException("aborted", "AbortError"));
          request = work((name) => transaction.objectStore(name), (error) => { failure = error; transaction.abort(); });
        });
      } catch (error) {
        if (!again || !["InvalidStateError", "UnknownError", "AbortError"].includes(error.name)) throw error;
        opening = null;
      }
    }
  }
  const read = (stores, work) => transact(stores, "readonly", work);
  const write = (stores, work) => transact(stores, "readwrite", work);
  const ofDocument = (id) => IDBKeyRange.bound([id], [id, []]);

  const documents = () => read(["documents"], (at) => at("documents").getAll());
  const get = (id) => read(["documents"], (at) => at("documents").get(id));
  const answers = (id) => read(["answers"], (at) => at("answers").getAll(ofDocument(id)));
  const photos = (id) => read(["photos"], (at) => at("photos").getAll(ofDocument(id)));

  /** Return this person's newest document of a visit's round, or undefined. */
  async function find(visitId, round, user) {
    const found = (await documents()).filter((row) => row.visit_id === visitId && row.round === round && row.user === user);
    return found.sort((a, b) => (a.id < b.id ? 1 : -1))[0];
  }

  /** Keep a new document with the answers and photos it begins with. */
  function create(row, firstAnswers, firstPhotos) {
    return write(STORES, (at) => {
      firstAnswers.forEach((answer) => at("answers").put({ ...answer, document: row.id }));
      firstPhotos.forEach((photo) => at("photos").put({ ...photo, document: row.id }));
      return at("documents").put(row);
    });
  }

  /** Change a document: read, `patch` (an object, or a function of the row that gives one), write. With `work` the content changes too and the revision rises by one.
      A frozen document is never changed in its content. */
  function change(id, patch, work) {
    return write(STORES, (at, abort) => {
      const request = at("documents").get(id);
      request.onsuccess = () => {
        const row = request.result;
        if (work && row.text) return abort(new DOMException("this visit is already on its way", "ReadOnlyError"));
        Object.assign(row, typeof patch === "function" ? patch(row) : patch);
        try {
          if (work) { row.rev += 1; row.changed_at = new Date().toISOString(); work(at, row); }
          at("documents").put(row);
        } catch (error) { abort(error); }
      };
      return request;
    });
  }
  const saveAnswer = (id, answer) =>
    change(id, {}, (at) => at("answers").put({ ...answer, document: id, at: new Date().toISOString() }));
  const saveFields = (id, fields) => change(id, fields, () => undefined);
  const savePhoto = (id, photo) => change(id, {}, (at) => at("photos").put({ ...photo, document: id }));
  const removePhoto = (id, item, sha) => change(id, {}, (at) => at("photos").delete([id, item, sha]));
  const movePhotos = (id, found, item, patch) => change(id, patch, (at) => found.forEach((photo) => {
    at("photos").delete([id, photo.item, photo.sha]);
    at("photos").put({ ...photo, item });
  }));
  /** Note something about a photo; one that was removed in the meantime stays removed. */
  const markPhoto = (photo, mark) => write(["photos"], (at) => {
    const store = at("photos"), request = store.get([photo.document, photo.item, photo.sha]);
    request.onsuccess = () => { if (request.result) store.put({ ...request.result, ...mark }); };
    return request;
  });

  const DAY = 86_400_000;
  /** Photos go seven days after a visit was sent and answers after thirty; what is not sent is never touched. */
  async function cleanUp(now) {
    for (const row of await documents()) {
      const age = row.state === "sent" ? now - Date.parse(row.sent_at) : 0;
      if (age < 7 * DAY) continue;
      await write(STORES, (at) => {
        at("photos").delete(ofDocument(row.id));
        if (age < 30 * DAY) return at("documents").get(row.id);
        at("answers").delete(ofDocument(row.id));
        return at("documents").delete(row.id);
      });
    }
  }

  /** Write a line into the phone's own log (newest 500). It never stops the work it tells about. */
  function note(text) {
    const line = `${new Date().toISOString()} ${text}`;
    return write(["log"], (at) => {
      const store = at("log"), added = store.add(line);
      added.onsuccess = () => store.delete(IDBKeyRange.upperBound(added.result - LOG_LINES));
      return added;
    }).catch(() => undefined);
  }
  const log = () => read(["log"], (at) => at("log").getAll());

  const hex = (buffer) => Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, "0")).join("");
  const sha256 = async (buffer) => hex(await crypto.subtle.digest("SHA-256", buffer));

  /** Return a UUID of version 7: its first 48 bits are the time, so that logs read in order. */
  function uuid7() {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    let time = Date.now();
    for (let i = 5; i >= 0; i--) { bytes[i] = time % 256; time = Math.floor(time / 256); }
    bytes[6] = (bytes[6] & 15) | 112;
    bytes[8] = (bytes[8] & 63) | 128;
    return hex(bytes).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  }

  self.AuditStore = {
    answers, change, cleanUp, create, documents, find, get, log, markPhoto, movePhotos, note, notes: Notes, open, photos, removePhoto,
    saveAnswer, saveFields, savePhoto, sha256, uuid7,
  };
})(self);
