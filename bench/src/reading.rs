//! One figure as it was read.

use std::fmt;

/// A figure, what it came to, and what it has to reach.
#[derive(Clone, Debug)]
pub struct Reading {
    pub figure: String,
    pub value: f64,
    pub unit: Unit,
    pub target: Target,
}

impl Reading {
    /// A figure that has nothing to reach.
    pub fn new(figure: impl Into<String>, value: f64, unit: Unit) -> Self {
        Self { figure: figure.into(), value, unit, target: Target::None }
    }

    /// With what it has to reach.
    pub fn with_target(self, target: Target) -> Self {
        Self { target, ..self }
    }

    /// The value as people read it.
    pub fn shown(&self) -> String {
        self.unit.show(self.value)
    }
}

/// What a value counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// So many a second: more is better. Less is better for every other unit.
    PerSecond,
    Milliseconds,
    Microseconds,
    /// 1024 bytes.
    Kib,
    /// 1024 * 1024 bytes.
    Mib,
}

impl Unit {
    /// How much better `new` is than `old`: above 1 it is better, whether more or less of the unit is.
    pub fn ratio(self, old: f64, new: f64) -> f64 {
        match self {
            Self::PerSecond => new / old,
            Self::Milliseconds | Self::Microseconds | Self::Kib | Self::Mib => old / new,
        }
    }

    pub fn show(self, value: f64) -> String {
        match self {
            Self::PerSecond => thousands(value),
            Self::Milliseconds if value < 10.0 => format!("{value:.1} ms"),
            Self::Milliseconds => format!("{value:.0} ms"),
            Self::Microseconds => format!("{value:.0} µs"),
            Self::Kib => format!("{value:.1} KiB"),
            Self::Mib => format!("{value:.1} MiB"),
        }
    }
}

/// What a figure has to reach.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Target {
    None,
    AtLeast(f64),
    AtMost(f64),
    /// Its value divided by the floor's.
    ShareOfFloor(f64),
}

impl Target {
    /// Whether it is reached; none when there is nothing to reach, or no floor to hold it against.
    pub fn is_reached(self, value: f64, floor: Option<f64>) -> Option<bool> {
        match self {
            Self::None => None,
            Self::AtLeast(least) => Some(value >= least),
            Self::AtMost(most) => Some(value <= most),
            Self::ShareOfFloor(share) => floor.map(|floor| value / floor >= share),
        }
    }

    /// As the table shows it, in the figure's unit.
    pub fn show(self, unit: Unit) -> impl fmt::Display {
        match self {
            Self::None => String::new(),
            Self::AtLeast(least) => format!(">= {}", unit.show(least)),
            Self::AtMost(most) => format!("<= {}", unit.show(most)),
            Self::ShareOfFloor(share) => format!(">= {share} x floor"),
        }
    }
}

/// `21 900` is easier to read than `21900`.
fn thousands(number: f64) -> String {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ratio_above_one_is_better_whatever_is_counted() {
        assert!(Unit::PerSecond.ratio(100.0, 200.0) > 1.0);
        for less_is_better in [Unit::Milliseconds, Unit::Microseconds, Unit::Kib, Unit::Mib] {
            assert!(less_is_better.ratio(200.0, 100.0) > 1.0);
        }
    }
}
