// The gallery: many stills, and one canvas that lies on the one under the pointer and draws its film.
// All films have one form, so one program draws them; it is compiled when the first is asked for.
import { Device } from "./device.js";
import { fineness } from "./fineness.js";
import { Film } from "./numbers.js";

const find = (id) => document.getElementById(id);
const sheet = JSON.parse(find("films").textContent);
const tiles = [...find("tiles").querySelectorAll("button")];
const canvas = document.createElement("canvas");
const still = matchMedia("(prefers-reduced-motion: reduce)");
const state = {
  shown: -1, // the tile that moves; -1 is none
  chosen: -1, // the tile that has the focus or was clicked, which moves when nothing is pointed at
  time: 0, // of the film that moves, 0 to 1
};
// A tile shows the whole of its film's picture, also where coordinates count pixels.
class Tile extends Film {
  frame(width, height, view) {
    if (this.data.unit[0] || this.data.unit[1]) return super.frame(width, height, view);
    const size = this.data.size, [x, y, across, down] = super.frame(...size, view);
    return [(x * width) / size[0], (y * height) / size[1], (across * width) / size[0], (down * height) / size[1]];
  }
}
const filmOf = (index) => new Tile({ ...sheet.common, ...sheet.films[index] });
const device = new Device(canvas, filmOf(0), false);
let ready = null; // the promise that there is a program, once one is asked for

function begin() {
  ready ??= device.start().then(() => device.measure({ time: 0, view: { x: 0, y: 0, zoom: 1 } }));
  return ready;
}
function picture() {
  const box = canvas.parentElement.getBoundingClientRect(), ratio = window.devicePixelRatio || 1;
  const { scale, samples } = fineness(device, box.width * box.height * ratio ** 2, sheet.samples);
  const [width, height] = [box.width, box.height].map((side) => Math.max(1, Math.round(side * ratio * scale)));
  return { time: state.time, width, height, view: { x: 0, y: 0, zoom: 1 }, samples };
}
// Let one tile move, from what its still shows on; the one before it is still again.
async function show(index) {
  if (index === state.shown || !device.gl) return;
  state.shown = index;
  canvas.hidden = true;
  if (index < 0) return;
  tiles[index].querySelector(".picture").append(canvas);
  state.time = sheet.start;
  try {
    await begin();
  } catch (error) {
    if (!device.gl.isContextLost()) without(error.message.trim());
    return;
  }
  if (index !== state.shown) return;
  device.film = filmOf(index);
  before = performance.now();
  requestAnimationFrame((now) => tick(now, index));
}
let before = 0;
function tick(now, index) {
  if (index !== state.shown || device.gl.isContextLost()) return;
  requestAnimationFrame((later) => tick(later, index));
  if (document.hidden) return;
  const seconds = Math.min(Math.max(now - before, 0), 250) / 1000;
  before = now;
  device.show(picture());
  canvas.hidden = false; // by now it shows this tile
  state.time = (state.time + seconds / sheet.seconds) % 1;
}
// Show the command of a tile's film, and copy it where the browser lets a page do that.
async function choose(index) {
  rove(index);
  const seed = sheet.seeds[index], quoted = /^[\w@.]+$/.test(seed) ? seed : `'${seed}'`;
  find("command").textContent = sheet.command.replaceAll("{seed}", () => quoted);
  for (const id of ["command", "copy"]) find(id).hidden = !sheet.command;
  find("said").textContent = `Seed ${sheet.seeds[index]}`;
  await copy();
}
async function copy() {
  const text = find("command").textContent, said = find("said").textContent;
  if (!text) return;
  try {
    await navigator.clipboard.writeText(text);
    if (said === find("said").textContent && !said.endsWith("copied")) find("said").textContent += ", copied";
  } catch {
    getSelection().selectAllChildren(find("command")); // and a key copies it
  }
}
// Make one tile the one that Tab comes to: arrows go on from there.
function rove(index) {
  tiles.forEach((tile, at) => {
    tile.tabIndex = at === index ? 0 : -1;
    tile.classList.toggle("chosen", at === index);
  });
  state.chosen = index;
}
function onKey(event) {
  const at = tiles.indexOf(document.activeElement);
  if (event.key === "Escape") {
    state.chosen = -1;
    show(-1);
  }
  if (at < 0 || event.ctrlKey || event.metaKey || event.altKey) return;
  const across = tiles.filter((tile) => tile.offsetTop === tiles[0].offsetTop).length;
  const to = { ArrowLeft: at - 1, ArrowRight: at + 1, ArrowUp: at - across, ArrowDown: at + across, Home: 0, End: tiles.length - 1 };
  if (!(event.key in to)) return;
  event.preventDefault(); // or the page would scroll too
  tiles[to[event.key]]?.focus();
}
function without(why) {
  canvas.remove();
  find("said").textContent = `The pictures stand still: ${why}. Click one for its command.`;
}
tiles.forEach((tile, index) => {
  tile.addEventListener("pointerenter", (event) => event.pointerType === "touch" || still.matches || show(index));
  tile.addEventListener("pointerleave", (event) => event.pointerType === "touch" || still.matches || show(state.chosen));
  tile.addEventListener("focus", () => {
    rove(index);
    if (!still.matches) show(index);
  });
  tile.addEventListener("click", () => {
    show(still.matches && state.shown === index ? -1 : index);
    choose(index);
  });
});
addEventListener("keydown", onKey);
find("copy").addEventListener("click", copy);
canvas.addEventListener("webglcontextlost", (event) => {
  event.preventDefault(); // which asks for it back
  canvas.hidden = true;
  ready = null;
});
canvas.addEventListener("webglcontextrestored", () => {
  const index = state.shown;
  state.shown = -1;
  show(index);
});
if (!device.gl) without("this browser has no WebGL 2");
window.cppnvid = { state, device, sheet, filmOf, show, picture, begin }; // for tests
