//! The figures of a run: printed one a line beside their limit and their goal, and kept as JSON.

use std::{fs, path::Path};

use serde_json::{Value, json};

/// What a figure should be.
#[derive(Clone, Copy, Debug)]
pub enum Goal {
    AtLeast(f64),
    AtMost(f64),
}

/// One measured number.
#[derive(Clone, Debug)]
pub struct Figure {
    bench: &'static str,
    what: String,
    value: f64,
    unit: &'static str,
    /// What this machine, measured in the same run, can do at best, and what that is.
    limit: Option<(String, f64)>,
    goal: Option<Goal>,
    note: String,
}

impl Figure {
    pub fn new(
        bench: &'static str,
        what: impl Into<String>,
        value: f64,
        unit: &'static str,
    ) -> Self {
        Self { bench, what: what.into(), value, unit, limit: None, goal: None, note: String::new() }
    }

    /// Compares it with a limit of the same run.
    pub fn beside(mut self, limit: &str, value: f64) -> Self {
        self.limit = Some((limit.into(), value));
        self
    }

    pub fn at_least(mut self, goal: f64) -> Self {
        self.goal = Some(Goal::AtLeast(goal));
        self
    }

    pub fn at_most(mut self, goal: f64) -> Self {
        self.goal = Some(Goal::AtMost(goal));
        self
    }

    /// The same goal, only where `wanted`.
    pub fn goal_if(mut self, wanted: bool) -> Self {
        self.goal = self.goal.filter(|_| wanted);
        self
    }

    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.note = note.into();
        self
    }

    /// By how much of the goal it was missed, 0.1 for a tenth; nothing where it was reached.
    fn missed_by(&self) -> Option<f64> {
        let missed = match self.goal? {
            Goal::AtLeast(goal) if self.value < goal => 1.0 - self.value / goal,
            Goal::AtMost(goal) if self.value > goal => self.value / goal - 1.0,
            _ => return None,
        };
        Some(missed)
    }

    fn line(&self) -> String {
        let (value, unit) = (short(self.value), self.unit);
        let mut line = format!("  {:<58}{value:>10} {unit:<5}", self.what);
        if let Some(goal) = self.goal {
            let wanted = match goal {
                Goal::AtLeast(goal) => format!("≥ {}", short(goal)),
                Goal::AtMost(goal) => format!("≤ {}", short(goal)),
            };
            let verdict = self
                .missed_by()
                .map_or("reached".into(), |missed| format!("MISSED by {:.0} %", missed * 100.0));
            line.push_str(&format!("  goal {wanted:<9}{verdict:<16}"));
        }
        if let Some((limit, value)) = &self.limit {
            line.push_str(&format!("  {:.2} × {limit} ({})", self.value / value, short(*value)));
        }
        if !self.note.is_empty() {
            line.push_str(&format!("  ({})", self.note));
        }
        line.trim_end().to_owned()
    }

    fn json(&self) -> Value {
        let (goal, wanted) = match self.goal {
            None => (Value::Null, Value::Null),
            Some(Goal::AtLeast(goal)) => (json!("at least"), json!(goal)),
            Some(Goal::AtMost(goal)) => (json!("at most"), json!(goal)),
        };
        json!({
            "bench": self.bench, "what": self.what, "value": self.value, "unit": self.unit,
            "goal": goal, "wanted": wanted,
            "reached": self.goal.map(|_| self.missed_by().is_none()),
            "missed_by": self.missed_by(),
            "limit": self.limit.as_ref().map(|(limit, _)| limit),
            "limit_value": self.limit.as_ref().map(|(_, value)| value),
            "ratio": self.limit.as_ref().map(|(_, value)| self.value / value),
            "note": self.note,
        })
    }
}

/// All figures of a run.
#[derive(Default)]
pub struct Report {
    figures: Vec<Figure>,
}

impl Report {
    /// Prints a figure and keeps it.
    pub fn add(&mut self, figure: Figure) {
        println!("{}", figure.line());
        self.figures.push(figure);
    }

    /// Says which goals were reached, and writes everything to `file` where one is wanted.
    pub fn close(&self, file: Option<&Path>) {
        let goals = self.figures.iter().filter(|figure| figure.goal.is_some()).count();
        let missed: Vec<&Figure> =
            self.figures.iter().filter(|figure| figure.missed_by().is_some()).collect();
        println!("\n{} of {goals} goals reached.", goals - missed.len());
        for figure in missed {
            println!("{}", figure.line());
        }
        if let Some(file) = file {
            let figures: Vec<Value> = self.figures.iter().map(Figure::json).collect();
            let text = serde_json::to_string_pretty(&figures).expect("plain JSON");
            fs::write(file, text).expect("the file of the figures can be written");
        }
    }
}

/// A headline.
pub fn headline(text: &str) {
    println!("\n{text}");
}

/// A number with as many digits as it deserves.
fn short(value: f64) -> String {
    match value.abs() {
        size if size >= 1000.0 => {
            let whole = format!("{value:.0}");
            let (head, tail) = whole.split_at(whole.len() - 3);
            if head.len() > 3 {
                let (million, thousand) = head.split_at(head.len() - 3);
                format!("{million},{thousand},{tail}")
            } else {
                format!("{head},{tail}")
            }
        }
        size if size >= 100.0 => format!("{value:.0}"),
        size if size >= 10.0 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}

/// Durations of many repetitions, in milliseconds.
#[derive(Clone, Debug, Default)]
pub struct Times(Vec<f64>);

impl Times {
    pub fn new(mut times: Vec<f64>) -> Self {
        times.sort_by(f64::total_cmp);
        Self(times)
    }

    /// The time that this share of the repetitions did not exceed; 0.5 is the median.
    pub fn at(&self, share: f64) -> f64 {
        let last = self.0.len().saturating_sub(1) as f64;
        self.0.get((last * share).round() as usize).copied().unwrap_or(f64::NAN)
    }
}
