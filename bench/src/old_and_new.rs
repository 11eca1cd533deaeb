//! Two binaries measured in turn: what is better or worse between them, and not between one minute of the machine and
//! the next.

use crate::{figures, percentile::median, plan::Plan, reading::Unit, server::Subject, table};
use anyhow::{Result, bail};
use std::path::PathBuf;

/// A figure has become slower when the newer binary comes to less than this share of the older one in every pair.
const SLOWER_BELOW: f64 = 0.97;

/// A figure in every pair: the older binary's value and the newer one's.
struct Compared {
    figure: String,
    unit: Unit,
    pairs: Vec<(f64, f64)>,
}

/// Measures pair after pair and prints the ratios. An error when a figure has become slower.
pub async fn measure(plan: &Plan, older: PathBuf) -> Result<()> {
    let (older, newer) = (Subject::Ayuda(older), Subject::Ayuda(plan.binary.clone()));
    let mut all = Vec::new();
    for group in plan.groups() {
        let mut compared: Vec<Compared> = Vec::new();
        for pair in 1..=plan.pairs {
            let old = figures::measure(group, plan, &older).await?;
            let new = figures::measure(group, plan, &newer).await?;
            for new in new {
                let Some(old) = old.iter().find(|old| old.figure == new.figure) else { continue };
                // Whoever waits sees that it goes on.
                let ratio = new.unit.ratio(old.value, new.value);
                eprintln!(
                    "  {pair}: {}: {} -> {} ({ratio:.2})",
                    new.figure,
                    old.shown(),
                    new.shown()
                );
                let values = (old.value, new.value);
                match compared.iter_mut().find(|compared| compared.figure == new.figure) {
                    Some(compared) => compared.pairs.push(values),
                    None => compared.push(Compared {
                        figure: new.figure,
                        unit: new.unit,
                        pairs: vec![values],
                    }),
                }
            }
        }
        all.extend(compared);
    }
    let rows: Vec<[String; 6]> = all.iter().map(Compared::row).collect();
    table::print(["figure", "old", "new", "new : old, pair by pair", "median", ""], &rows);
    let slower: Vec<&str> =
        all.iter().filter(|one| one.is_slower()).map(|one| one.figure.trim()).collect();
    if !slower.is_empty() {
        bail!("slower in every pair: {}", slower.join("; "));
    }
    Ok(())
}

impl Compared {
    /// Above 1 the newer one is better, whatever is counted.
    fn ratios(&self) -> Vec<f64> {
        self.pairs.iter().map(|(old, new)| self.unit.ratio(*old, *new)).collect()
    }

    fn is_slower(&self) -> bool {
        self.ratios().iter().all(|ratio| *ratio < SLOWER_BELOW)
    }

    fn row(&self) -> [String; 6] {
        let (old, new): (Vec<f64>, Vec<f64>) = self.pairs.iter().copied().unzip();
        let ratios = self.ratios();
        let each: Vec<String> = ratios.iter().map(|ratio| format!("{ratio:.2}")).collect();
        [
            self.figure.clone(),
            self.unit.show(median(&old)),
            self.unit.show(median(&new)),
            each.join(" "),
            format!("{:.2}", median(&ratios)),
            if self.is_slower() { "slower".to_owned() } else { String::new() },
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compared(unit: Unit, pairs: &[(f64, f64)]) -> Compared {
        Compared { figure: "a figure".to_owned(), unit, pairs: pairs.to_vec() }
    }

    #[test]
    fn a_figure_is_slower_when_every_pair_says_so() {
        assert!(compared(Unit::PerSecond, &[(100.0, 96.0), (100.0, 90.0)]).is_slower());
        assert!(!compared(Unit::PerSecond, &[(100.0, 96.0), (100.0, 97.0)]).is_slower());
        assert!(compared(Unit::Milliseconds, &[(96.0, 100.0), (90.0, 100.0)]).is_slower());
        assert!(!compared(Unit::Milliseconds, &[(100.0, 90.0), (90.0, 100.0)]).is_slower());
    }
}
