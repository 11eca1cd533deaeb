//! The product beside its floors, several times each, in one table of medians.

use crate::{
    figures,
    percentile::median,
    plan::Plan,
    reading::{Reading, Target},
    server::Subject,
    table,
};
use anyhow::Result;

/// Measures and prints.
pub async fn measure(plan: &Plan) -> Result<()> {
    let subject = Subject::Ayuda(plan.binary.clone());
    let mut rows = Vec::new();
    for group in plan.groups() {
        let (mut floors, mut products) = (Vec::new(), Vec::new());
        for _ in 0..figures::runs(group, plan) {
            floors.extend(figures::floor(group, plan).await?);
            products.extend(figures::measure(group, plan, &subject).await?);
        }
        let (floors, products) = (medians(&floors), medians(&products));
        let of_product = products.iter().map(|product| {
            row(product, floors.iter().find(|floor| floor.figure == product.figure))
        });
        let others = floors
            .iter()
            .filter(|floor| products.iter().all(|product| product.figure != floor.figure));
        let of_floors =
            others.map(|floor| [&*floor.figure, "", &floor.shown(), "", ""].map(str::to_owned));
        for row in of_product.chain(of_floors) {
            // The whole takes minutes: whoever waits reads each row as it comes.
            eprintln!("  {}: {} (floor {}) {}", row[0], row[1], row[2], row[4]);
            rows.push(row);
        }
    }
    table::print(["figure", "ayuda", "floor", "to reach", "reached"], &rows);
    Ok(())
}

/// One reading a figure, in the order of the first run.
fn medians(readings: &[Reading]) -> Vec<Reading> {
    let mut medians: Vec<Reading> = Vec::new();
    for reading in readings {
        if medians.iter().all(|known| known.figure != reading.figure) {
            let same = readings.iter().filter(|other| other.figure == reading.figure);
            let values: Vec<f64> = same.map(|other| other.value).collect();
            medians.push(Reading { value: median(&values), ..reading.clone() });
        }
    }
    medians
}

fn row(product: &Reading, floor: Option<&Reading>) -> [String; 5] {
    let share = floor.map(|floor| product.value / floor.value);
    let share = share.filter(|_| matches!(product.target, Target::ShareOfFloor(_)));
    let reached = product.target.is_reached(product.value, floor.map(|floor| floor.value));
    [
        product.figure.clone(),
        product.shown() + &share.map(|share| format!(" ({share:.2} x)")).unwrap_or_default(),
        floor.map(Reading::shown).unwrap_or_default(),
        product.target.show(product.unit).to_string(),
        reached.map_or("", |reached| if reached { "yes" } else { "NO" }).to_owned(),
    ]
}
