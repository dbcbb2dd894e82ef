/** Side of the square that is sent, pixels; twice what is ever shown. */
const SIDE = 256;

/**
 * The middle of a picture as a small square, drawn anew: so nothing that its file tells beside (where it was taken) is
 * sent.
 * @returns a data address
 * @throws InvalidStateError of the browser when this is no picture that it can read
 */
export async function squareOf(file: Blob): Promise<string> {
  const bitmap = await createImageBitmap(file);
  const side = Math.min(bitmap.width, bitmap.height);
  const canvas = document.createElement('canvas');
  canvas.width = SIDE;
  canvas.height = SIDE;
  const context = canvas.getContext('2d');
  if (!context) throw new Error('this browser cannot draw');
  const [left, top] = [(bitmap.width - side) / 2, (bitmap.height - side) / 2];
  context.drawImage(bitmap, left, top, side, side, 0, 0, SIDE, SIDE);
  bitmap.close();
  // A browser that cannot write it writes PNG instead.
  return canvas.toDataURL('image/webp', 0.9);
}
