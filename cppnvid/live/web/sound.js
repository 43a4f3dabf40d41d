// The sound: it loops beside the film, silent until somebody asks for it, and its clock leads.
import { film, find, frames, has, hooks, keys, state } from "./page.js";

const sound = find("sound"), loudness = find("loudness");
const NEAR = 0.25; // seconds that the two may be apart before one jumps to the other
// How many frames the sound is ahead, the shorter way around.
function ahead(frame) {
  const apart = sound.currentTime * film.data.fps - frame;
  return apart - frames * Math.round(apart / frames);
}
// After any change: play or rest with the film, as fast, and from where it is.
function follow() {
  sound.playbackRate = state.speed;
  const plays = state.playing && state.ready && !document.hidden;
  if (Math.abs(ahead(state.frame)) / film.data.fps > (plays ? NEAR : 0.001)) sound.currentTime = state.frame / film.data.fps;
  if (plays && sound.paused) sound.play().catch(() => {}); // where it may not, the film goes on alone
  else if (!plays) sound.pause();
}
// The film goes evenly, and is drawn towards where the sound is: its clock has coarse steps.
function led(milliseconds) {
  const alone = state.frame + (milliseconds / 1000) * state.speed * film.data.fps;
  if (sound.paused || sound.seeking) return alone;
  const apart = ahead(alone);
  return alone + (Math.abs(apart) / film.data.fps > NEAR ? apart : 0.2 * apart);
}
function mute() {
  sound.muted = !sound.muted;
  loudness.ariaPressed = String(!sound.muted);
  document.body.classList.toggle("loud", !sound.muted);
  follow(); // a hand may start what the page alone may not
}
if (!has("wallpaper") && !has("embed")) {
  Object.assign(hooks, { advance: led, changed: follow });
  keys.m = loudness.onclick = mute;
  follow();
}
