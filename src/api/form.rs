//! The payment request form (A29): a page that proves whose the dedicated account is.

use pdf_writer::{Content, Finish as _, Name, Pdf, Rect, Ref, Str, TextStr};

/// A4, in points.
const PAGE: (f32, f32) = (595.0, 842.0);
const LEFT: f32 = 64.0;
const VALUES: f32 = 220.0;
const TOP: f32 = 770.0;
const LINE: f32 = 22.0;

const REGULAR: Name<'_> = Name(b"F1");
const BOLD: Name<'_> = Name(b"F2");

/// What the form says.
pub(super) struct Form<'a> {
    /// The seller.
    pub seller: &'a str,
    /// The lines: what it is, and what it says.
    pub lines: Vec<(&'static str, String)>,
    /// What it proves, a sentence each.
    pub statements: Vec<String>,
}

/// The form as a PDF of one page. Its fonts are those that every reader has, which know the Latin letters of
/// Western Europe; other letters show as question marks.
pub(super) fn pdf(form: &Form<'_>) -> Vec<u8> {
    let [catalog, pages, page, regular, bold, content, info] = [1, 2, 3, 4, 5, 6, 7].map(Ref::new);
    let mut pdf = Pdf::new();
    pdf.catalog(catalog).pages(pages);
    pdf.pages(pages).kids([page]).count(1);
    pdf.document_info(info).title(TextStr("Payment request form")).author(TextStr(form.seller));
    let mut sheet = pdf.page(page);
    sheet.media_box(Rect::new(0.0, 0.0, PAGE.0, PAGE.1)).parent(pages).contents(content);
    sheet.resources().fonts().pair(REGULAR, regular).pair(BOLD, bold);
    sheet.finish();
    for (font, name) in [(regular, Name(b"Helvetica")), (bold, Name(b"Helvetica-Bold"))] {
        pdf.type1_font(font).base_font(name).encoding_predefined(Name(b"WinAnsiEncoding"));
    }
    pdf.stream(content, &written(form));
    pdf.finish()
}

fn written(form: &Form<'_>) -> Vec<u8> {
    let mut content = Content::new();
    let mut write = |font, size, left, height, text: &str| {
        let text = latin(text);
        content.begin_text().set_font(font, size).next_line(left, height).show(Str(&text)).end_text();
    };
    write(BOLD, 20.0, LEFT, TOP, "Payment request form");
    write(REGULAR, 11.0, LEFT, TOP - LINE, form.seller);
    let mut height = TOP - 3.0 * LINE;
    for (label, value) in &form.lines {
        write(BOLD, 10.0, LEFT, height, label);
        write(REGULAR, 10.0, VALUES, height, value);
        height -= LINE;
    }
    for statement in &form.statements {
        height -= LINE;
        write(REGULAR, 9.0, LEFT, height, statement);
    }
    content.finish().to_vec()
}

/// A text in the fonts' encoding.
fn latin(text: &str) -> Vec<u8> {
    let shown = |character: char| matches!(character, ' '..='~' | '\u{a0}'..='\u{ff}');
    let byte = |character| u8::try_from(u32::from(character)).ok().filter(|_| shown(character));
    text.chars().map(|character| byte(character).unwrap_or(b'?')).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_fonts_lack_shows_as_a_question_mark() {
        assert_eq!(latin("Zürich (量) \u{7}\u{80}–x"), b"Z\xfcrich (?) ???x");
    }
}
