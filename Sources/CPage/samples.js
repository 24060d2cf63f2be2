// What a sample is made of: where it comes from, and the products behind it.
// What of the input of one of its branches a rectangle of a step's samples is made of, and of which channel if it is one; null is nothing.
function source(step, branch, box, channel) {
  const input = data.steps[step.from[branch]], whole = { left: 0, top: 0, right: input.width - 1, bottom: input.height - 1 };
  const isOwn = step.mixing === "own" && input.channels === step.channels;
  let next = box;
  if (channel !== null && step.mixing === "stacked") {
    const first = step.from.slice(0, branch).reduce((sum, other) => sum + data.steps[other].channels, 0);
    return channel >= first && channel < first + input.channels ? { box, channel: channel - first } : null;
  }
  if (channel !== null && step.mixing === "flattened") {
    const at = channel % input.area, x = at % input.width, y = Math.floor(at / input.width);
    return { box: { left: x, top: y, right: x, bottom: y }, channel: Math.floor(channel / input.area) };
  }
  if (step.window) {
    const { x, y } = step.window;
    const reach = (axis, low, high) => [low * axis.stride - axis.before, high * axis.stride - axis.before + (axis.taps - 1) * axis.dilation];
    const [left, right] = reach(x, box.left, box.right), [top, bottom] = reach(y, box.top, box.bottom);
    next = { left: Math.max(left, 0), right: Math.min(right, whole.right), top: Math.max(top, 0), bottom: Math.min(bottom, whole.bottom) };
  } else if (step.pieces) {
    const span = (pieces, low, high) => pieces.slice(low, high + 1).filter(piece => piece.length).reduce((all, [first, last]) => all ? [Math.min(all[0], first), Math.max(all[1], last)] : [first, last], null);
    const across = span(step.pieces.x, box.left, box.right), down = span(step.pieces.y, box.top, box.bottom);
    // Around a picture that was fitted in there is nothing.
    if (!across || !down) return null;
    next = { left: across[0], right: across[1], top: down[0], bottom: down[1] };
  } else if (step.looksAtAll) {
    next = whole;
  } else if (input.width !== step.width || input.height !== step.height) {
    const across = input.width / step.width, down = input.height / step.height;
    next = { left: Math.floor(box.left * across), right: Math.min(whole.right, Math.ceil((box.right + 1) * across) - 1), top: Math.floor(box.top * down), bottom: Math.min(whole.bottom, Math.ceil((box.bottom + 1) * down) - 1) };
  }
  return { box: next, channel: isOwn ? channel : null };
}
// What of each step before it a rectangle of samples is made of, all of them together where several ways lead there.
function sight(index, box, channel, found = new Map()) {
  const known = found.get(index);
  const all = known ? { left: Math.min(known.box.left, box.left), top: Math.min(known.box.top, box.top), right: Math.max(known.box.right, box.right), bottom: Math.max(known.box.bottom, box.bottom) } : box;
  const one = known && known.channel !== channel ? null : channel;
  if (known && known.channel === one && ["left", "top", "right", "bottom"].every(side => known.box[side] === all[side])) return found;
  found.set(index, { box: all, channel: one });
  data.steps[index].from.forEach((from, branch) => {
    const next = source(data.steps[index], branch, all, one);
    if (next) sight(from, next.box, next.channel, found);
  });
  return found;
}

const sample = (step, channel, x, y) => step.samples[(channel * step.height + y) * step.width + x];
const says = (textContent, className = "quiet") => make("p", { className, textContent });
const titleOf = index => `${index} ${data.steps[index].text}`;

function detail(step, { channel, x, y }) {
  const value = sample(step, channel, x, y), name = nameOf(step, channel);
  const parts = [make("h2", {}, make("code", { textContent: step.text })), says(`channel ${channel}${name === null ? "" : ` (${name})`}${step.area > 1 ? ` at ${x},${y}` : ""} is ${short(value)}`, "sum")];
  if (step.weightsLeftOut) return parts.concat(says(`a sum of what comes in, with weights that are not on this page: ${step.weightsLeftOut} of them are too many for it`));
  if (step.window) return parts.concat(windows(step, channel, x, y, value));
  if (step.weights) return parts.concat(sumOfAll(step, channel));
  const box = { left: x, top: y, right: x, bottom: y };
  return parts.concat(step.from.flatMap((_, branch) => origin(step, branch, source(step, branch, box, channel), channel, x, y)));
}
// Of a step that is no sum: what of one of its inputs a sample is made of.
function origin(step, branch, seen, channel, x, y) {
  const from = step.from[branch], input = data.steps[from];
  if (!seen) return step.mixing === "stacked" ? [] : says(`of nothing in ${titleOf(from)}`);
  const { left, top, right, bottom } = seen.box, count = (right - left + 1) * (bottom - top + 1);
  const where = count === 1 && input.area > 1 ? ` at ${left},${top}` : "", isSameSize = input.width === step.width && input.height === step.height;
  if (step.mixing === "stacked") return says(`it is channel ${seen.channel}${where} of ${titleOf(from)}, branch ${branch + 1} of ${step.from.length}`);
  if (step.mixing === "flattened") return says(`it is channel ${seen.channel}${where} of ${titleOf(from)}`);
  const own = input.channels === step.channels ? channel : input.channels === 1 ? 0 : null, parts = [];
  const there = (x, y) => says(`of channel ${own}${input.area > 1 ? ` at ${x},${y}` : ""} of ${titleOf(from)}: ${short(sample(input, own, x, y))}`);
  if (own !== null && count > 1 && isSameSize) parts.push(there(x, y));
  if (step.mixing === "all") {
    if (count > 1) return [...parts, says(`of ${count} samples of ${input.channels} channels of ${titleOf(from)}`)];
    const values = Array.from({ length: input.channels }, (_, c) => ({ name: c, value: sample(input, c, left, top) }));
    return [says(`of all ${input.channels} channels${where} of ${titleOf(from)}:`), listed(values, "value")];
  }
  if (own === null) return says(`of ${input.channels} channels${where} of ${titleOf(from)}`);
  if (count === 1) return there(left, top);
  let low = [Infinity], high = [-Infinity], sum = 0;
  for (let v = top; v <= bottom; v++) for (let u = left; u <= right; u++) {
    const value = sample(input, own, u, v);
    if (value < low[0]) low = [value, u, v];
    if (value > high[0]) high = [value, u, v];
    sum += value;
  }
  parts.push(says(`of ${count === input.area ? `all ${count}` : `${right - left + 1}x${bottom - top + 1}`} samples${count === input.area ? "" : ` from ${left},${top} on`} of channel ${own} of ${titleOf(from)}: the smallest ${short(low[0])} at ${low[1]},${low[2]}, the largest ${short(high[0])} at ${high[1]},${high[2]}, their mean ${short(sum / count)}`));
  return parts;
}
// What matters most of many numbers, and what the others come to: { name, value } and, of a sum, { weight, product }.
function listed(parts, key) {
  const order = parts.toSorted((a, b) => Math.abs(b[key]) - Math.abs(a[key])), rest = order.slice(mostProducts);
  const rows = order.slice(0, mostProducts).map(({ name, value, weight, product }) => make("tr", {},
    ...[name, short(value), ...(key === "product" ? [`× ${short(weight)}`, `= ${short(product)}`] : [])].map(textContent => make("td", { textContent }))));
  if (rest.length) rows.push(make("tr", {}, make("td", { colSpan: 4, textContent: key === "product" ? `and ${rest.length} others: ${short(rest.reduce((sum, part) => sum + part.product, 0))}` : `and ${rest.length} others, none farther from 0` })));
  return make("div", { className: "taps" }, make("table", {}, make("tbody", {}, ...rows)));
}
// A sum of all samples that come in.
function sumOfAll(step, channel) {
  const [from] = step.from, input = data.steps[from], count = input.samples.length, first = channel * count, { values, bias } = step.weights;
  const parts = Array.from(input.samples, (value, i) => {
    const at = i % input.area, where = input.area > 1 ? ` at ${at % input.width},${Math.floor(at / input.width)}` : "";
    return { name: `${Math.floor(i / input.area)}${where}`, value, weight: values[first + i], product: value * values[first + i] };
  });
  const added = bias.length ? bias[channel] : 0, total = parts.reduce((sum, part) => sum + part.product, added);
  return [says(`the products of all ${count} samples of ${titleOf(from)}, the largest first:`), listed(parts, "product"), ...(bias.length ? [says(`bias: ${short(added)}`, "sum")] : []), make("p", { className: "sum" }, make("strong", { textContent: `sum: ${short(total)}` }))];
}
// The window's taps on one channel: what lies under each, and its share of the sum.
function taps(step, input, channel, x, y, kernel) {
  const { x: across, y: down, outside } = step.window, all = [];
  for (let ky = 0; ky < down.taps; ky++) for (let kx = 0; kx < across.taps; kx++) {
    const u = across.sources[x * across.stride + kx * across.dilation], v = down.sources[y * down.stride + ky * down.dilation];
    const isInside = u >= 0 && v >= 0, value = isInside ? sample(input, channel, u, v) : outside;
    const px = x * across.stride + kx * across.dilation - across.before, py = y * down.stride + ky * down.dilation - down.before;
    const weight = kernel ? kernel[ky * across.taps + kx] : null;
    all.push({ value, weight, isOutside: px !== u || py !== v, product: kernel && value !== null ? value * weight : null });
  }
  return all;
}
function windows(step, channel, x, y, value) {
  const input = data.steps[step.from[0]], { weights, window } = step, area = window.x.taps * window.y.taps;
  const parts = [];
  if (!weights) {
    const under = taps(step, input, channel, x, y, null);
    for (const tap of under) tap.isPicked = step.picksSamples && tap.value === value;
    parts.push(says(`under the window on channel ${channel} of ${titleOf(step.from[0])}${step.picksSamples ? ", marked what came out" : ""}:`), table(under, window));
    return parts;
  }
  const group = weights.isShared ? channel : Math.floor(channel / weights.outputs), found = [];
  for (let i = 0; i < weights.inputs; i++) {
    const kernel = kernelOf(step, channel, i), from = group * weights.inputs + i, own = taps(step, input, from, x, y, kernel);
    found.push({ from, kernel, own, sum: own.reduce((sum, tap) => sum + (tap.product ?? 0), 0) });
  }
  found.sort((a, b) => Math.abs(b.sum) - Math.abs(a.sum));
  const bias = weights.bias.length ? weights.bias[weights.bias.length === 1 ? 0 : channel] : 0;
  const total = found.reduce((sum, part) => sum + part.sum, bias);
  if (area === 1) {
    parts.push(says(`the products of ${found.length === 1 ? "the channel" : `${found.length} channels`} of ${titleOf(step.from[0])}, the largest first:`), listed(found.map(({ from, own: [tap], sum }) => ({ name: from, value: tap.value ?? 0, weight: tap.weight, product: sum })), "product"));
  } else for (const part of found.slice(0, mostTables)) {
    const head = make("p", { className: "sum" }, drawKernel(part.kernel, window), `channel ${part.from}: ${short(part.sum)}`);
    parts.push(head);
    if (area <= mostTaps) parts.push(table(part.own, window));
  }
  if (area > 1 && found.length > mostTables) parts.push(make("p", { className: "quiet", textContent: `${found.length - mostTables} more channels: ${short(found.slice(mostTables).reduce((sum, part) => sum + part.sum, 0))}` }));
  if (bias) parts.push(make("p", { className: "sum", textContent: `bias: ${short(bias)}` }));
  parts.push(make("p", { className: "sum" }, make("strong", { textContent: window.isPlain ? `sum: ${short(total)}` : `sum of what is there: ${short(total)}, which the border rule made ${short(value)}` })));
  return parts;
}
function kernelOf({ weights, window }, channel, input) {
  const area = window.x.taps * window.y.taps, first = weights.isShared ? 0 : (channel * weights.inputs + input) * area;
  return weights.values.subarray(first, first + area);
}
function drawKernel(kernel, window) {
  const most = kernel.reduce((most, weight) => Math.max(most, Math.abs(weight)), 0) || 1, scale = { low: -most, high: most, width: window.x.taps, height: window.y.taps };
  const drawn = canvas(scale, (i, out, at) => colour(kernel[i], scale, out, at)), side = 48 / Math.max(scale.width, scale.height);
  drawn.className = "kernel";
  drawn.style.width = `${Math.max(4, scale.width * side)}px`;
  drawn.style.height = `${Math.max(4, scale.height * side)}px`;
  return drawn;
}
// A kernel with its numbers, if they are few.
function written(kernel, window) {
  const parts = [drawKernel(kernel, window)];
  if (kernel.length <= mostWritten) parts.push(table(Array.from(kernel, value => ({ value, weight: null })), window));
  return parts;
}
function table(own, window) {
  const rows = [];
  if (own.length > mostTaps) return make("p", { className: "quiet", textContent: `${own.length} values from ${short(Math.min(...own.map(tap => tap.value ?? Infinity)))} to ${short(Math.max(...own.map(tap => tap.value ?? -Infinity)))}` });
  for (let y = 0; y < window.y.taps; y++) {
    rows.push(make("tr", {}, ...own.slice(y * window.x.taps, (y + 1) * window.x.taps).map(tap => {
      const cell = make("td", { className: tap.isPicked ? "picked" : tap.isOutside ? "out" : "" }, tap.value === null ? "–" : short(tap.value, 3));
      if (tap.weight !== null) cell.append(make("i", { textContent: `× ${short(tap.weight, 3)}` }));
      return cell;
    })));
  }
  return make("div", { className: window.x.taps > 3 ? "taps wide" : "taps" }, make("table", {}, make("tbody", {}, ...rows)));
}
