//! One style sheet a surface: imports inlined, minified, fonts under their hashed names.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, anyhow};
use lightningcss::stylesheet::{MinifyOptions, ParserOptions, PrinterOptions, StyleSheet};

use super::store::Store;
use crate::run;

/// Builds `{name}.css`.
pub fn build(store: &mut Store, dir: &Path, name: &str) -> Result<()> {
    let file = dir.join(format!("{name}.css"));
    let bundled = inline_imports(&file)?;
    let source = with_font_urls(&bundled, |font| store.url(font))?;
    store.reuse_or_make(&format!("{name}.css"), source.as_bytes(), || {
        run::announce(&format!("Packing {name}.css"));
        Ok(minify(&source).with_context(|| file.display().to_string())?.into_bytes())
    })?;
    Ok(())
}

/// Puts files of the same folder in the place of `@import "file.css";` lines.
fn inline_imports(file: &Path) -> Result<String> {
    let text = fs::read_to_string(file).with_context(|| file.display().to_string())?;
    let mut bundled = String::new();
    for line in text.lines() {
        match line.trim().strip_prefix("@import ") {
            Some(import) => {
                let name = import.trim_end_matches(';').trim().trim_matches(['"', '\'']);
                let name = name.strip_prefix("./").unwrap_or(name);
                bundled.push_str(&inline_imports(&file.with_file_name(name))?);
            }
            None => bundled.push_str(line),
        }
        bundled.push('\n');
    }
    Ok(bundled)
}

/// `url("fonts/x.woff2")` becomes the address of that asset, absolute because a sheet may also be
/// written into a document.
fn with_font_urls<'a>(css: &str, url: impl Fn(&str) -> Option<&'a str>) -> Result<String> {
    let mut parts = css.split("url(");
    let mut replaced = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (target, rest) = part.split_once(')').context("url( without its end")?;
        let target = target.trim().trim_matches(['"', '\'']);
        let name = target.strip_prefix("./").unwrap_or(target);
        let target = if name.starts_with("fonts/") {
            url(name).with_context(|| format!("style/{name} does not exist"))?
        } else {
            target
        };
        for text in ["url(\"", target, "\")", rest] {
            replaced.push_str(text);
        }
    }
    Ok(replaced)
}

fn minify(css: &str) -> Result<String> {
    let options = ParserOptions::default();
    let mut sheet = StyleSheet::parse(css, options).map_err(|error| anyhow!("{error}"))?;
    sheet.minify(MinifyOptions::default()).map_err(|error| anyhow!("{error}"))?;
    let printed = sheet.to_css(PrinterOptions { minify: true, ..PrinterOptions::default() });
    Ok(printed.map_err(|error| anyhow!("{error}"))?.code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fonts_get_their_hashed_address_and_other_addresses_stay() {
        let css = "a { src: url('fonts/x.woff2') } b { background: url(data:,x) }";
        let replaced = with_font_urls(css, |_| Some("/assets/x.12.woff2")).expect("known font");
        assert_eq!(
            minify(&replaced).expect("valid css"),
            "a{src:url(/assets/x.12.woff2)}b{background:url(data:,x)}"
        );
        assert!(with_font_urls(css, |_| None).is_err());
    }
}
