"use strict";
// What the page can do beside being read: the board as of a day, a mark's sentence, filters. Without it all is there.
(() => {
  const byId = (id) => document.getElementById(id);
  const data = JSON.parse(byId("data").textContent);
  const ASPECTS = data.aspects;
  const REALITY = ["in_effect", "decided", "planned", "proposed", "ended", "rejected"];
  const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");
  const changes = data.changes.map(
    ([id, aspect, subject, key, stage, value, held, known, verdict, supersedes, beforeStage, before, confidence, disputed,
      origins, [ends, succeeds, isPart]], seq) => ({ id, aspect, subject, key, stage, value, held, known, verdict, supersedes,
      beforeStage, before, confidence, disputed, origins, ends, succeeds, isPart, seq }),
  );

  const arrow = (value) => value.replaceAll(" -> ", " → ");
  const words = (stage) => stage.replace("_", " ");
  const shown = (day) => `${Number(day.slice(8, 10))} ${MONTHS[Number(day.slice(5, 7)) - 1]} ${day.slice(0, 4)}`;

  function make(name, props = {}, ...children) {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(props)) {
      if (key in element && key !== "list") element[key] = value;
      else element.setAttribute(key, value);
    }
    element.append(...children);
    return element;
  }

  // -- the board as of a day: the same fold as the views board_as_of and board_known_at -----------------------

  function boardOn(day, axis) {
    const told = changes.filter((one) => (axis === "known" ? one.known.slice(0, 10) : one.held) <= day);
    const back = new Set(told.filter((one) => one.verdict === "withdrawn").map((one) => one.supersedes));
    const known = told.filter((one) => one.verdict !== "withdrawn" && !back.has(one.id));
    const replacing = new Map();
    for (const one of known) if (one.supersedes) replacing.set(one.supersedes, [...(replacing.get(one.supersedes) || []), one]);
    const order = (one) => (axis === "known" ? [one.seq] : [one.held, one.known, one.seq]);
    const after = (a, b) => {
      const [x, y] = [order(a), order(b)];
      const at = x.findIndex((value, place) => value !== y[place]);
      return at >= 0 && x[at] > y[at];
    };
    const place = (one) => `${one.aspect}\n${one.key}`;
    const latest = new Map();
    for (const one of known) {
      if ((replacing.get(one.id) || []).some((by) => place(by) === place(one))) continue;
      const held = latest.get(place(one));
      if (!held || after(one, held)) latest.set(place(one), one);
    }
    const rows = [...latest.values()].filter((one) => !replacing.has(one.id));
    const closing = closingOf(rows, known);
    return rows.map((one) => ({
      ...one,
      ...closing(one),
      sources: axis === "known" ? one.origins.filter((said) => said.slice(0, 10) <= day).length : one.origins.length,
    }));
  }

  // What the mission had ends with it, as pipeline.board.board.fold has it.
  function closingOf(rows, known) {
    const order = (one) => `${one.held} ${one.known} ${one.id}`;
    const [ending] = rows.filter((one) => one.ends).sort((a, b) => (order(a) < order(b) ? -1 : 1));
    if (!ending) return () => ({});
    const [until] = [ending, ...known.filter((one) => one.succeeds)].map((one) => one.held).sort();
    return (one) => (one !== ending && one.isPart && one.held < until ? { stage: "ended", held: ending.held, ending } : {});
  }

  function draw(name, attributes, ...children) {
    const element = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.append(...children);
    return element;
  }

  const badge = (stage) => make("span", { className: `stage st-${stage}` },
    draw("svg", { class: "icon", "aria-hidden": "true", viewBox: "0 0 16 16" }, draw("use", { href: `#i-${stage}` })), words(stage));

  const gauge = (share) => draw("svg", { class: "gauge", "aria-hidden": "true", viewBox: "0 0 40 6" },
    draw("rect", { class: "all", width: 40, height: 6, rx: 3 }), draw("rect", { width: share * 40, height: 6, rx: 3 }));

  // The odds of one claim times the number of independent origins, as pipeline.board.board.surer has it.
  const surer = (share, origins) => (origins > 1 && share > 0 && share < 1 ? (share * origins) / (1 - share + share * origins) : share);
  const sureWord = (share) => data.sure.find(([floor]) => Number(share.toFixed(2)) >= floor)[1];

  function row(one) {
    const now = make("td", { className: "now" }, badge(one.stage), " ",
      make("a", { className: "value", href: `#c-${one.id}` }, arrow(one.value) || "no value"));
    const isDisputed = one.verdict === "disputes" || one.disputed;
    if (isDisputed) now.append(" ", make("span", { className: "dispute" }, `sources disagree: ${arrow(one.disputed) || "another value"}`));
    const sure = make("td", { "data-label": "How sure" });
    if (one.verdict === "baseline") sure.append(make("span", { className: "dim" }, "from the baseline"));
    else {
      const share = surer(one.confidence, one.sources);
      sure.append(make("span", { className: "sure" }, gauge(share), ` ${sureWord(share)} `,
        make("span", { className: "num" }, share.toFixed(2))));
    }
    const before = make("td", { "data-label": "Before", className: "before" });
    if (one.beforeStage) before.append(`${arrow(one.before) || "nothing"} `, make("span", { className: "dim" }, `(${words(one.beforeStage)})`));
    else before.append(make("span", { className: "dim" }, "nothing"));
    const since = make("td", { "data-label": "Since", className: "date" }, make("time", { dateTime: one.held }, shown(one.held)));
    if (one.ending) since.append(" ", make("a", { className: "faint", href: `#c-${one.ending.id}` }, "with the mission"));
    return make("tr", isDisputed ? { className: "disputed" } : one.ending ? { className: "faded" } : {},
      make("th", { scope: "row" }, one.subject), now, since, sure, make("td", { "data-label": "Origins", className: "n" }, String(one.sources)), before);
  }

  const table = byId("board-rows");
  const ours = [...table.tBodies];
  const asof = byId("asof");
  const told = byId("asof-told");

  function showBoard() {
    const { day, axis } = { day: asof.elements.day.value, axis: asof.elements.axis.value };
    for (const body of [...table.tBodies]) body.remove();
    told.hidden = !day;
    drawDay(day);
    if (!day) {
      table.append(...ours);
      return;
    }
    const rows = boardOn(day, axis);
    rows.sort((a, b) => ASPECTS.indexOf(a.aspect) - ASPECTS.indexOf(b.aspect)
      || REALITY.indexOf(a.stage) - REALITY.indexOf(b.stage) || (a.held < b.held ? 1 : a.held > b.held ? -1 : a.seq - b.seq));
    for (const aspect of new Set(rows.map((one) => one.aspect))) {
      table.append(make("tbody", {},
        make("tr", { className: "aspect" }, make("th", { colSpan: 6, scope: "rowgroup" }, aspect)),
        ...rows.filter((one) => one.aspect === aspect).map(row)));
    }
    const what = axis === "known" ? "as it was known at the end of" : "as it stood at the end of";
    told.textContent = rows.length ? `The board ${what} ${shown(day)}: ${rows.length} rows.`
      : `The board ${what} ${shown(day)} is empty.`;
  }

  if (changes.length) {
    asof.hidden = false;
    asof.addEventListener("input", showBoard);
    asof.addEventListener("submit", (event) => event.preventDefault());
    asof.elements.now.addEventListener("click", () => {
      asof.elements.day.value = "";
      showBoard();
    });
  }

  // -- the timeline -------------------------------------------------------------------------------------------

  // One of all, and one for each shorter time; the style sheet shows the one that is chosen.
  const pictures = [...document.querySelectorAll(".timeline-picture")];
  const marks = pictures.flatMap((picture) => [...picture.querySelectorAll("a[href]")]);
  const panel = byId("told");
  const span = byId("span");

  function drawDay(day) {
    for (const line of document.querySelectorAll(".asof-line")) line.remove();
    if (!day) return;
    for (const picture of pictures) {
      const [first, last] = [picture.parentNode.dataset.first, picture.parentNode.dataset.last].map((time) => Date.parse(time));
      const at = ((Date.parse(`${day}T23:59:59Z`) - first) / (last - first)) * data.plot;
      if (at < 0 || at > data.plot) continue;
      for (const lane of picture.querySelectorAll(".plot")) {
        const height = lane.getAttribute("d").match(/v([\d.]+)/)[1]; // a picture that is not shown has no box
        lane.parentNode.append(draw("line", { class: "asof-line", x1: at, x2: at, y1: 0, y2: height }));
      }
    }
  }

  function tell(mark) {
    for (const one of marks) one.classList.toggle("on", one === mark);
    panel.hidden = !mark;
    if (!mark) return;
    const card = byId(mark.getAttribute("href").slice(1));
    if (!card) {
      panel.hidden = true;
      return;
    }
    const text = (selector) => (card.querySelector(selector) || { textContent: "" }).textContent;
    panel.replaceChildren(
      make("p", { className: "dim" }, `${text(".when")} · ${text(".stage")}`),
      make("p", {}, make("b", {}, text(".became"))),
      make("p", { className: "q" }, `“${text(".new blockquote")}”`),
      make("p", { className: "src" }, text(".new .src"), " ", make("a", { href: `#${card.id}` }, "The change")),
    );
    const box = mark.getBoundingClientRect();
    const width = panel.offsetWidth;
    const left = Math.min(Math.max(8, box.left - width / 3), document.documentElement.clientWidth - width - 8);
    const below = box.bottom + 10 + panel.offsetHeight < window.innerHeight;
    panel.style.setProperty("left", `${left + window.scrollX}px`);
    panel.style.setProperty("top", `${(below ? box.bottom + 10 : box.top - panel.offsetHeight - 10) + window.scrollY}px`);
  }

  if (marks.length) {
    document.body.append(panel); // placed by the page's own corner, not by its section's
    let touched = false;
    let open = null;
    const show = (mark) => {
      open = mark;
      tell(mark);
    };
    marks.forEach((mark) => {
      const title = mark.querySelector("title");
      if (title) title.remove(); // the panel says more
    });
    const markOf = (event) => event.target.closest && event.target.closest("a[href]");
    for (const picture of pictures) {
      const within = marks.filter((mark) => picture.contains(mark)); // the keyboard stops at one, and the arrows go on
      const stopAt = (mark) => within.forEach((one) => one.setAttribute("tabindex", one === mark ? "0" : "-1"));
      stopAt(within[0]);
      picture.addEventListener("pointerdown", (event) => { touched = event.pointerType === "touch"; });
      picture.addEventListener("pointerover", (event) => {
        if (event.pointerType !== "touch" && markOf(event)) show(markOf(event));
      });
      picture.addEventListener("pointerleave", (event) => {
        if (event.pointerType !== "touch" && !panel.contains(event.relatedTarget)) show(null);
      });
      picture.addEventListener("focusin", (event) => {
        const mark = markOf(event);
        if (!mark) return;
        stopAt(mark);
        if (!touched) show(mark);
      });
      picture.addEventListener("focusout", () => { if (!touched) show(null); });
      picture.addEventListener("click", (event) => {
        const mark = markOf(event);
        if (!touched || !mark) return;
        event.preventDefault(); // a finger first sees the sentence; the panel leads on
        show(open === mark ? null : mark);
      });
      picture.addEventListener("keydown", (event) => {
        const place = within.indexOf(document.activeElement);
        const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
        const next = event.key === "Home" ? 0 : event.key === "End" ? within.length - 1 : place + step;
        if (place < 0 || !Number.isInteger(next)) return;
        event.preventDefault();
        within[Math.min(Math.max(next, 0), within.length - 1)].focus();
      });
    }
    panel.addEventListener("pointerleave", (event) => {
      if (event.pointerType !== "touch") show(null); // a finger leaves with each tap
    });
    span.addEventListener("input", () => show(null));
    document.addEventListener("keydown", (event) => { if (event.key === "Escape") show(null); });
    document.addEventListener("pointerdown", (event) => {
      if (open && !panel.contains(event.target) && !pictures.some((one) => one.contains(event.target))) show(null);
    });
    panel.addEventListener("click", (event) => { if (event.target.closest("a")) show(null); });
  }

  // -- filters ------------------------------------------------------------------------------------------------

  const filters = byId("filters");
  const cards = [...document.querySelectorAll("article.card")];
  const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  const texts = new Map();
  const textOf = (card) => {
    if (!texts.has(card)) texts.set(card, plain(card.textContent));
    return texts.get(card);
  };
  const marksOf = new Map();
  for (const mark of marks) {
    const id = mark.getAttribute("href").slice(1);
    marksOf.set(id, [...(marksOf.get(id) || []), mark]);
  }

  function filter() {
    const wanted = filters.elements;
    const searched = plain(wanted.text.value).split(/\s+/).filter(Boolean);
    let count = 0;
    for (const card of cards) {
      const is = card.dataset;
      const on = (!wanted.aspect.value || is.aspect === wanted.aspect.value)
        && (!wanted.stage.value || is.stage === wanted.stage.value)
        && (!wanted.subject.value || is.subject === wanted.subject.value)
        && (!wanted.from.value || is.held >= wanted.from.value)
        && (!wanted.to.value || is.held <= wanted.to.value)
        && (!wanted.disputed.checked || "disputed" in is)
        && searched.every((word) => textOf(card).includes(word));
      card.hidden = !on;
      for (const mark of marksOf.get(card.id) || []) mark.classList.toggle("off", !on);
      count += on && !("baseline" in is);
    }
    const all = cards.filter((card) => !("baseline" in card.dataset)).length;
    wanted.told.textContent = count === all ? `${all} changes` : `${count} of ${all} changes`;
    const start = byId("start");
    if (start) start.hidden = cards.every((card) => card.hidden || !("baseline" in card.dataset));
  }

  // -- how far back, and the changes played one day after another -------------------------------------------

  const STEP = 1500; // milliseconds for which a day is shown
  const today = asof.elements.day.max;
  let playing = null;

  // The first day that is looked at; empty for all.
  function firstDay() {
    const days = Number(span.elements.days.value);
    if (!days) return ""; // "all" is no number
    const day = new Date(`${today}T00:00:00Z`);
    day.setUTCDate(day.getUTCDate() - days);
    return day.toISOString().slice(0, 10);
  }

  // The days of the time that is looked at on which something changed, on the axis that the board is asked by.
  function daysToPlay() {
    const first = firstDay();
    const told = changes.filter((one) => one.verdict !== "baseline");
    const days = told.map((one) => (asof.elements.axis.value === "known" ? one.known.slice(0, 10) : one.held));
    return [...new Set(days)].filter((day) => day >= first && day <= today).sort();
  }

  function stop() {
    clearInterval(playing);
    playing = null;
    span.elements.play.textContent = "Play";
  }

  function step() {
    const day = daysToPlay().find((one) => one > asof.elements.day.value);
    if (!day) {
      stop();
      asof.elements.day.value = "";
      span.elements.at.textContent = "";
    } else {
      asof.elements.day.value = day;
      const known = asof.elements.axis.value === "known";
      const now = changes.filter((one) => one.verdict !== "baseline" && (known ? one.known.slice(0, 10) : one.held) === day);
      const said = now.slice(0, 3).map((one) => (byId(`c-${one.id}`) || { querySelector: () => null }).querySelector(".became"));
      const more = now.length > 3 ? ` And ${now.length - 3} more.` : "";
      span.elements.at.textContent = `${shown(day)}: ${said.filter(Boolean).map((one) => one.textContent).join("; ")}.${more}`;
    }
    showBoard();
  }

  if (span && cards.length) {
    span.elements.play.hidden = false;
    span.addEventListener("submit", (event) => event.preventDefault());
    span.addEventListener("input", () => {
      filters.elements.from.value = firstDay();
      filter();
    });
    span.elements.play.addEventListener("click", () => {
      if (playing) {
        stop();
        return;
      }
      span.elements.play.textContent = "Stop";
      playing = setInterval(step, STEP);
      step();
    });
    asof.addEventListener("input", stop);
    asof.elements.now.addEventListener("click", () => {
      stop();
      span.elements.at.textContent = "";
    });
    const all = () => { span.elements.days.value = "all"; };
    filters.addEventListener("reset", all);
    filters.elements.from.addEventListener("input", all);
  }

  // A change that is linked to is shown, whatever the filters say.
  function reveal() {
    const card = location.hash.startsWith("#c-") && byId(location.hash.slice(1));
    if (!card) return;
    if (card.hidden) {
      filters.reset();
      filter();
    }
    card.scrollIntoView({ block: "start" });
  }

  if (cards.length) {
    filters.hidden = false;
    filters.addEventListener("input", filter);
    filters.addEventListener("reset", () => setTimeout(filter));
    filters.addEventListener("submit", (event) => event.preventDefault());
    filter();
    window.addEventListener("hashchange", reveal);
    reveal();
  }
})();
