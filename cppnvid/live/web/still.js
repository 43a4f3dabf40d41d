// A still as PNG, of any size: drawn part by part, compressed as it comes, its recipe inside.
const TILE = 2048; // pixels of a part's longer side, which every device can draw
const PART = 1 << 20, LONGEST = 250; // pixels of a part, and milliseconds: a device is not kept busy longer
const CHECKS = Uint32Array.from({ length: 256 }, (_, value) => {
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});
// A chunk of a PNG: its length, its kind, its data and their checksum.
function chunk(kind, data) {
  const made = new Uint8Array(12 + data.length), numbers = new DataView(made.buffer);
  numbers.setUint32(0, data.length);
  made.set(new TextEncoder().encode(kind), 4);
  made.set(data, 8);
  let check = 0xffffffff;
  for (const value of made.subarray(4, 8 + data.length)) check = CHECKS[(check ^ value) & 255] ^ (check >>> 8);
  numbers.setUint32(8 + data.length, ~check);
  return made;
}
// Rows of RGBA as a PNG has them: RGB, each row less the one before it, which packs smooth pictures
// best. The first row of a part follows the last of the part before it.
function filtered(pixels, width, above) {
  const height = pixels.length / (4 * width), made = new Uint8Array((3 * width + 1) * height);
  for (let y = 0, from = 0, to = 0; y < height; y++) {
    made[to++] = 2; // the filter's number
    for (let x = 0; x < above.length; x++, from += x % 3 ? 1 : 2) {
      made[to++] = pixels[from] - above[x];
      above[x] = pixels[from];
    }
  }
  return made;
}
// Draw a picture in bands of its full width, no device being kept busy for long: their pixels and tops.
export async function* bandsOf(device, picture, done) {
  const { width, height } = picture;
  const columns = Math.min(width, TILE), part = Math.min(PART, (LONGEST / device.cost) * 1e6) / picture.samples ** 2;
  const rows = Math.max(1, Math.min(TILE, Math.floor(part / columns)));
  for (let top = 0; top < height; top += rows) {
    const band = new Uint8Array(4 * width * Math.min(rows, height - top));
    for (let left = 0; left < width; left += columns) {
      const wide = Math.min(columns, width - left), high = band.length / (4 * width);
      const drawn = await device.part(picture, left, top, wide, high);
      for (let y = 0; y < high; y++)
        band.set(drawn.subarray(4 * wide * y, 4 * wide * (y + 1)), 4 * (width * y + left));
      done((top + (high * (left + wide)) / width) / height);
      await new Promise((resolve) => setTimeout(resolve)); // the page stays alive
    }
    yield [band, top];
  }
}
// Draw a picture and return it as a PNG. `recipe` is its text, or empty; `done` hears the share that is made.
export async function pngOf(device, picture, recipe, done) {
  const { width, height } = picture, packer = new CompressionStream("deflate");
  const packed = new Response(packer.readable).arrayBuffer();
  const writer = packer.writable.getWriter(), above = new Uint8Array(3 * width);
  for await (const [band] of bandsOf(device, picture, done)) await writer.write(filtered(band, width, above));
  await writer.close();
  const sides = [width, height].flatMap((side) => [side >> 24, side >> 16, side >> 8, side]); // each a byte
  const head = Uint8Array.of(...sides, 8, 2, 0, 0, 0); // 8 bits, RGB
  const text = new TextEncoder().encode(`comment\0\0\0\0\0${recipe}`);
  const parts = [Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a), chunk("IHDR", head)];
  if (recipe) parts.push(chunk("iTXt", text));
  parts.push(chunk("IDAT", new Uint8Array(await packed)), chunk("IEND", new Uint8Array()));
  return new Blob(parts, { type: "image/png" });
}
