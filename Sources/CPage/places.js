// The page as it is laid out, and the place on it that is looked at.
// The place that is shown: a step, a channel, x and y. Where it is held it stays when the pointer moves on.
let place = null, isHeld = false;
const hint = [...document.getElementById("detail").childNodes];
function look(next) {
  place = next;
  for (const step of data.steps) step.frames.forEach(element => element.style.setProperty("--seen", 0));
  document.querySelectorAll(".chosen").forEach(mark => mark.classList.remove("chosen"));
  document.getElementById("detail").replaceChildren(...(place ? detail(data.steps[place.step], place) : hint));
  if (!place) return;
  const { step: index, channel, x, y } = place, step = data.steps[index];
  for (const [other, { box }] of sight(index, { left: x, top: y, right: x, bottom: y }, channel)) {
    const of = data.steps[other];
    for (const element of of.frames) {
      const set = (name, value) => element.style.setProperty(name, `${value}%`);
      set("--l", 100 * box.left / of.width);
      set("--t", 100 * box.top / of.height);
      set("--w", 100 * (box.right - box.left + 1) / of.width);
      set("--h", 100 * (box.bottom - box.top + 1) / of.height);
      element.style.setProperty("--seen", 1);
    }
  }
  step.drawUpTo(channel + 1);
  step.marks.forEach(mark => mark.tabIndex = -1);
  step.marks[channel].tabIndex = 0;
  step.marks[channel].classList.add("chosen");
}
function hold(next) {
  isHeld = true;
  look(next);
  address(`#${[next.step, next.channel, next.x, next.y].join()}`);
}
function letGo() {
  isHeld = false;
  look(null);
  address(location.pathname + location.search);
}
// Browsers refuse to be told of another address many times a second, as an arrow key that is held down would.
let telling = 0;
function address(text) {
  clearTimeout(telling);
  telling = setTimeout(() => history.replaceState(null, "", text), 150);
}

document.title = `kern explain ${data.program}`;
document.getElementById("program").textContent = data.program;
document.getElementById("summary").textContent = `${data.picture}: ${data.summary}`;
const list = document.getElementById("steps");
data.steps.forEach((step, index) => list.append(card(step, index)));
data.steps.forEach((step, index) => step.frames = index ? [step.card] : [step.card, document.querySelector("aside")]);

// The picture, large, and what a detector found in it.
function large(step) {
  const drawn = drawPicture(step), map = make("div", { className: "map" }, drawn), isStretched = step.low < 0 || whitest(step) !== 1;
  const shown = step.channels < 3 ? [0] : [0, 1, 2];
  if (Math.max(step.width, step.height) <= mostNumbered) map.append(numbers(step, shown, drawn, `min(1rem, ${26 / step.width}cqw)`));
  const dark = step.channels >= 3 && step.low < 0 ? `; what is below 0 is black here` : "";
  return [map, ...(isStretched ? [says(step.channels < 3 ? `stretched: ${legend(step)}` : `stretched: white is ${short(whitest(step))}${dark}`)] : []), ...(data.found ? found(data.found, step, map) : [])];
}
function found({ things, regions }, step, map) {
  const draw = (tag, attributes, ...children) => {
    const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const name in attributes) element.setAttribute(name, attributes[name]);
    element.append(...children);
    return element;
  };
  const frame = ({ box: [x, y, width, height], kind }) => draw("rect", { x, y, width, height, class: kind });
  const all = draw("g", { visibility: "hidden" }, ...regions.map(box => frame({ box, kind: "region" })));
  const size = Math.max(step.width, step.height) / 16;
  const own = things.map(({ box }, i) => draw("g", {}, frame({ box, kind: "thing" }), draw("text", { x: box[0] + size / 4, y: box[1] + size, "font-size": size }, i + 1)));
  map.append(draw("svg", { viewBox: `0 0 ${step.width} ${step.height}`, preserveAspectRatio: "none" }, all, ...own));
  const check = make("input", { type: "checkbox" });
  check.onchange = () => all.setAttribute("visibility", check.checked ? "visible" : "hidden");
  return [says(`found in ${regions.length} regions: ${things.length ? "" : "nothing"}`), make("ol", {}, ...things.map(({ name, probability, box: [x, y, width, height] }) => make("li", { textContent: `${name} ${(100 * probability).toFixed(1)} % ${[width, height].map(Math.round).join("x")}+${Math.round(x)}+${Math.round(y)}` }))),
    make("label", { className: "quiet" }, check, " show the regions"), says("The steps show what the net makes of the whole picture, as if it were one region.")];
}
document.getElementById("picture").append(...large(data.steps[0]));

const within = (value, count) => Math.max(0, Math.min(count - 1, value));
const markOf = event => event.target.closest?.("#steps [data-channel]");
function placeOf(event) {
  const mark = markOf(event);
  if (!mark) return null;
  const step = data.steps[mark.dataset.step], bounds = mark.getBoundingClientRect();
  const at = (share, count) => within(Math.floor(share * count), count);
  return { step: +mark.dataset.step, channel: +mark.dataset.channel, x: at((event.clientX - bounds.left) / bounds.width, step.width), y: at((event.clientY - bounds.top) / bounds.height, step.height) };
}
const isHeldAt = other => isHeld && ["step", "channel", "x", "y"].every(part => place[part] === other[part]);
list.addEventListener("pointermove", event => { const next = placeOf(event); if (next && !isHeld) look(next); });
list.addEventListener("click", event => { const next = placeOf(event); if (next) isHeldAt(next) ? letGo() : hold(next); });
document.addEventListener("keydown", event => {
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  const mark = markOf(event), move = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
  if (event.key === "Escape") return letGo();
  if (mark && (event.key === "Enter" || event.key === " ")) {
    event.preventDefault();
    const index = +mark.dataset.step, channel = +mark.dataset.channel, { width, height } = data.steps[index];
    if (isHeld && place.step === index && place.channel === channel) letGo();
    else hold({ step: index, channel, x: Math.floor(width / 2), y: Math.floor(height / 2) });
  }
  if (!move || !(mark || isHeld)) return;
  event.preventDefault();
  const { step: index, channel, x, y } = isHeld ? place : { step: +mark.dataset.step, channel: +mark.dataset.channel }, step = data.steps[index];
  if (isHeld && step.area > 1 && !event.shiftKey) return hold({ step: index, channel, x: within(x + move[0], step.width), y: within(y + move[1], step.height) });
  const other = within(channel + move[0] + move[1], step.channels);
  step.drawUpTo(other + 1);
  if (isHeld) hold({ step: index, channel: other, x, y });
  if (mark) step.marks[other].focus();
  step.marks[other].scrollIntoView({ block: "nearest" });
});
// A link such as net.html#3,0,12,9 shows step 3, channel 0, at 12,9, or the nearest that there is.
function follow() {
  const wanted = location.hash.slice(1).split(",").map(text => text.trim() === "" ? NaN : Number(text));
  if (wanted.length !== 4 || !wanted.every(Number.isInteger)) { if (isHeld) letGo(); return; }
  const index = within(wanted[0], data.steps.length), step = data.steps[index];
  hold({ step: index, channel: within(wanted[1], step.channels), x: within(wanted[2], step.width), y: within(wanted[3], step.height) });
  step.card.scrollIntoView();
  step.marks[place.channel].scrollIntoView({ block: "nearest" });
}
addEventListener("hashchange", follow);
follow();
