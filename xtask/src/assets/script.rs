//! Scripts as browsers take them: without comments and needless white space, and with short names for what is a script's
//! own. What it says stays as it is written: no statement is changed.

use anyhow::{Result, bail};
use oxc::{
    allocator::Allocator,
    codegen::{Codegen, CodegenOptions},
    mangler::Mangler,
    parser::Parser,
    span::SourceType,
};

/// Makes a script small, a classic one or a module. Names of the top level stay in a classic one, where they are
/// everybody's.
pub fn minify(source: &str, kind: SourceType) -> Result<String> {
    let allocator = Allocator::default();
    let parsed = Parser::new(&allocator, source, kind).parse();
    if let Some(error) = parsed.diagnostics.first() {
        bail!("a script cannot be read: {error}");
    }
    let names = Mangler::new().build(&parsed.program);
    let written = Codegen::new()
        .with_options(CodegenOptions::minify())
        .with_scoping(Some(names.scoping))
        .with_private_member_mappings(Some(names.class_private_mappings))
        .build(&parsed.program);
    Ok(written.code)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn script(source: &str) -> String {
        minify(source, SourceType::script()).expect("it is a script")
    }

    #[test]
    fn comments_and_needless_space_go_and_own_names_become_short() {
        let source = "// hello\n(() => {\n  const first = 1; /* b */\n  self.answer = (long) => first + +long;\n})();\n";
        assert_eq!(script(source), "(()=>{const e=1;self.answer=t=>e+ +t})();");
    }

    #[test]
    fn what_others_call_by_name_keeps_its_name() {
        assert_eq!(
            script("const given = 1; window.ayuda = { given };"),
            "const given=1;window.ayuda={given};"
        );
        let module = minify("export function hydrate() {}", SourceType::mjs()).expect("a module");
        assert!(module.contains("function hydrate("), "{module}");
    }

    #[test]
    fn the_place_that_the_server_fills_is_as_it_looks_for_it() {
        let source = "(() => { const given = \"STATUS\"; if (given.strings) self.set(given); })();";
        let packed = script(source);
        assert_eq!(packed.matches("`STATUS`").count(), 1, "{packed}: see server/src/ops/loader.rs");
    }

    #[test]
    fn what_is_no_script_is_refused() {
        assert!(minify("const = 1", SourceType::script()).is_err());
    }
}
