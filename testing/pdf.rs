//! PDFs for tests, as small as they may be.

use std::fmt::Write;

/// A PDF with one page for each content stream, 200 by 300 points, in Helvetica as `/F`.
pub fn pdf(pages: &[&str]) -> Vec<u8> {
    let kids: String = (0..pages.len()).fold(String::new(), |mut kids, page| {
        let _ = write!(kids, "{} 0 R ", 4 + 2 * page);
        kids
    });
    let mut objects = vec![
        "<</Type/Catalog/Pages 2 0 R>>".to_owned(),
        format!("<</Type/Pages/Count {}/Kids[{kids}]>>", pages.len()),
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>".to_owned(),
    ];
    for (page, content) in pages.iter().enumerate() {
        objects.push(format!(
            "<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 300]/Resources<</Font<</F 3 0 R>>>>/Contents {} 0 R>>",
            5 + 2 * page
        ));
        objects.push(stream("", content));
    }
    of_objects(&objects, "")
}

/// A page that says this.
pub fn says(text: &str) -> String {
    format!("BT /F 24 Tf 20 200 Td ({text}) Tj ET")
}

/// One whose page never ends: forms that draw forms, each the next a hundred times.
pub fn endless() -> Vec<u8> {
    const DEPTH: usize = 12;
    let mut objects = vec![
        "<</Type/Catalog/Pages 2 0 R>>".to_owned(),
        "<</Type/Pages/Count 1/Kids[3 0 R]>>".to_owned(),
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 300]/Resources<</XObject<</X 5 0 R>>>>/Contents 4 0 R>>".to_owned(),
        stream("", "/X Do"),
    ];
    for form in 0..DEPTH {
        let next = format!(
            "/Type/XObject/Subtype/Form/BBox[0 0 200 300]/Resources<</XObject<</X {} 0 R>>>>",
            6 + form
        );
        objects.push(stream(&next, &"/X Do ".repeat(100)));
    }
    let last = "/Type/XObject/Subtype/Form/BBox[0 0 200 300]";
    objects.push(stream(last, "0 0 200 300 re f"));
    of_objects(&objects, "")
}

/// One that nobody opens without its password.
pub fn protected() -> Vec<u8> {
    let zeros = "0".repeat(64);
    let objects = [
        "<</Type/Catalog/Pages 2 0 R>>".to_owned(),
        "<</Type/Pages/Count 0/Kids[]>>".to_owned(),
        format!("<</Filter/Standard/V 2/R 3/Length 128/P -4/O<{zeros}>/U<{zeros}>>>"),
    ];
    of_objects(&objects, "/Encrypt 3 0 R/ID[<00><00>]")
}

/// One whose picture unpacks to far more than there is.
pub fn bomb() -> Vec<u8> {
    let side = 60_000;
    // Ten bytes that stand for a run of zeros, over and over: no decoder needs to look at what it does not unpack.
    let runs = "81 00 ".repeat(100_000);
    let objects = [
        "<</Type/Catalog/Pages 2 0 R>>".to_owned(),
        "<</Type/Pages/Count 1/Kids[3 0 R]>>".to_owned(),
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 300]/Resources<</XObject<</X 5 0 R>>>>/Contents 4 0 R>>".to_owned(),
        stream("", "200 0 0 300 0 0 cm /X Do"),
        stream(
            &format!(
                "/Type/XObject/Subtype/Image/Width {side}/Height {side}/ColorSpace/DeviceRGB/BitsPerComponent 8\
                 /Filter[/ASCIIHexDecode/RunLengthDecode]"
            ),
            &runs,
        ),
    ];
    of_objects(&objects, "")
}

fn stream(entries: &str, content: &str) -> String {
    format!("<<{entries}/Length {}>>\nstream\n{content}\nendstream", content.len())
}

/// With the table of where everything is.
fn of_objects(objects: &[String], trailer: &str) -> Vec<u8> {
    let mut out = String::from("%PDF-1.4\n");
    let mut table = String::from("0000000000 65535 f \n");
    for (at, object) in objects.iter().enumerate() {
        let _ = writeln!(table, "{:010} 00000 n ", out.len());
        let _ = write!(out, "{} 0 obj\n{object}\nendobj\n", at + 1);
    }
    let (begins, size) = (out.len(), objects.len() + 1);
    let _ = write!(
        out,
        "xref\n0 {size}\n{table}trailer\n<</Size {size}/Root 1 0 R{trailer}>>\nstartxref\n{begins}\n%%EOF\n"
    );
    out.into_bytes()
}
