// What is shown of each step: its facts, and its samples as maps or bars.
const data = JSON.parse(document.getElementById("data").textContent);
const floats = text => {
  const letters = atob(text), bytes = new Uint8Array(letters.length);
  for (let i = 0; i < letters.length; i++) bytes[i] = letters.charCodeAt(i);
  return new Float32Array(bytes.buffer);
};
const make = (tag, properties = {}, ...children) => {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
};
const short = (value, digits = 4) => !Number.isFinite(value) ? String(value) : value === 0 ? "0" : Math.abs(value) >= 1000 || Math.abs(value) < 1e-4 ? value.toExponential(2) : String(+value.toPrecision(digits));
const mostMaps = 64, mostBars = 1024, mostTables = 4, mostTaps = 121, mostProducts = 10, mostNumbered = 10, mostWritten = 49;

for (const step of data.steps) {
  step.samples = floats(step.samples);
  step.area = step.width * step.height;
  step.isVector = step.area === 1 && step.channels > 1;
  if (step.weights) Object.assign(step.weights, { values: floats(step.weights.values), bias: floats(step.weights.bias) });
  let low = Infinity, high = -Infinity;
  for (const value of step.samples) { if (value < low) low = value; if (value > high) high = value; }
  Object.assign(step, { low, high });
}

// Colours: what is never negative goes from black to white, what has signs from blue over white to red, one scale for a whole step.
const whitest = step => step.high > 1 || step.high <= 0.2 ? step.high || 1 : 1;
const reddest = step => Math.max(step.high, -step.low);
const legend = step => step.low < 0 ? `blue is ${short(-reddest(step))}, white 0, red ${short(reddest(step))}` : `black is 0, white ${short(whitest(step))}`;
function colour(value, step, out, at) {
  if (step.low < 0) {
    const share = Math.max(-1, Math.min(1, value / reddest(step)));
    const full = share > 0 ? [178, 24, 43] : [33, 102, 172];
    for (let i = 0; i < 3; i++) out[at + i] = 245 + (full[i] - 245) * Math.abs(share);
  } else {
    out[at] = out[at + 1] = out[at + 2] = 255 * value / whitest(step);
  }
  out[at + 3] = 255;
}
function canvas(step, paint) {
  const element = make("canvas", { width: step.width, height: step.height }), context = element.getContext("2d");
  const image = context.createImageData(step.width, step.height);
  for (let i = 0; i < step.width * step.height; i++) paint(i, image.data, 4 * i);
  context.putImageData(image, 0, 0);
  return element;
}
const drawMap = (step, channel) => canvas(step, (i, out, at) => colour(step.samples[channel * step.area + i], step, out, at));
function drawPicture(step) {
  if (step.channels < 3) return drawMap(step, 0);
  return canvas(step, (i, out, at) => {
    for (let c = 0; c < 3; c++) out[at + c] = 255 * step.samples[c * step.area + i] / whitest(step);
    out[at + 3] = 255;
  });
}
// Short enough for a cell of a map, and as fine as its largest sample asks for.
function brief(value, step) {
  const power = Math.floor(Math.log10(Math.max(step.high, -step.low) || 1));
  return power < -3 ? value === 0 ? "0" : value.toExponential(0) : String(+value.toFixed(power < 1 ? Math.max(2, 1 - power) : Math.max(0, 2 - power)));
}
// The samples themselves, written on a map that is drawn large enough; 'size' is that of the letters.
function numbers(step, channels, drawn, size) {
  const box = make("div", { className: "numbers", ariaHidden: true }), colours = drawn.getContext("2d").getImageData(0, 0, step.width, step.height).data;
  box.style.gridTemplateColumns = `repeat(${step.width}, minmax(0, 1fr))`;
  box.style.fontSize = size;
  for (let i = 0; i < step.area; i++) {
    const [red, green, blue] = colours.subarray(4 * i, 4 * i + 3);
    box.append(make("span", { className: 0.3 * red + 0.6 * green + 0.1 * blue > 128 ? "dark" : "", textContent: channels.map(c => brief(step.samples[c * step.area + i], step)).join("\n") }));
  }
  return box;
}
function card(step, index) {
  const named = (step.from.length > 1 || (step.from.length && step.from[0] !== index - 1)) ? ` of ${step.from.join(" and ")}` : "";
  const facts = make("dl", { className: "facts" });
  for (const [name, says] of step.facts) facts.append(make("dt", { textContent: name }), make("dd", { textContent: says }));
  step.card = make("article", { className: "step" },
    make("h2", {}, make("span", { textContent: index }), make("code", { textContent: step.text }),
      make("span", { textContent: `${step.width}x${step.height}x${step.channels}${named}${step.implied ? " (put in)" : ""}` }),
      make("span", { textContent: `${short(step.low)} … ${short(step.high)}${step.isVector ? "" : `; ${legend(step)}`}` })), facts);
  if (hasOneKernel(step)) facts.append(make("dt", { textContent: "kernel" }), make("dd", {}, ...written(kernelOf(step, 0, 0), step.window)));
  if (step.weightsLeftOut) facts.append(make("dt", { textContent: "left out" }), make("dd", { textContent: `the ${step.weightsLeftOut} weights, more than there is room for on a page: what they make is here` }));
  step.card.append(step.isVector ? bars(step, index) : maps(step, index));
  return step.card;
}
// One kernel over each channel by itself, or on the only one there is.
const hasOneKernel = ({ window, weights, channels }) => window && weights && weights.inputs === 1 && (weights.isShared || channels === 1);
const nameOf = (step, channel) => step === data.steps.at(-1) && data.names.length === step.channels ? data.names[channel] : null;

// What a step has for its channels, the first 'most' of them until more are asked for. 'draw' gives what is put in and, in it, what can be pointed at.
function fill(box, step, index, most, draw) {
  const more = make("button", { className: "more", textContent: `${step.channels - most} more channels` });
  let count = 0;
  step.marks = [];
  step.drawUpTo = end => {
    for (; count < Math.min(end, step.channels); count++) {
      const [whole, mark] = draw(count), name = nameOf(step, count);
      Object.assign(mark.dataset, { step: index, channel: count });
      Object.assign(mark, { tabIndex: count ? -1 : 0, role: "button", ariaLabel: `step ${index}, channel ${count}${name === null ? "" : `, ${name}`}` });
      step.marks.push(mark);
      more.before(whole);
    }
    if (count === step.channels) more.remove();
  };
  more.onclick = () => step.drawUpTo(step.channels);
  box.append(more);
  step.drawUpTo(most);
  return box;
}
function maps(step, index) {
  const longest = Math.max(step.width, step.height), isNumbered = step.channels <= 4 && longest <= mostNumbered;
  const side = step.channels === 1 && step.width > 64 ? 320 : step.channels <= 4 ? 200 : step.channels <= 16 ? 112 : 72;
  const scale = isNumbered ? Math.min(48, Math.max(34, side / longest)) : side / longest;
  const { weights } = step, hasOwnKernels = step.window && weights && weights.inputs === 1 && !hasOneKernel(step);
  return fill(make("div", { className: "maps" }), step, index, mostMaps, channel => {
    const drawn = drawMap(step, channel), name = nameOf(step, channel);
    const map = make("div", { className: "map", title: name === null ? `channel ${channel}` : `channel ${channel}: ${name}` }, drawn);
    drawn.style.width = `${Math.max(4, step.width * scale)}px`;
    if (isNumbered) map.append(numbers(step, [channel], drawn, `${0.26 * scale}px`));
    return [hasOwnKernels ? make("figure", {}, map, drawKernel(kernelOf(step, channel, 0), step.window)) : map, map];
  });
}
// Numbers to the left and the right of zero. Those of classes become probabilities, as 'predict' has it, if they are none yet.
function bars(step, index) {
  const isLast = step === data.steps.at(-1), choices = nameOf(step, 0) === null ? 0 : data.choices;
  const chances = step.samples.subarray(0, choices), others = step.samples.subarray(choices), top = chances.reduce((a, b) => Math.max(a, b), -Infinity);
  const isSure = choices > 0 && chances.every(value => value >= 0) && Math.abs(chances.reduce((a, b) => a + b, 0) - 1) < 1e-3;
  const powers = chances.map(value => Math.exp(value - top)), total = powers.reduce((a, b) => a + b, 0);
  const best = isLast ? step.samples.indexOf(choices ? top : step.high) : -1;
  const low = others.reduce((a, b) => Math.min(a, b), 0), range = others.reduce((a, b) => Math.max(a, b), 0) - low || 1;
  return fill(make("div", { className: "bars" }), step, index, mostBars, channel => {
    const value = step.samples[channel], isChance = channel < choices, chance = isSure ? value : powers[channel] / total;
    const bar = make("div", { className: `bar ${channel === best ? "best" : isChance || low === 0 ? "" : value < 0 ? "minus" : "plus"}` });
    const track = make("div", { className: "track" }, bar), percent = share => `${100 * share}%`;
    track.style.setProperty("--zero", percent(isChance ? 0 : -low / range));
    bar.style.left = percent(isChance ? 0 : (Math.min(value, 0) - low) / range);
    bar.style.width = percent(isChance ? chance : Math.abs(value) / range);
    const told = isChance ? `${(100 * chance).toFixed(1)} %${isSure ? "" : ` (${short(value)})`}` : short(value);
    const row = make("div", { className: "row" }, make("span", { textContent: nameOf(step, channel) ?? channel }), track, make("span", { textContent: told }));
    return [row, row];
  });
}
