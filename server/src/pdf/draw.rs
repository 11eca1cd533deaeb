//! Drawing: in the process that may be killed, and nowhere else.

use super::page::Page;
use hayro::{
    PixmapSettings, RenderCache, RenderSettings,
    hayro_interpret::InterpreterSettings,
    hayro_syntax::{DecryptionError, LoadPdfError, Pdf},
    render,
    vello_cpu::color::palette::css::WHITE,
};
use protocol::file::PDF_BYTES;
use std::num::NonZeroU32;

/// The command that draws.
pub(crate) const DRAW_PAGE: &str = "draw-page";
/// Of the picture, in pixels: a page of A4 can be read.
pub(super) const LONGER_SIDE: f32 = 1_400.0;
/// A card of few points does not become a poster.
const MOST_SCALE: f32 = 4.0;
/// The longest picture, in bytes: that many pixels, not packed at all.
pub(super) const PNG_BYTES: u64 = 8 * 1024 * 1024;
/// Of the process, in bytes: 512 MiB, most of which it never asks for.
pub(super) const MEMORY: u64 = 512 * 1024 * 1024;
/// Of the process: most pages take a tenth of one.
pub(super) const PROCESSOR_SECONDS: u64 = 5;

/// Why it cannot be drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Failed {
    Protected,
    Unreadable,
    NoSuchPage,
}

/// Draws a page, counted from 1, on white.
pub(super) fn draw(pdf: Vec<u8>, page: NonZeroU32) -> Result<Page, Failed> {
    if pdf.len() as u64 > PDF_BYTES {
        return Err(Failed::Unreadable);
    }
    let pdf = Pdf::new(pdf).map_err(|error| match error {
        LoadPdfError::Decryption(DecryptionError::PasswordProtected) => Failed::Protected,
        _ => Failed::Unreadable,
    })?;
    let pages = u32::try_from(pdf.pages().len()).map_err(|_| Failed::Unreadable)?;
    if pages == 0 {
        return Err(Failed::Unreadable);
    }
    let at = usize::try_from(page.get() - 1).map_err(|_| Failed::NoSuchPage)?;
    let page = pdf.pages().get(at).ok_or(Failed::NoSuchPage)?;
    let (width, height) = page.render_dimensions();
    let (x_scale, y_scale) = scales(width, height).ok_or(Failed::Unreadable)?;
    let pixels = render(
        page,
        &RenderCache::new(),
        &InterpreterSettings::default(),
        &RenderSettings::default(),
        &PixmapSettings { x_scale, y_scale, bg_color: WHITE },
    );
    let png = pixels.into_png().map_err(|_| Failed::Unreadable)?;
    Ok(Page { png, pages })
}

/// How a page of so many points becomes a picture of at most [`LONGER_SIDE`] pixels a side, and at least one.
fn scales(width: f32, height: f32) -> Option<(f32, f32)> {
    let is_size = |side: f32| side.is_finite() && side > 0.0;
    if !is_size(width) || !is_size(height) {
        return None;
    }
    let scale = (LONGER_SIDE / width.max(height)).min(MOST_SCALE);
    let of = |side: f32| (side * scale).max(1.0) / side;
    Some((of(width), of(height)))
}
