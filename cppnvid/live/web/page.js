// The page: plays the film by the clock, at rest while nobody looks, coarser where the device is
// slow, and sharp when it is paused.
import { Device } from "./device.js";
import { Film } from "./numbers.js";
import { pngOf } from "./still.js";

export const film = new Film(JSON.parse(document.getElementById("film").textContent));
export const find = (id) => document.getElementById(id);
const canvas = find("canvas"), poster = find("poster"), bar = find("bar");
const asked = new URLSearchParams(location.search); // what the address asks for
export const has = (name) => asked.has(name) && !["0", "false"].includes(asked.get(name));
const bare = has("embed") || has("wallpaper") || film.data.bare;
const sizeOf = (text) => {
  const size = /^\s*(\d{1,5})\s*[x×]\s*(\d{1,5})\s*$/i.exec(text || "")?.slice(1).map(Number);
  return size && Math.min(...size) > 0 && Math.max(...size) <= 32768 ? size : null;
};
const exact = sizeOf(asked.get("size")), shape = exact || film.data.size;
const FASTEST = has("wallpaper") ? 30 : Infinity, LEAST = 0.1; // frames a second; scale where a device is slow
const NEAREST = 1000, FARTHEST = 0.1; // magnification by hand
export const frames = film.data.frames, span = film.data.steps / film.data.density; // from the start to time 1
const wrapped = (frame) => ((frame % frames) + frames) % frames;
export const timeOf = (frame) => Math.min(frame / span, 1);
export const state = {
  playing: !asked.has("t") && (has("wallpaper") || !matchMedia("(prefers-reduced-motion: reduce)").matches),
  frame: wrapped((Number(asked.get("t")) || 0) * span), // where the film is, in frames, with fractions
  speed: 1,
  scale: 1, // of the canvas's pixels to the screen's, along a side
  view: { x: 0, y: 0, zoom: 1 },
  ready: false, // a program is there to draw with
  changes: 0, // counts what makes another picture, so that older ones know
  saving: false, // a file is being made
};

// What a sound replaces: where the film is after a while, and what follows a change.
export const hooks = {
  advance: (milliseconds) => state.frame + (milliseconds / 1000) * state.speed * film.data.fps,
  changed() {},
};

// ---- the picture
// Lay the canvas out in whole pixels of the screen, and return how many there are.
function room() {
  const ratio = window.devicePixelRatio || 1;
  const [wide, high] = [innerWidth, innerHeight].map((side) => Math.max(1, Math.round(side * ratio)));
  const fills = has("fill") || has("wallpaper");
  const near = fills ? 1 : Math.min(wide / shape[0], high / shape[1]);
  const size = fills ? [wide, high] : shape.map((side) => Math.max(1, Math.round(side * near)));
  const [left, top] = [wide - size[0], high - size[1]].map((free) => `${Math.floor(free / 2) / ratio}px`);
  const [width, height] = size.map((side) => `${side / ratio}px`);
  for (const shown of [canvas, poster]) Object.assign(shown.style, { left, top, width, height });
  return exact && !fills ? exact : size;
}
// The picture as it is to be drawn now; a coarse one has one sample for each pixel.
function picture(scale) {
  const size = room(), fits = Math.min(scale, device.most / Math.max(...size));
  const [width, height] = size.map((side) => Math.max(1, Math.round(side * fits)));
  const samples = scale < 1 ? 1 : film.data.samples;
  return { time: timeOf(state.frame), width, height, view: state.view, samples };
}
const show = () => state.ready && device.show(picture(exact ? 1 : state.scale));
// Show what changed: at once as it is when playing, and sharp when nothing changes for a moment.
function changed() {
  const change = ++state.changes;
  hooks.changed();
  if (state.playing) return;
  tell();
  show();
  const wanted = () => change === state.changes && !state.playing && state.ready && state.scale < 1 && !exact;
  setTimeout(() => wanted() && device.showInStrips(picture(1), wanted), 150);
}

// ---- playing
let before = 0, slowness = 0, swiftness = 0, tooFine = Infinity;
function tick(now) {
  requestAnimationFrame(tick);
  const gone = now - before;
  if (gone < 1000 / FASTEST - 4) return;
  before = now;
  if (document.hidden || !state.ready || !state.playing) return;
  // After a pause of the device the film goes on from where it was.
  state.frame = wrapped(hooks.advance(Math.min(gone, 250)));
  tell();
  show();
  adapt(gone);
}
// Be coarser when frames come late, and finer again when they have long come in time.
function adapt(gone) {
  const late = Math.max(40, 1500 / FASTEST);
  slowness = gone > late ? slowness + 1 : Math.max(0, slowness - 0.2);
  swiftness = gone < late / 1.5 ? swiftness + 1 : 0;
  const finer = Math.min(1, state.scale * 1.25);
  if (slowness > 12 && state.scale > LEAST)
    [tooFine, state.scale, slowness] = [state.scale, Math.max(LEAST, state.scale * 0.75), 0];
  else if (swiftness > 240 && state.scale < 1)
    [state.scale, swiftness] = [finer < tooFine ? finer : state.scale, 0];
}
export function play(playing) {
  state.playing = playing;
  find("play").ariaLabel = playing ? "Pause" : "Play";
  document.body.classList.toggle("paused", !playing);
  changed();
}
const seek = (frame) => changed(Object.assign(state, { frame: wrapped(frame) }));
function step(count) {
  if (state.playing) play(false);
  const on = state.frame + count; // to a whole frame, whichever way
  seek(count > 0 ? Math.floor(on + 1e-6) : Math.ceil(on - 1e-6));
}
function tell() {
  const seconds = (frame) => (frame / film.data.fps).toFixed(1);
  find("time").textContent = `${seconds(state.frame)} of ${seconds(frames)} s`;
  find("place").value = state.frame;
  find("place").ariaValueText = find("time").textContent;
}

// ---- files
// Make a file of the size in the bar, one at a time. `make` returns it and its name, or throws why not.
export async function saved(make) {
  const size = sizeOf(find("size").value);
  find("size").ariaInvalid = String(!size);
  if (!size) say("a size is, for example, 1920x1080, at most 32768 on a side");
  if (!size || state.saving || !state.ready) return;
  state.saving = true;
  try {
    const [made, name] = await make(size, (share) => say(`drawing ${Math.round(100 * share)} %`));
    const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(made), download: name });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
    say(`saved ${name}`);
  } catch (error) {
    say(`could not be saved: ${error.message}`);
  }
  state.saving = false;
}
const save = () =>
  saved(async (size, done) => [await still(...size, done), `${film.data.name}-${Math.round(state.frame)}.png`]);
// The recipe of what is shown, as text, from which cppnvid draws it again; empty if a hand moved the view.
export function recipeOf({ width, height, view: { x, y, zoom } }, more) {
  const recipe = { ...JSON.parse(find("cppnvid-recipe").textContent), ...more };
  recipe.recipe.canvas.size = `${width}x${height}`;
  return x || y || zoom !== 1 ? "" : JSON.stringify(recipe);
}
// Return the PNG of what is shown, in this size.
function still(width, height, done = () => {}) {
  const time = timeOf(state.frame), shown = { time, width, height, view: { ...state.view }, samples: film.data.samples };
  return pngOf(device, shown, recipeOf(shown, { time }), done);
}
// ---- what is said, and the bar that hides
let silence = 0, rest = 0;
export function say(text) {
  find("said").textContent = text;
  clearTimeout(silence);
  silence = setTimeout(() => (find("said").textContent = ""), 4000);
}
function awake() {
  document.body.classList.remove("resting");
  clearTimeout(rest);
  const resting = () => state.playing && !bar.matches(":hover, :focus-within");
  rest = setTimeout(() => document.body.classList.toggle("resting", resting()), 2500);
}
const fullscreen = () => {
  if (document.fullscreenElement) document.exitFullscreen();
  else document.documentElement.requestFullscreen?.().catch(() => say("this browser refuses full screen here"));
};
// ---- hands: drag moves, wheel and pinch magnify, a tap pauses, a double click returns
const touches = new Map();
let way = 0, gap = 0;
const home = () => changed(Object.assign(state, { view: { x: 0, y: 0, zoom: 1 } }));
// Magnify so that what is under a place of the window stays there.
function magnify(by, x, y) {
  const box = canvas.getBoundingClientRect(), side = Math.min(box.width, box.height), view = state.view;
  const zoom = Math.min(Math.max(view.zoom * by, FARTHEST), NEAREST);
  const kept = (1 / view.zoom - 1 / zoom) / side;
  view.x += (x - box.left - box.width / 2) * kept;
  view.y += (y - box.top - box.height / 2) * kept;
  view.zoom = zoom;
  changed();
}
function onMove(event) {
  awake();
  const old = touches.get(event.pointerId);
  if (!old) return;
  const [x, y] = [event.clientX - old.clientX, event.clientY - old.clientY];
  const side = Math.min(canvas.clientWidth, canvas.clientHeight) * state.view.zoom * touches.size;
  state.view.x -= x / side;
  state.view.y -= y / side;
  way += Math.abs(x) + Math.abs(y);
  touches.set(event.pointerId, event);
  const [a, b, third] = touches.values();
  if (b && !third) {
    const wide = Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY);
    if (gap) magnify(wide / gap, (a.clientX + b.clientX) / 2, (a.clientY + b.clientY) / 2);
    gap = wide;
  }
  changed();
}
function onUp(event) {
  gap = 0;
  if (touches.delete(event.pointerId) && !touches.size && way < 6 && event.type === "pointerup") play(!state.playing);
}
export const keys = {
  " ": () => play(!state.playing),
  ArrowLeft: (event) => step(event.shiftKey ? -10 : -1), ArrowRight: (event) => step(event.shiftKey ? 10 : 1),
  Home: () => seek(0), f: fullscreen, s: save, 0: home,
};
function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input[type=text], select")) return;
  const pressed = event.target.matches("button") && [" ", "Enter"].includes(event.key);
  if (pressed || !keys[event.key]) return;
  event.preventDefault(); // or a slider and the page would move too
  awake();
  keys[event.key](event);
}
function listen() {
  addEventListener("resize", changed);
  document.addEventListener("visibilitychange", changed);
  canvas.addEventListener("webglcontextlost", (event) => {
    event.preventDefault(); // which asks for it back
    state.ready = poster.hidden = false;
  });
  canvas.addEventListener("webglcontextrestored", begin);
  if (has("wallpaper")) return;
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    touches.set(event.pointerId, event);
    [way, gap] = [touches.size === 1 ? 0 : way, 0];
  });
  for (const name of ["pointerup", "pointercancel"]) canvas.addEventListener(name, onUp);
  if (bare) return; // a page around it scrolls by wheel and finger
  canvas.addEventListener("pointermove", onMove);
  canvas.addEventListener("wheel", (event) => {
    event.preventDefault();
    magnify(Math.exp(-event.deltaY * (event.deltaMode ? 0.04 : 0.002)), event.clientX, event.clientY);
  }, { passive: false });
  canvas.addEventListener("dblclick", home);
  addEventListener("keydown", onKey);
  addEventListener("pointermove", awake);
  bar.addEventListener("focusin", awake);
  find("play").onclick = () => play(!state.playing);
  find("place").oninput = () => seek(find("place").valueAsNumber);
  find("speed").onchange = () => changed(Object.assign(state, { speed: Number(find("speed").value) }));
  find("save").onclick = save;
  find("whole").onclick = fullscreen;
}
// ---- the beginning, and every beginning after a lost context
async function begin() {
  try {
    await device.start();
    await device.measure(picture(1));
    const size = room(), cost = (device.cost * size[0] * size[1] * film.data.samples ** 2) / 1e6;
    // A picture in 25 ms leaves time for the page; slow devices start coarse and stay alive.
    state.scale = cost < 40 ? 1 : Math.max(Math.sqrt(25 / cost), LEAST);
    state.ready = true;
    changed();
    if (state.playing) show();
    poster.hidden = true;
  } catch (error) {
    if (device.gl.isContextLost()) return; // it comes back, and another beginning with it
    without(`This browser could not draw the film (${error.message.trim()}); this is its first frame.`);
  }
}
function without(why) {
  canvas.hidden = bar.hidden = true;
  find("said").textContent = why;
}
export const device = new Device(canvas, film, has("wallpaper"));
document.body.classList.toggle("bare", bare);
document.body.classList.toggle("wallpaper", has("wallpaper"));
find("place").max = frames - (film.data.loop === "open" ? 1 : 0);
find("size").value = shape.join("x");
find("whole").hidden = !document.fullscreenEnabled;
room();
if (device.gl) {
  listen();
  play(state.playing);
  awake();
  begin();
  requestAnimationFrame(tick);
} else {
  addEventListener("resize", room);
  without("This browser has no WebGL 2; this is the film's first frame.");
}
window.cppnvid = { state, device, film, play, seek, still, picture }; // for pages around, and for tests
