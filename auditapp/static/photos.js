/* A photo from the camera or the gallery becomes what is kept and sent: at most 1600 pixels, under 450 kB, no metadata. */
(function (self) {
  "use strict";
  const LONG_EDGE = 1600, ENOUGH = 450_000, QUALITIES = [0.8, 0.65, 0.5];
  // What only the office can read is sent as it is.
  const FOR_THE_OFFICE = ["image/heic", "image/heif"], OFFICE_LIMIT = 8_000_000;

  /* When the camera says the photo was taken. A picture drawn anew on the phone has lost that, so it is read before.
     The block "Exif" lies near the beginning of a JPEG and anywhere in a HEIC; nothing in it is believed before it is
     checked, and what cannot be read counts as not said. */
  const IN_EXIF = 0x8769, TAKEN = 0x9003, OFFSET = 0x9011, ASCII = 2, LONG = 4, MOST_ENTRIES = 200, FAR_ENOUGH = 8_000_000;
  const SAID = /^(\d{4}):(\d\d):(\d\d) (\d\d:\d\d):(\d\d)$/, ZONE = /^[+-](?:0\d|1[0-4]):[0-5]\d$/;

  /** Return where the TIFF header behind "Exif" begins, -1 when there is none. */
  function findExif(bytes) {
    for (let at = bytes.indexOf(0x45); at >= 0 && at + 14 <= bytes.length; at = bytes.indexOf(0x45, at + 1)) {
      if (bytes[at + 1] !== 0x78) continue;
      const text = String.fromCharCode(...bytes.subarray(at, at + 10));
      if (text === "Exif\0\0II*\0" || text === "Exif\0\0MM\0*") return at + 6;
    }
    return -1;
  }

  /** Return {date, clock, seconds, offset} as the camera wrote them, or null. */
  function readCapture(bytes) {
    const start = findExif(bytes);
    if (start < 0) return null;
    const view = new DataView(bytes.buffer, bytes.byteOffset + start, bytes.length - start), little = bytes[start] === 0x49;
    /** Return the value of one tag in a directory: a number, a text, or null. */
    const find = (directory, tag, type) => {
      const entries = Math.min(view.getUint16(directory, little), MOST_ENTRIES);
      for (let at = directory + 2; at < directory + 2 + 12 * entries; at += 12) {
        if (view.getUint16(at, little) !== tag || view.getUint16(at + 2, little) !== type) continue;
        const length = view.getUint32(at + 4, little), value = view.getUint32(at + 8, little);
        if (type === LONG) return value;
        if (length <= 4 || length > 40) return null; // no text that we look for is that short or long
        return String.fromCharCode(...new Uint8Array(view.buffer, view.byteOffset + value, length)).replace(/\0.*$/s, "").trim();
      }
      return null;
    };
    try {
      const exif = find(view.getUint32(4, little), IN_EXIF, LONG);
      const said = exif === null ? null : SAID.exec(find(exif, TAKEN, ASCII) || "");
      if (!said) return null;
      const offset = find(exif, OFFSET, ASCII) || "";
      return { date: `${said[1]}-${said[2]}-${said[3]}`, clock: said[4], seconds: said[5], offset: ZONE.test(offset) ? offset : "" };
    } catch { return null; } // an address outside of the file
  }

  /** Return {taken_at, source}: what the camera said, else the time of the file, else nothing. A camera that names no
      zone is taken to show the time of the place, `zone`. */
  async function whenTaken(file, zone) {
    const said = readCapture(new Uint8Array(await file.slice(0, FAR_ENOUGH).arrayBuffer()));
    if (said) {
      const { date, clock, seconds, offset } = said;
      const minute = offset ? Date.parse(`${date}T${clock}:00${offset}`) : Date.parse(self.AuditRules.instant(date, clock, zone));
      const at = minute + Number(seconds) * 1000;
      if (Number(seconds) < 60 && at > 0) return { taken_at: new Date(at).toISOString(), source: "camera" };
    }
    return file.lastModified ? { taken_at: new Date(file.lastModified).toISOString(), source: "file" } : { taken_at: "", source: "" };
  }

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

  /** Return {sha, bytes, type, size, taken_at, source}; an Error with message "bad" for a file that is no photo. */
  async function prepare(file, zone) {
    const taken = await whenTaken(file, zone).catch(() => ({ taken_at: "", source: "" }));
    let blob = file;
    try {
      blob = await shrink(file);
    } catch {
      if (file.size > OFFICE_LIMIT || !FOR_THE_OFFICE.includes(file.type)) throw new Error("bad");
    }
    const bytes = await blob.arrayBuffer();
    return { sha: await self.AuditStore.sha256(bytes), bytes, type: blob.type, size: bytes.byteLength, ...taken };
  }

  self.AuditPhotos = { prepare, readCapture };
})(self);
