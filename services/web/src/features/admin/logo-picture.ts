/** Largest sides of the picture that is sent, pixels; twice what is ever shown. */
const WIDTH = 480;
const HEIGHT = 160;

/**
 * A picture in its own proportions, drawn anew so that it fits: nothing that its file tells beside is sent, and no more
 * than the picture itself.
 * @returns a data address
 * @throws InvalidStateError of the browser when this is no picture that it can read
 */
export async function drawnToFit(file: Blob): Promise<string> {
  const bitmap = await createImageBitmap(file);
  const share = Math.min(1, WIDTH / bitmap.width, HEIGHT / bitmap.height);
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(bitmap.width * share));
  canvas.height = Math.max(1, Math.round(bitmap.height * share));
  const context = canvas.getContext('2d');
  if (!context) throw new Error('this browser cannot draw');
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  // Mail programs all know PNG.
  return canvas.toDataURL('image/png');
}
