/**
 * A picture as PNG. Its words are written here and not with the drawing: fonts within an image come some time after it, or not at all,
 * those of the page are there.
 * @param root of a picture whose styles are written into it @param scale dots for each px
 * @throws Error when the browser cannot make it
 */
export async function pngOf(root: SVGSVGElement, scale: number): Promise<Blob> {
  const [width, height] = ['width', 'height'].map((name) => Number(root.getAttribute(name)) * scale) as [number, number];
  const wordless = root.cloneNode(true) as SVGSVGElement;
  for (const text of wordless.querySelectorAll('text')) text.remove();
  const image = new Image(width, height);
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(new XMLSerializer().serializeToString(wordless))}`;
  await image.decode();
  const canvas = document.createElement('canvas');
  Object.assign(canvas, { width, height });
  const pen = canvas.getContext('2d');
  if (pen === null) throw new Error('the browser has no canvas to draw on');
  pen.drawImage(image, 0, 0, width, height);
  writeWords(root, pen, scale);
  return new Promise((resolve, reject) =>
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('the browser made no PNG of the drawing'))), 'image/png'),
  );
}

function writeWords(root: SVGSVGElement, pen: CanvasRenderingContext2D, scale: number): void {
  // only what stands in a page has places
  Object.assign(root.style, { position: 'fixed', left: '0', top: '0', visibility: 'hidden' });
  document.body.append(root);
  const home = root.getScreenCTM()?.inverse();
  for (const text of root.querySelectorAll('text')) {
    const at = text.getScreenCTM();
    if (home === undefined || at === null) continue;
    const { a, b, c, d, e, f } = home.multiply(at);
    pen.setTransform(scale * a, scale * b, scale * c, scale * d, scale * e, scale * f);
    write(text, pen);
  }
  root.remove();
}

function write(text: SVGTextElement, pen: CanvasRenderingContext2D): void {
  const said = (name: string, usual = '') => text.getAttribute(name) ?? usual;
  const [x, y] = [Number(said('x', '0')), Number(said('y', '0'))];
  const words = (text.textContent ?? '').trim();
  pen.font = `${said('font-weight')} ${said('font-size')} ${said('font-family')}`;
  pen.textAlign = said('text-anchor') === 'middle' ? 'center' : said('text-anchor') === 'end' ? 'right' : 'left';
  const seen = Number(said('opacity', '1'));
  if (said('paint-order').startsWith('stroke') && said('stroke', 'none') !== 'none') {
    Object.assign(pen, {
      strokeStyle: said('stroke'),
      lineWidth: Number.parseFloat(said('stroke-width', '1')),
      lineJoin: 'round',
      globalAlpha: seen,
    });
    pen.strokeText(words, x, y);
  }
  Object.assign(pen, { fillStyle: said('fill', '#000000'), globalAlpha: seen * Number(said('fill-opacity', '1')) });
  pen.fillText(words, x, y);
}
