// The saver: draws every frame of the film and encodes it here, in the browser, as a video.
import { bytesOf } from "./numbers.js";
import { device, film, find, frames, keys, play, recipeOf, saved, state, timeOf } from "./page.js";
import { bandsOf } from "./still.js";

const KINDS = { mp4: ["avc", "hevc", "av1"], webm: ["vp9", "av1", "vp8"] }; // codecs, best known first
const button = find("record");
let cancelled = false;
// The library, which the page holds packed; its policy lets no other text run.
async function library() {
  if (!window.VideoEncoder) throw new Error("this browser has no video encoder");
  if (!window.mediabunny) {
    const packed = new Blob([bytesOf(find("library").textContent)]).stream();
    const script = document.createElement("script");
    script.textContent = await new Response(packed.pipeThrough(new DecompressionStream("gzip"))).text();
    document.head.append(script);
  }
  return window.mediabunny;
}
// RGBA as YUV of BT.709 in limited range: what players take a video for, whatever it says. Left to
// itself a browser may choose another. Colours are at the left of their square, as is usual.
const LUMA = [0.2126, 0.7152, 0.0722], YUV = { primaries: "bt709", transfer: "bt709", matrix: "bt709", fullRange: false };
function yuvOf(pixels, width, height) {
  const count = width * height, made = new Uint8Array(1.5 * count);
  const luma = (r, g, b) => LUMA[0] * r + LUMA[1] * g + LUMA[2] * b;
  for (let k = 0; k < count; k++)
    made[k] = 16.5 + (219 / 255) * luma(pixels[4 * k], pixels[4 * k + 1], pixels[4 * k + 2]);
  for (let place = 0; place < count / 4; place++) {
    const x = (2 * place) % width, at = 4 * (2 * Math.floor((2 * place) / width) * width + x), below = at + 4 * width;
    const left = x ? -4 : 0;
    const mean = (k) => (pixels[at + left + k] + pixels[below + left + k] + 2 * (pixels[at + k] + pixels[below + k])
      + pixels[at + 4 + k] + pixels[below + 4 + k]) / 8;
    const [r, g, b] = [0, 1, 2].map(mean), y = luma(r, g, b);
    made[count + place] = 128.5 + ((112 / 255) * (b - y)) / (1 - LUMA[2]);
    made[1.25 * count + place] = 128.5 + ((112 / 255) * (r - y)) / (1 - LUMA[0]);
  }
  return made;
}
async function frameOf(picture) {
  const { width, height } = picture, pixels = new Uint8Array(4 * width * height);
  for await (const [band, top] of bandsOf(device, picture, () => {})) pixels.set(band, 4 * width * top);
  return yuvOf(pixels, width, height);
}
// Return the film as a file, each frame once. Codecs halve the colours' resolution, so sides are even.
async function encoded(kind, size, done) {
  const tools = await library(), [width, height] = size.map((side) => side + (side % 2));
  // A quarter of a bit a pixel: 9 Mb/s at 1080x1080.
  const frameRate = film.data.fps, bitrate = Math.max(2e6, 0.25 * width * height * frameRate);
  const quality = new tools.Quality({ bitrate });
  const codec = await tools.getFirstEncodableVideoCodec(KINDS[kind], { width, height, quality, frameRate });
  if (!codec) throw new Error(`this browser encodes no ${kind} of ${width}x${height}; try a smaller size or the other format`);
  const target = new tools.BufferTarget(), source = new tools.VideoSampleSource({ codec, quality });
  const format = kind === "mp4" ? new tools.Mp4OutputFormat() : new tools.WebMOutputFormat();
  const output = new tools.Output({ format, target });
  const shown = { width, height, view: { ...state.view }, samples: film.data.samples };
  output.addVideoTrack(source, { frameRate });
  const comment = recipeOf(shown, {});
  if (comment) output.setMetadataTags({ comment });
  try {
    await output.start();
    for (let frame = 0; frame < frames; frame++) {
      const about = { format: "I420", codedWidth: width, codedHeight: height, colorSpace: YUV };
      const when = { timestamp: frame / frameRate, duration: 1 / frameRate };
      const sample = new tools.VideoSample(await frameOf({ ...shown, time: timeOf(frame) }), { ...about, ...when });
      await source.add(sample);
      sample.close();
      done((frame + 1) / frames);
      if (cancelled) throw new Error("you cancelled it");
    }
    await output.finalize();
  } catch (error) {
    await output.cancel();
    throw error;
  }
  return new Blob([target.buffer], { type: `video/${kind}` });
}
async function record() {
  cancelled = state.saving; // a second click
  if (state.saving) return;
  const kind = find("kind").value;
  play(false); // the device has enough to draw
  button.ariaLabel = "Cancel saving";
  await saved(async (size, done) => [await encoded(kind, size, done), `${film.data.name}.${kind}`]);
  button.ariaLabel = "Save the film as a video";
}
keys.v = button.onclick = record;
