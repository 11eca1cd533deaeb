//! A small, cautious minifier for scripts that are already small: comments and needless white
//! space go; names, statements and line ends that may matter to the grammar stay.

/// Words after which a slash starts a regular expression.
const BEFORE_REGEX: [&str; 13] = [
    "return",
    "typeof",
    "case",
    "in",
    "of",
    "delete",
    "void",
    "throw",
    "new",
    "instanceof",
    "do",
    "else",
    "await",
];

/// Takes comments and needless white space out of a script.
pub fn minify(source: &str) -> String {
    Minifier { rest: source, out: String::with_capacity(source.len()), gap: Gap::None }.run()
}

/// White space that was read and may turn out to be needed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Gap {
    None,
    Space,
    Line,
}

struct Minifier<'a> {
    rest: &'a str,
    out: String,
    gap: Gap,
}

impl Minifier<'_> {
    fn run(mut self) -> String {
        // One level for each open `${`, holding how many braces are open inside it.
        let mut templates: Vec<u32> = Vec::new();
        while let Some(next) = self.rest.chars().next() {
            match next {
                _ if next.is_whitespace() => self.skip_white(next),
                _ if self.rest.starts_with("//") => self.skip_until("\n", 0),
                _ if self.rest.starts_with("/*") => {
                    self.gap = self.gap.max(Gap::Space);
                    self.skip_until("*/", 2);
                }
                '"' | '\'' => self.take(quoted(self.rest, next)),
                '`' => self.take_template(1, &mut templates),
                '}' if templates.last() == Some(&0) => {
                    templates.pop();
                    self.take_template(1, &mut templates);
                }
                '/' if self.regex_may_start() => self.take(regex(self.rest)),
                _ => {
                    match (next, templates.last_mut()) {
                        ('{', Some(open)) => *open += 1,
                        ('}', Some(open)) => *open -= 1,
                        _ => {}
                    }
                    self.take(next.len_utf8());
                }
            }
        }
        self.out.push('\n');
        self.out
    }

    fn skip_white(&mut self, next: char) {
        self.gap = self.gap.max(if next == '\n' { Gap::Line } else { Gap::Space });
        self.rest = &self.rest[next.len_utf8()..];
    }

    fn skip_until(&mut self, end: &str, len: usize) {
        let at = self.rest.find(end).map_or(self.rest.len(), |at| at + len);
        if self.rest[..at].contains('\n') {
            self.gap = Gap::Line;
        }
        self.rest = &self.rest[at..];
    }

    /// Writes the next bytes as they are, after what must stand between them and the last ones.
    fn take(&mut self, len: usize) {
        let (text, rest) = self.rest.split_at(len);
        if let (Some(last), Some(next)) = (self.out.chars().next_back(), text.chars().next()) {
            match self.gap {
                Gap::Line if line_matters(last, next) => self.out.push('\n'),
                Gap::Line | Gap::Space if space_matters(last, next) => self.out.push(' '),
                _ => {}
            }
        }
        self.gap = Gap::None;
        self.out.push_str(text);
        self.rest = rest;
    }

    /// Writes a template's text from its opening (a backtick, or the brace that ends a `${…}`)
    /// to its end or to the next `${`.
    fn take_template(&mut self, opening: usize, templates: &mut Vec<u32>) {
        let mut escaped = false;
        let mut dollar = false;
        for (at, byte) in self.rest.bytes().enumerate().skip(opening) {
            if escaped {
                escaped = false;
            } else if byte == b'\\' {
                escaped = true;
            } else if byte == b'`' {
                return self.take(at + 1);
            } else if byte == b'{' && dollar {
                templates.push(0);
                return self.take(at + 1);
            }
            dollar = byte == b'$';
        }
        self.take(self.rest.len());
    }

    /// Whether a slash here can only start a regular expression (it divides after a value).
    fn regex_may_start(&self) -> bool {
        let before = self.out.trim_end();
        let word = before.rsplit(|c: char| !is_word(c)).next().unwrap_or_default();
        if word.is_empty() {
            !before.ends_with([')', ']', '"', '\'', '`'])
        } else {
            BEFORE_REGEX.contains(&word)
        }
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '$' || c == '#'
}

fn space_matters(last: char, next: char) -> bool {
    (is_word(last) && is_word(next))
        || (last == next && matches!(last, '+' | '-' | '/'))
        || (last.is_ascii_digit() && next == '.')
}

/// Automatic semicolons: none can follow these characters, and none can come before those.
fn line_matters(last: char, next: char) -> bool {
    !matches!(
        last,
        '\n' | '{'
            | ';'
            | ','
            | '('
            | '['
            | '='
            | '<'
            | '>'
            | '&'
            | '|'
            | '?'
            | ':'
            | '*'
            | '%'
            | '^'
            | '!'
            | '~'
    ) && !matches!(next, '}' | ')' | ']' | ';' | ',' | '.' | '=' | '&' | '|' | '?' | ':')
}

fn quoted(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if c == quote => return at + c.len_utf8(),
            _ => {}
        }
    }
    text.len()
}

fn regex(text: &str) -> usize {
    let (mut escaped, mut class) = (false, false);
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '[' => class = true,
            ']' => class = false,
            '/' if !class => return at + 1,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::minify;

    #[test]
    fn comments_and_needless_space_go() {
        let source = "// hello\nconst a = 1; /* b */ let c = a /* d */ + +a;\n\n  f ( a , c )\n";
        assert_eq!(minify(source), "const a=1;let c=a+ +a;f(a,c)\n");
    }

    #[test]
    fn lines_stay_where_a_semicolon_could_be_meant() {
        assert_eq!(minify("a\nb\n(c)\n++d\n"), "a\nb\n(c)\n++d\n");
        assert_eq!(minify("a = {\n  b: 1,\n}\nc()"), "a={b:1,}\nc()\n");
        assert_eq!(minify("return\nx"), "return\nx\n");
        assert_eq!(minify("p\n  .then(x)"), "p.then(x)\n");
    }

    #[test]
    fn strings_templates_and_regular_expressions_stay_whole() {
        for whole in [
            "x='a // b'\n",
            "x=\"a /* b */ \\\" c\"\n",
            "x=`a // ${f({ b:`  }`})} /* c */`\n",
            "x=y.replace(/[/]\\/ \\/* /g,'')\n",
            "return/ \\//.test(x)\n",
        ] {
            let whole = whole.replace("{ b", "{b");
            assert_eq!(minify(&whole), whole);
        }
        assert_eq!(minify("a = b / c / d // e"), "a=b/c/d\n");
        assert_eq!(minify("a = `x` / 2 // y"), "a=`x`/2\n");
    }
}
