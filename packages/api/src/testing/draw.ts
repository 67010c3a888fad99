// Drawings as photos: SVG to JPEG, for demo data and tests. The pipeline itself never reads SVG.
// First: it forbids every format but those that people may send.
import "../media/render/source.ts";
import sharp from "sharp";

sharp.unblock({ operation: ["VipsForeignLoadSvg"] });

/** A JPEG as a camera might have made it. */
export function drawJpeg(svg: string): Promise<Buffer> {
  return sharp(Buffer.from(svg)).jpeg({ quality: 90 }).toBuffer();
}
