//! Water levels of a river: written for the benchmarks, in the manner of everyday Rust.
use std::collections::BTreeMap;
use std::fmt;

const FLOOD: f64 = 4.75;

#[derive(Debug, Clone, PartialEq)]
pub struct Gauge {
    name: String,
    levels: Vec<f64>,
    offset: i32,
}

#[derive(Debug)]
pub enum GaugeError {
    Empty,
    Unknown(String),
    OutOfRange { low: f64, high: f64 },
}

impl fmt::Display for GaugeError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            GaugeError::Empty => write!(out, "no levels yet"),
            GaugeError::Unknown(name) => write!(out, "no gauge called {}", name),
            GaugeError::OutOfRange { low, high } => write!(out, "not in {}..{}", low, high),
        }
    }
}

impl Gauge {
    pub fn new(name: &str, offset: i32) -> Self {
        Gauge { name: name.to_string(), levels: Vec::new(), offset }
    }

    pub fn record(&mut self, level: f64) -> Result<usize, GaugeError> {
        if !(0.0..=20.0).contains(&level) {
            return Err(GaugeError::OutOfRange { low: 0.0, high: 20.0 });
        }
        self.levels.push(level + f64::from(self.offset) / 100.0);
        Ok(self.levels.len())
    }

    /// The mean of the last `count` levels, or an error where there are none.
    pub fn mean(&self, count: usize) -> Result<f64, GaugeError> {
        let start = self.levels.len().saturating_sub(count);
        let last = &self.levels[start..];
        if last.is_empty() {
            return Err(GaugeError::Empty);
        }
        Ok(last.iter().sum::<f64>() / last.len() as f64)
    }

    pub fn is_flood(&self) -> bool {
        self.levels.last().map_or(false, |level| *level > FLOOD)
    }
}

#[derive(Default)]
pub struct River {
    gauges: BTreeMap<String, Gauge>,
}

impl River {
    pub fn gauge(&mut self, name: &str) -> Result<&mut Gauge, GaugeError> {
        self.gauges.get_mut(name).ok_or_else(|| GaugeError::Unknown(name.to_owned()))
    }

    pub fn add(&mut self, gauge: Gauge) -> Option<Gauge> {
        self.gauges.insert(gauge.name.clone(), gauge)
    }

    pub fn warnings<'a>(&'a self) -> impl Iterator<Item = &'a str> + 'a {
        self.gauges.values().filter(|gauge| gauge.is_flood()).map(|gauge| gauge.name.as_str())
    }
}

fn main() {
    let mut river = River::default();
    river.add(Gauge::new("old bridge", -12));
    for level in [3.2, 4.1, 5.0] {
        let count = river.gauge("old bridge").and_then(|gauge| gauge.record(level));
        println!("{:?}", count);
    }
    while let Some(name) = river.warnings().next() {
        eprintln!("flood at {name}");
        break;
    }
}
