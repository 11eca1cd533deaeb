//! The brand hue as mail clients understand it: `#rrggbb`. They know neither oklch nor custom properties.

use data_encoding::HEXLOWER;

/// The hue of sites that set none, as in `style/tokens.css`.
pub(super) const DEFAULT_HUE: u16 = 258;

/// The colours of a letter that follow the hue; lightness and chroma are those of `style/tokens.css`.
#[derive(Clone, Debug, serde::Serialize)]
pub(super) struct Brand {
    /// Solid fills under white text.
    pub(super) fill: String,
    /// A quiet fill.
    pub(super) tint: String,
    /// The number, on the tint.
    pub(super) strong: String,
    pub(super) dark_fill: String,
    pub(super) dark_tint: String,
    pub(super) dark_strong: String,
}

impl Brand {
    pub(super) fn of(hue: u16) -> Self {
        let hue = f64::from(hue);
        Self {
            fill: hex(0.47, 0.17, hue),
            tint: hex(0.96, 0.02, hue),
            strong: hex(0.40, 0.17, hue),
            dark_fill: hex(0.50, 0.16, hue),
            dark_tint: hex(0.28, 0.05, hue),
            dark_strong: hex(0.86, 0.08, hue),
        }
    }
}

/// oklch to sRGB (Ottosson 2020); chroma is lowered until the colour exists on a screen.
fn hex(lightness: f64, chroma: f64, hue: f64) -> String {
    let mut chroma = chroma;
    let rgb = loop {
        let rgb = linear(lightness, chroma, hue);
        if chroma <= 0.0 || rgb.iter().all(|part| (-0.001..=1.001).contains(part)) {
            break rgb;
        }
        chroma -= 0.005;
    };
    format!("#{}", HEXLOWER.encode(&rgb.map(curved)))
}

/// A part of linear light as a screen takes it.
fn curved(part: f64) -> u8 {
    let part = part.clamp(0.0, 1.0);
    let curved =
        if part <= 0.003_130_8 { part * 12.92 } else { 1.055 * part.powf(1.0 / 2.4) - 0.055 };
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "rounded and between 0 and 255"
    )]
    let byte = (curved * 255.0).round() as u8;
    byte
}

#[expect(clippy::many_single_char_names, reason = "the names of the colour spaces' axes")]
fn linear(lightness: f64, chroma: f64, hue: f64) -> [f64; 3] {
    let (sin, cos) = hue.to_radians().sin_cos();
    let (a, b) = (chroma * cos, chroma * sin);
    let l = (lightness + 0.396_337_777_4 * a + 0.215_803_757_3 * b).powi(3);
    let m = (lightness - 0.105_561_345_8 * a - 0.063_854_172_8 * b).powi(3);
    let s = (lightness - 0.089_484_177_5 * a - 1.291_485_548_0 * b).powi(3);
    [
        4.076_741_662_1 * l - 3.307_711_591_3 * m + 0.230_969_929_2 * s,
        -1.268_438_004_6 * l + 2.609_757_401_1 * m - 0.341_319_396_5 * s,
        -0.004_196_086_3 * l - 0.703_418_614_7 * m + 1.707_614_701_0 * s,
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn luminance(hex: &str) -> f64 {
        let part = |at: usize| {
            let byte = u8::from_str_radix(&hex[at..at + 2], 16).expect("hex");
            let value = f64::from(byte) / 255.0;
            if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5)
    }

    fn contrast(a: &str, b: &str) -> f64 {
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn known_colours() {
        assert_eq!(hex(1.0, 0.0, 0.0), "#ffffff");
        assert_eq!(hex(0.0, 0.0, 0.0), "#000000");
        // CSS Color 4: oklch(62.796% 0.25768 29.234) is red.
        assert_eq!(hex(0.627_96, 0.257_68, 29.234), "#ff0000");
    }

    #[test]
    fn every_hue_keeps_its_contrast() {
        for hue in 0..=360 {
            let brand = Brand::of(hue);
            assert!(contrast(&brand.fill, "#ffffff") >= 4.5, "{hue} {brand:?}");
            assert!(contrast(&brand.dark_fill, "#ffffff") >= 4.5, "{hue} {brand:?}");
            assert!(contrast(&brand.strong, &brand.tint) >= 4.5, "{hue} {brand:?}");
            assert!(contrast(&brand.dark_strong, &brand.dark_tint) >= 4.5, "{hue} {brand:?}");
        }
    }
}
