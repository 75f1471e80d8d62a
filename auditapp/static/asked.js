/* Who is asked what, and what is still missing: the same reading as checklists/applicability.py and answers.py.
   No page, no storage. tests/flows/test_phone_rules.py gives both the same cases. */
(function (self) {
  "use strict";
  const given = (answer) => Boolean(answer) && (answer.state === "answered" || answer.state === "na");

  function taken(branch, answer) {
    return Boolean(answer) && answer.state === "answered" && answer.value.split(";").some((value) => branch.values.includes(value));
  }

  /** Return the codes asked, in order. `answers` is a Map of code to {state, value}; `attributes` a Set. */
  function asked(items, answers, attributes) {
    const codes = new Set();
    for (const item of items) {
      if (!item.requires.every((attribute) => attributes.has(attribute))) continue;
      const branch = item.show_if;
      if (branch && !(codes.has(branch.item) && taken(branch, answers.get(branch.item)))) continue;
      codes.add(item.code);
    }
    return codes;
  }

  /** Return [code, problem] of everything that keeps the visit from being sent; `photos` is a Map of code to number. */
  function missing(items, answers, attributes, photos) {
    const codes = asked(items, answers, attributes), problems = [];
    for (const item of items) {
      if (!codes.has(item.code)) continue;
      const answer = answers.get(item.code);
      if (!given(answer)) {
        if (item.required) problems.push([item.code, "answer_missing"]);
      } else if (answer.state === "answered" && item.evidence_required && item.type !== "photo" && !photos.get(item.code)) {
        problems.push([item.code, "evidence_missing"]);
      }
    }
    return problems;
  }

  const NUMBER = /^[+-]?[0-9]{1,15}(?:\.[0-9]{1,6})?$/, NUMBER_LIMIT = 1e9;
  const DURATION = /^(?:[0-9]{1,3}:[0-5]?[0-9]|[0-9]{1,3}):[0-5][0-9]$/;
  const TIME = /^(?:[01]?[0-9]|2[0-3])[:.][0-5][0-9]$/;
  const TEXT_LIMIT = 5000;

  function wrongNumber(item, text) {
    const plain = text.replace(/\s/g, "").replaceAll(",", ".").replaceAll("\u2212", "-");
    if (!NUMBER.test(plain)) return "not_a_number";
    const number = Number(plain), { minimum: low, maximum: high } = item;
    if (Math.abs(number) > NUMBER_LIMIT) return "out_of_range";
    const tooLow = low !== null && number < low, tooHigh = high !== null && number > high;
    if ((tooLow || tooHigh) && low !== null && high !== null) return "out_of_range";
    if (tooLow) return "too_low";
    if (tooHigh) return "too_high";
    return item.whole && !Number.isInteger(number) ? "not_whole" : "";
  }

  /** Return what is wrong with a text typed for an item, "" when it can be its answer. */
  function wrong(item, text) {
    if (!text) return "";
    if (text.length > TEXT_LIMIT) return "text_too_long";
    if (item.type === "number") return wrongNumber(item, text);
    if (item.type === "duration") return DURATION.test(text) ? "" : "bad_duration";
    if (item.type === "time") return TIME.test(text) ? "" : "bad_time";
    return "";
  }

  /** Return the instant (ISO) at which the clocks of a time zone show this date and time; "" when there is none. */
  function instant(date, time, zone) {
    const wanted = Date.parse(`${date}T${time}:00Z`);
    if (Number.isNaN(wanted)) return "";
    const parts = new Intl.DateTimeFormat("en-GB", {
      timeZone: zone, hourCycle: "h23", year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit",
    });
    let guess = wanted;
    for (let round = 0; round < 2; round++) {
      const shown = Object.fromEntries(parts.formatToParts(guess).map((part) => [part.type, part.value]));
      guess += wanted - Date.parse(`${shown.year}-${shown.month}-${shown.day}T${shown.hour}:${shown.minute}:00Z`);
    }
    return new Date(guess).toISOString();
  }

  self.AuditRules = { asked, given, instant, missing, wrong };
})(self);
