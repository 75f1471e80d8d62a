/* The list of visits: what this phone holds of each, whether it opens without signal, and sending by hand. */
(function () {
  "use strict";
  const Store = AuditStore, Send = AuditSend;
  const one = (selector, root = document) => root.querySelector(selector);
  const config = JSON.parse(one("#config").textContent), say = AuditWords(config);
  const entries = [...document.querySelectorAll("[data-form]")];
  const mine = async () => (await Store.documents()).filter((row) => row.user === config.user);

  const ON_ITS_WAY = ["ready", "sending", "sent", "parked"], under = new Set(); // documents being sent just now
  const stateOf = (row) => (row.text && under.has(row.id) ? "sending" : row.state);
  const words = (row) => say(row.state === "draft" ? (row.rev > (row.sent_rev || 0) ? "draft" : "draft_safe") : stateOf(row));

  /** Let the phone's own state stand where the office's would be out of date: it hears of a visit when that comes. */
  function mark(entry, state) {
    const tag = one(".tag", entry);
    if (state === "draft" && entry.dataset.status !== "assigned") return;
    tag.textContent = say(`tag_${state}`);
    tag.className = `tag ${state === "auth" ? "critical" : state === "sent" ? "above" : "accent"}`;
  }

  async function show() {
    const rows = await mine(), listed = new Set();
    let toDo = entries.length;
    for (const entry of entries) {
      const row = rows.find((each) => each.visit_id === Number(entry.dataset.visit) && each.round === Number(entry.dataset.round));
      if (!row) continue;
      listed.add(row.id);
      mark(entry, stateOf(row));
      if (ON_ITS_WAY.includes(row.state)) toDo -= 1;
      const place = one(".on-phone", entry);
      place.textContent = words(row) + (entry.dataset.kept ? ` · ${say("offline")}` : "");
    }
    one("#to-do-count").textContent = toDo ? say.count("to_do", toDo) : say("nothing");
    const unsent = rows.filter((row) => row.text && row.state !== "sent" && row.state !== "parked");
    const lost = rows.filter((row) => !listed.has(row.id) && !["sent", "parked"].includes(row.state));
    one("#unsent").hidden = !unsent.length && !lost.length;
    one("#unsent-text").textContent = unsent.length ? say.count("waiting", unsent.length) : "";
    one("#elsewhere").replaceChildren(...lost.map((row) => {
      const line = document.createElement("li"), link = document.createElement("a");
      Object.assign(link, { href: row.address, textContent: `${row.place}: ${words(row)}` });
      line.append(link);
      return line;
    }));
  }

  const KEPT = "auditapp-kept";
  /** Ask for each form to be kept, one after the other, where it is not kept as it stands at the office now; and lead
      straight to it: it holds the brief as well. */
  async function prepare() {
    const before = JSON.parse(Store.notes.read(KEPT) || "{}"), now = {};
    await AuditWorker.keep(location.pathname, false);
    await AuditWorker.keepOnly(entries.map((entry) => entry.dataset.form));
    for (const entry of entries) {
      const link = one("a", entry), address = entry.dataset.form;
      if (!(await AuditWorker.keep(address, before[address] === entry.dataset.version).catch(() => false))) continue;
      now[address] = entry.dataset.version;
      entry.dataset.kept = "1";
      link.href = address;
      const place = one(".on-phone", entry);
      if (!place.textContent) place.textContent = say("offline");
    }
    Store.notes.write(KEPT, JSON.stringify(now));
    document.body.dataset.offline = "1";
  }

  const send = () => Send.sendNow().catch(() => "waiting").then(show);
  one("#send-now").addEventListener("click", send);
  addEventListener("online", send);
  Send.listen(({ id, state }) => {
    if (state === "sending") under.add(id);
    else under.delete(id);
    show().catch(() => undefined);
  });

  one("#send-log").addEventListener("click", async () => {
    const rows = await mine(), row = rows[rows.length - 1], state = one("#log-state");
    if (!row) { state.textContent = say("log_empty"); return; }
    const lines = (await Store.log()).join("\n").slice(-60_000);
    const response = await fetch("/api/v1/logs", {
      method: "POST", body: lines, credentials: "omit", redirect: "error",
      headers: { Authorization: `Bearer ${row.token}`, "Content-Type": "text/plain", "X-Device": row.device },
    }).catch(() => ({ ok: false }));
    state.textContent = say(response.ok ? "log_sent" : "log_failed");
  });

  show().then(() => { one("#phone-log").hidden = false; return prepare(); }).then(show).then(send)
    .catch(() => undefined).finally(() => { document.body.dataset.ready = "1"; });
})();
