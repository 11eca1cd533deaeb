//! Choosing from a list by typing.

/// The reasons that hold every typed word, without regard to case and accents; all when nothing is typed.
pub fn matching(reasons: &[String], typed: &str) -> Vec<String> {
    reasons.iter().filter(|reason| matches(reason, typed)).cloned().collect()
}

/// Whether a text holds every typed word, without regard to case and accents.
pub fn matches(text: &str, typed: &str) -> bool {
    let (text, typed) = (plain(text), plain(typed));
    typed.split_whitespace().all(|word| text.contains(word))
}

/// The reason meant: the one typed out, or the only one left.
pub fn chosen(reasons: &[String], typed: &str) -> Option<String> {
    let wanted = plain(typed.trim());
    if wanted.is_empty() {
        return None;
    }
    reasons.iter().find(|reason| plain(reason) == wanted).cloned().or_else(|| {
        match matching(reasons, typed).as_slice() {
            [only] => Some(only.clone()),
            _ => None,
        }
    })
}

fn plain(text: &str) -> String {
    text.to_lowercase()
        .chars()
        .map(|c| match c {
            'á' | 'à' | 'â' | 'ã' | 'ä' => 'a',
            'é' | 'è' | 'ê' | 'ë' => 'e',
            'í' | 'ì' | 'î' | 'ï' => 'i',
            'ó' | 'ò' | 'ô' | 'õ' | 'ö' => 'o',
            'ú' | 'ù' | 'û' | 'ü' => 'u',
            'ñ' => 'n',
            'ç' => 'c',
            other => other,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reasons() -> Vec<String> {
        ["Resuelto", "Información entregada", "No responde", "Duplicado"].map(String::from).to_vec()
    }

    #[test]
    fn typing_narrows_without_accents() {
        assert_eq!(matching(&reasons(), "").len(), 4);
        assert_eq!(matching(&reasons(), "informacion"), ["Información entregada"]);
        assert_eq!(matching(&reasons(), "RES"), ["Resuelto", "No responde"]);
    }

    #[test]
    fn a_reason_is_chosen_when_it_is_the_only_one_meant() {
        assert_eq!(chosen(&reasons(), "resuelto").as_deref(), Some("Resuelto"));
        assert_eq!(chosen(&reasons(), "dupl").as_deref(), Some("Duplicado"));
        assert_eq!(chosen(&reasons(), "res"), None);
        assert_eq!(chosen(&reasons(), " "), None);
    }
}
