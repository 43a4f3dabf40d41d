// How fine a picture of so many pixels can be in 15 ms, which leaves time for the page: the scale of
// its sides, and samples along a side of a pixel, which are given up first.
export function fineness(device, pixels, samples) {
  const cost = (device.cost * pixels) / 1e6;
  const scale = Math.min(1, Math.max(Math.sqrt(15 / cost), 0.2));
  return { scale, samples: cost * samples ** 2 < 15 ? samples : 1 };
}
