/* A photo from the camera or the gallery becomes what is kept and sent: at most 1600 pixels, under 450 kB, no metadata. */
(function (self) {
  "use strict";
  const LONG_EDGE = 1600, ENOUGH = 450_000, QUALITIES = [0.8, 0.65, 0.5];
  // What only the office can read is sent as it is.
  const FOR_THE_OFFICE = ["image/heic", "image/heif"], OFFICE_LIMIT = 8_000_000;

  async function decode(file) {
    try {
      return await createImageBitmap(file, { imageOrientation: "from-image" });
    } catch {
      const address = URL.createObjectURL(file);
      try {
        return await new Promise((resolve, reject) => {
          const image = new Image();
          image.onload = () => resolve(image);
          image.onerror = () => reject(new Error("not an image"));
          image.src = address;
        });
      } finally { URL.revokeObjectURL(address); }
    }
  }

  async function shrink(file) {
    const source = await decode(file);
    const scale = Math.min(1, LONG_EDGE / Math.max(source.width, source.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(source.width * scale));
    canvas.height = Math.max(1, Math.round(source.height * scale));
    const brush = canvas.getContext("2d");
    brush.imageSmoothingQuality = "high";
    brush.drawImage(source, 0, 0, canvas.width, canvas.height);
    if (source.close) source.close();
    let blob = null;
    for (const quality of QUALITIES) {
      blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", quality));
      if (blob && blob.size < ENOUGH) break;
    }
    canvas.width = canvas.height = 0; // iOS keeps the memory of canvases it thinks are in use
    if (!blob || blob.size < 500) throw new Error("an empty picture");
    return blob;
  }

  /** Return {sha, bytes, type, size, taken_at}; an Error with message "bad" for a file that is no photo. */
  async function prepare(file) {
    let blob = file;
    try {
      blob = await shrink(file);
    } catch {
      if (file.size > OFFICE_LIMIT || !FOR_THE_OFFICE.includes(file.type)) throw new Error("bad");
    }
    const bytes = await blob.arrayBuffer();
    const taken = file.lastModified ? new Date(file.lastModified).toISOString() : "";
    return { sha: await self.AuditStore.sha256(bytes), bytes, type: blob.type, size: bytes.byteLength, taken_at: taken };
  }

  self.AuditPhotos = { prepare };
})(self);
