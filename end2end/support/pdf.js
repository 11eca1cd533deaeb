// PDFs for tests, as small as they may be.

/** A PDF with a page for each of these words. */
export function pdf(words) {
  const pages = words.map((word, at) => [
    `<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 300]/Resources<</Font<</F 3 0 R>>>>/Contents ${5 + 2 * at} 0 R>>`,
    stream(`BT /F 24 Tf 20 200 Td (${word}) Tj ET`),
  ]);
  const kids = words.map((_, at) => `${4 + 2 * at} 0 R`).join(" ");
  return file([
    "<</Type/Catalog/Pages 2 0 R>>",
    `<</Type/Pages/Count ${words.length}/Kids[${kids}]>>`,
    "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ...pages.flat(),
  ]);
}

/** One that nobody opens without its password. */
export function protectedPdf() {
  const zeros = "0".repeat(64);
  const objects = ["<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Count 0/Kids[]>>", `<</Filter/Standard/V 2/R 3/Length 128/P -4/O<${zeros}>/U<${zeros}>>>`];
  return file(objects, "/Encrypt 3 0 R/ID[<00><00>]");
}

const stream = (content) => `<</Length ${content.length}>>\nstream\n${content}\nendstream`;

/** With the table of where everything is. */
function file(objects, trailer = "") {
  let out = "%PDF-1.4\n";
  let table = "0000000000 65535 f \n";
  for (const [at, object] of objects.entries()) {
    table += `${String(out.length).padStart(10, "0")} 00000 n \n`;
    out += `${at + 1} 0 obj\n${object}\nendobj\n`;
  }
  const size = objects.length + 1;
  return Buffer.from(`${out}xref\n0 ${size}\n${table}trailer\n<</Size ${size}/Root 1 0 R${trailer}>>\nstartxref\n${out.length}\n%%EOF\n`, "latin1");
}
