//! The one table.

/// Rows as they were measured.
pub struct Table(Vec<Row>);

struct Row {
    figure: String,
    is: String,
    floor: String,
    to_reach: String,
    verdict: &'static str,
}

impl Table {
    pub fn new() -> Self {
        Self(Vec::new())
    }

    /// Adds a row, and says it at once: the whole takes minutes.
    pub fn row(
        &mut self,
        figure: impl Into<String>,
        is: impl Into<String>,
        floor: impl Into<String>,
        to_reach: impl Into<String>,
        reached: Option<bool>,
    ) {
        let verdict = match reached {
            Some(true) => "yes",
            Some(false) => "NO",
            None => "",
        };
        let row = Row {
            figure: figure.into(),
            is: is.into(),
            floor: floor.into(),
            to_reach: to_reach.into(),
            verdict,
        };
        eprintln!("  {}: {} (floor {}) {verdict}", row.figure, row.is, row.floor);
        self.0.push(row);
    }

    /// As Markdown, with columns that line up.
    pub fn print(&self) {
        let head = ["figure", "ayuda", "floor", "to reach", "reached"].map(str::to_owned);
        let rows = self.0.iter().map(|row| {
            [&row.figure, &row.is, &row.floor, &row.to_reach, row.verdict].map(ToString::to_string)
        });
        let rows: Vec<[String; 5]> = std::iter::once(head).chain(rows).collect();
        let width = |column: usize| {
            rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default()
        };
        let widths: Vec<usize> = (0..5).map(width).collect();
        println!();
        for (index, row) in rows.iter().enumerate() {
            let cells: Vec<String> =
                row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
            println!("| {} |", cells.join(" | "));
            if index == 0 {
                let lines: Vec<String> = widths.iter().map(|width| "-".repeat(*width)).collect();
                println!("| {} |", lines.join(" | "));
            }
        }
    }
}

/// `21 900` is easier to read than `21900`.
pub fn thousands(number: f64) -> String {
    let digits = format!("{number:.0}");
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(' ');
        }
        text.push(digit);
    }
    text
}
