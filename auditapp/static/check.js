/* The check before sending: every answer in words, part by part, with the way to change it; what is missing comes first. */
(function (self) {
  "use strict";
  const one = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => Array.from(root.querySelectorAll(selector));
  const made = (name, values = {}, ...children) => {
    const element = Object.assign(document.createElement(name), values);
    element.append(...children);
    return element;
  };

  /** Return a length typed as 4:07 or 1:05:00 in words. */
  function length(typed) {
    const units = ["s", "min", "h"], parts = typed.split(":").map(Number).reverse();
    return parts.map((number, at) => (number ? `${number}\u00a0${units[at]}` : "")).filter(Boolean).reverse().join(" ") || "0\u00a0s";
  }

  /** The check over the form's own `page`: {config, say, items, block, asked (the words of a question), sentence (what is wrong with it)}. */
  self.AuditCheck = function (page) {
    const { config, say, items, block } = page;

    function words(item, answer) {
      const root = block(item.code), unit = one(".with-unit > span", root);
      if (answer.state === "na") return say("na");
      if (answer.state !== "answered") return say(item.required ? "no_answer" : "not_given");
      if (item.type === "photo") return say.count("photos", Number(answer.value));
      const chosen = all(`[name="a-${item.code}"]:checked`, root).map((box) => box.closest("label").textContent.trim());
      if (chosen.length) return chosen.join(", ");
      if (item.type === "duration" && !page.sentence(item)) return length(answer.value);
      return unit ? `${answer.value}\u00a0${unit.textContent}` : answer.value;
    }

    /** Return one answer as an entry of the list; `problem` is what keeps it from being sent, "" when nothing does. */
    function line(item, answer, problem) {
      const given = answer.state !== "missing", question = page.asked(item);
      const said = made("dd", {}, made("span", { className: problem && !given ? "open" : given ? "said" : "quiet", textContent: words(item, answer) }), " ");
      said.append(made("a", { href: `#q-${item.code}` }, say("change"), made("span", { className: "visually-hidden", textContent: `: ${question}` })));
      if (problem && given) said.append(made("span", { className: "said open", textContent: problem }));
      if (answer.comment) said.append(made("span", { className: "said quiet", textContent: answer.comment }));
      const photos = all(".thumbs li:not([data-refused]) img", block(item.code));
      if (photos.length && item.type !== "photo") said.append(made("span", { className: "said quiet", textContent: say.count("photos", photos.length) }));
      if (photos.length) {
        said.append(made("span", { className: "thumbs small" }, ...photos.map((photo, at) => made("img", { src: photo.src, alt: say("photo_alt", { number: at + 1 }) }))));
      }
      return made("div", {}, made("dt", { textContent: question }), said);
    }

    /** Show everything as it stands now: {answers, codes, lacking, wrong} as the form has found them. */
    return function show({ answers, codes, lacking, wrong }) {
      const problems = new Map(lacking.map(([code, problem]) => [code, say(problem === "answer_missing" ? "no_answer" : "no_photo")]));
      wrong.forEach((item) => problems.set(item.code, page.sentence(item)));
      const open = problems.size, summary = [], cards = [];
      for (const part of config.parts) {
        const here = items.filter((item) => item.section === part.code && codes.has(item.code));
        const first = here.filter((item) => problems.has(item.code)), rest = here.filter((item) => !problems.has(item.code));
        if (!here.length) continue;
        if (first.length) {
          const link = made("a", { href: `#q-${first[0].code}`, textContent: `${part.title}: ${say.count("open", first.length)}` });
          summary.push(made("li", {}, link));
        }
        const lines = [...first, ...rest].map((item) => line(item, answers.get(item.code), problems.get(item.code) || ""));
        cards.push(made("section", { className: "card checked" }, made("h3", { textContent: part.title }), made("dl", {}, ...lines)));
      }
      all("[data-asked]").forEach((place) => {
        const code = place.dataset.asked, was = config.returned[code], now = answers.get(code);
        const photos = all(".thumbs li", block(code)).map((line) => line.dataset.sha);
        one(".tag", place).hidden = ["state", "value", "comment"].some((key) => was[key] !== now[key]) || `${photos.sort()}` !== `${was.photos.sort()}`;
      });
      one("#verdict").textContent = open ? say.count("missing", open) : say("all_answered");
      one("#lacking").replaceChildren(...summary);
      one("#lacking").hidden = !open;
      one("#answers").replaceChildren(...cards);
    };
  };
})(self);
