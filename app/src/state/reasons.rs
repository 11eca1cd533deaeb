//! Choosing a closing reason by typing.

/// The reasons that hold every typed word, without regard to case and accents; all when nothing is typed.
pub fn matching(reasons: &[String], typed: &str) -> Vec<String> {
    let typed = plain(typed);
    let words: Vec<&str> = typed.split_whitespace().collect();
    reasons
        .iter()
        .filter(|reason| {
            let reason = plain(reason);
            words.iter().all(|word| reason.contains(word))
        })
        .cloned()
        .collect()
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
