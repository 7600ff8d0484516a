"use strict";
// Draws the charts; a closed year is drawn when it is opened.
const page = JSON.parse(document.getElementById("data").textContent);
const narrow = matchMedia("(max-width: 40rem)");
const options = {
  mode: "vega-lite", renderer: "svg", actions: false, ast: true, defaultStyle: false, config: page.config,
  tooltip: { disableDefaultStyle: true },
};
const DAY = 86400000, CELL = 11, LARGEST = 18, LABELS = 36; // milliseconds; pixels of a box and of the weekdays' names
const SHADES = page.calendar.layer[0].encoding.color.scale.domain.length - 1; // besides that of no articles
const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");

function rows(columns) {
  const names = Object.keys(columns);
  return columns[names[0]].map((_, at) => Object.fromEntries(names.map((name) => [name, columns[name][at]])));
}

async function embed(box, spec, datasets) {
  try {
    const before = box.drawn;
    box.drawn = await vegaEmbed(box, { ...structuredClone(spec), datasets }, options);
    before?.finalize();
    box.dataset.drawn = "yes";
  } catch (error) {
    box.textContent = `This chart cannot be drawn here (${error.message}); its numbers are in the table.`;
  }
}

function draw(box) {
  const chart = page.charts[box.dataset.chart];
  return embed(box, narrow.matches ? chart.narrow : chart.wide, { rows: rows(chart.rows) });
}

// The number of articles of one shade: an equal part of those of a busy day (98th percentile).
function shade(channel) {
  const counts = Object.values(page.years).flatMap((year) => year.counts[channel]).filter((count) => count);
  counts.sort((one, other) => one - other);
  return Math.max(1, Math.ceil((counts[Math.floor(counts.length * 0.98)] ?? 1) / SHADES));
}

function drawYear(box) {
  const channel = document.getElementById("channel").value;
  const { first, counts } = page.years[box.dataset.year];
  const start = Date.parse(first) / DAY, monday = start - ((start + 3) % 7); // 1970 began on a Thursday
  const columns = Math.ceil((start + counts[channel].length - monday) / 7);
  const room = box.clientWidth - LABELS;
  const parts = Math.ceil(columns / Math.floor(room / CELL)); // on a phone a year takes two rows
  const across = Math.ceil(columns / parts);
  const step = shade(channel), boxes = [], months = [];
  counts[channel].forEach((articles, after) => {
    const date = new Date((start + after) * DAY), week = Math.floor((start + after - monday) / 7);
    const place = { week: week % across, part: Math.floor(week / across) };
    const level = Math.min(SHADES, Math.ceil(articles / step));
    boxes.push({ week: place.week, row: `${place.part}${(date.getUTCDay() + 6) % 7 + 1}`, level, articles,
      day: date.toISOString().slice(0, 10) });
    if (date.getUTCDate() === 1 || (after === 0 && date.getUTCDate() < 16)) {
      months.push({ week: place.week, row: `${place.part}0`, name: MONTHS[date.getUTCMonth()] });
    }
  });
  const spec = structuredClone(page.calendar), size = Math.min(LARGEST, Math.floor(room / across));
  for (const { encoding } of spec.layer) {
    encoding.x.scale = { ...encoding.x.scale, domain: [...Array(across).keys()] };
    encoding.y.scale = { domain: [...Array(parts * 8).keys()].map((at) => `${Math.floor(at / 8)}${at % 8}`) };
  }
  spec.width = spec.height = { step: size };
  return embed(box, spec, { boxes, months });
}

function tellShades() {
  const step = shade(document.getElementById("channel").value);
  const names = ["0", ...[...Array(SHADES).keys()].map((at) => {
    const least = at * step + 1;
    return at === SHADES - 1 ? `${least} or more` : step === 1 ? `${least}` : `${least}–${least + step - 1}`;
  })];
  document.getElementById("shades").replaceChildren(...names.map((name, level) => {
    const item = document.createElement("li");
    item.style.setProperty("--shade", `var(--h${level})`);
    item.textContent = name;
    return item;
  }));
}

function tellTotals() {
  const channel = document.getElementById("channel").value;
  for (const total of document.querySelectorAll(".year .total")) {
    const articles = page.years[total.dataset.year].counts[channel].reduce((sum, count) => sum + count, 0);
    total.textContent = `${articles.toLocaleString("en")} article${articles === 1 ? "" : "s"}`;
  }
}

function drawYears() {
  tellShades();
  tellTotals();
  return Promise.all([...document.querySelectorAll("details[open] > .calendar")].map(drawYear));
}

async function drawAll() {
  await Promise.all([...document.querySelectorAll(".chart")].map(draw));
  if (document.getElementById("channel")) await drawYears();
  document.documentElement.dataset.drawn = "yes";
}

for (const year of document.querySelectorAll(".year")) {
  year.addEventListener("toggle", () => year.open && drawYear(year.querySelector(".calendar")));
}
document.getElementById("channel")?.addEventListener("change", drawYears);
let width = innerWidth, waiting;
addEventListener("resize", () => {
  clearTimeout(waiting);
  waiting = setTimeout(() => {
    if (innerWidth !== width && document.getElementById("channel")) drawYears();
    width = innerWidth;
  }, 200);
});
narrow.addEventListener("change", () => document.querySelectorAll(".chart").forEach(draw));
drawAll();
