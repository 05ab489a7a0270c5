//! The pictures.

use std::path::{Path, PathBuf};

use plotters::{coord::Shift, prelude::*};

use super::{Report, Sample, Subject};
use crate::{
    command::Part,
    load::{Latency, Slot, Width},
};

const SIZE: (u32, u32) = (820, 420);
const COLORS: [RGBColor; 6] = [
    RGBColor(0x1f, 0x5f, 0xbf),
    RGBColor(0xc2, 0x4a, 0x1d),
    RGBColor(0x2a, 0x8a, 0x4f),
    RGBColor(0x8a, 0x3f, 0xa0),
    RGBColor(0x9a, 0x7b, 0x10),
    RGBColor(0x55, 0x5f, 0x6b),
];

type Sheet<'a> = DrawingArea<SVGBackend<'a>, Shift>;

/// A file's name, and what draws it; `false` where there is nothing to draw.
type Drawing = (&'static str, fn(&Report, &Sheet<'_>) -> bool);

/// A percentile and its name.
type Percentile = (&'static str, fn(&Latency) -> f64);

/// A line of a picture.
struct Line {
    name: String,
    points: Vec<(f64, f64)>,
}

/// What a picture is of.
struct Frame<'a> {
    title: String,
    x: &'a str,
    y: &'a str,
    log_x: bool,
    log_y: bool,
}

/// Draws what was measured; names the files.
pub fn all(report: &Report, folder: &Path) -> Vec<PathBuf> {
    let drawings: [Drawing; 5] = [
        ("rates", rates),
        ("arrivals", arrivals),
        ("growth", growth),
        ("memory", memory),
        ("overload", overload),
    ];
    let mut files = Vec::new();
    for (name, draw) in drawings {
        let file = folder.join(format!("{name}.svg"));
        let mut text = String::new();
        let is_drawn = {
            let sheet = SVGBackend::with_string(&mut text, SIZE).into_drawing_area();
            sheet.fill(&WHITE).unwrap();
            let is_drawn = draw(report, &sheet);
            sheet.present().unwrap();
            is_drawn
        };
        if is_drawn {
            std::fs::write(&file, text).unwrap();
            files.push(file);
        }
    }
    files
}

/// How many a second, at the widest step.
fn rates(report: &Report, sheet: &Sheet<'_>) -> bool {
    let mut bars: Vec<(String, f64)> = report
        .rows()
        .into_iter()
        .filter(|row| row.part == Part::Settle && row.at == Width::WIDE.shown())
        .map(|row| (row.subject.title().to_owned(), row.rate))
        .collect();
    if !report.tpcb.is_empty() {
        let rate = super::median(report.tpcb.iter().map(|tpcb| tpcb.rate));
        bars.push(("TPC-B, 32 clients".to_owned(), rate));
    }
    let most = bars.iter().map(|(_, rate)| *rate).fold(0.0, f64::max);
    if most <= 0.0 {
        return false;
    }
    let style = ("sans-serif", 15).into_font();
    sheet.draw_text("calls a second, 512 in flight", &style.clone().into(), (20, 14)).unwrap();
    let height = 340 / bars.len() as i32;
    for ((name, rate), place) in bars.iter().zip(0..) {
        let top = 50 + place * height;
        let right = 280 + (rate / most * 440.0) as i32;
        let color = COLORS[usize::from(name.starts_with("transaction")) * 5].filled();
        sheet.draw(&Rectangle::new([(280, top), (right, top + height * 2 / 3)], color)).unwrap();
        sheet.draw_text(name, &style.clone().into(), (20, top + height / 3 - 7)).unwrap();
        sheet
            .draw_text(&format!("{rate:.0}"), &style.clone().into(), (right + 6, top + height / 3 - 7))
            .unwrap();
    }
    true
}

/// Percentiles over the share of the saturation.
fn arrivals(report: &Report, sheet: &Sheet<'_>) -> bool {
    let percentiles: [Percentile; 3] =
        [("p50", |one| one.p50), ("p99", |one| one.p99), ("p99.9", |one| one.p999)];
    let mut lines = Vec::new();
    for subject in [Subject::Postgres, Subject::Sqlite] {
        for (name, of) in percentiles {
            let samples = report.of(Part::Arrivals).filter(|one| one.subject == subject && one.x.is_finite());
            let points = samples.map(|one| {
                (
                    one.measured.last().due as f64 / one.measured.last().seconds,
                    of(&one.measured.last().latency),
                )
            });
            lines.push(Line { name: format!("{name}, {}", subject.title()), points: points.collect() });
        }
    }
    let title = "latency over arrival rate, from the intended start".to_owned();
    draw(sheet, &Frame { title, x: "settles due a second", y: "ms", log_x: false, log_y: true }, &lines)
}

/// CPU time a settle over the number of customers.
fn growth(report: &Report, sheet: &Sheet<'_>) -> bool {
    let lines = [Subject::Postgres, Subject::Sqlite].map(|subject| {
        let rows = report.rows().into_iter().filter(|row| row.part == Part::Growth && row.subject == subject);
        let cost = |cpu: f64| if cpu.is_finite() { cpu } else { 0.0 };
        let points = rows.map(|row| (row.x, cost(row.server_us) + cost(row.database_us)));
        Line { name: subject.title().to_owned(), points: points.collect() }
    });
    let title = "CPU time a settle, service and database".to_owned();
    draw(sheet, &Frame { title, x: "customers with a history", y: "µs", log_x: true, log_y: false }, &lines)
}

fn memory(report: &Report, sheet: &Sheet<'_>) -> bool {
    let lines: Vec<Line> = report
        .of(Part::Memory)
        .map(|one| {
            let of_server = one.measured.memory.iter().filter(|memory| memory.process == "server");
            let points = of_server.map(|memory| (memory.at, memory.mib)).collect();
            Line { name: format!("{}, {}", one.subject.title(), one.case), points }
        })
        .collect();
    let title = "memory of the service, 512 in flight".to_owned();
    draw(sheet, &Frame { title, x: "s", y: "MiB", log_x: false, log_y: false }, &lines)
}

/// The worst of the overloads, over time.
fn overload(report: &Report, sheet: &Sheet<'_>) -> bool {
    let parts = sheet.split_evenly((1, 2));
    let mut is_drawn = false;
    for (subject, sheet) in [Subject::Postgres, Subject::Sqlite].into_iter().zip(&parts) {
        let strained = report.of(Part::Overload).filter(|one| one.subject == subject && one.x.is_finite());
        let Some(worst) = strained.max_by(|one, other| one.x.total_cmp(&other.x)) else { continue };
        let frame = Frame {
            title: format!("{}, {}", subject.title(), worst.case),
            x: "s",
            y: "a second; ms",
            log_x: false,
            log_y: true,
        };
        is_drawn |= draw(sheet, &frame, &timeline(worst));
    }
    is_drawn
}

fn timeline(sample: &Sample) -> Vec<Line> {
    let slots = &sample.measured.slots;
    let line = |name: &str, of: fn(&Slot) -> f64| Line {
        name: name.to_owned(),
        points: slots.iter().map(|slot| (slot.at, of(slot).max(1.0))).collect(),
    };
    vec![
        line("done/s", |slot| slot.done as f64 * 4.0),
        line("refused/s", |slot| slot.shed as f64 * 4.0),
        line("p99 ms", |slot| slot.p99_ms),
    ]
}

/// Lines in a frame. `false`: there is nothing to draw.
fn draw(sheet: &Sheet<'_>, frame: &Frame<'_>, lines: &[Line]) -> bool {
    let points =
        || lines.iter().flat_map(|line| &line.points).filter(|(x, y)| x.is_finite() && y.is_finite());
    if points().next().is_none() {
        return false;
    }
    let place = |value: f64, log: bool| if log { value.max(1e-3).log10() } else { value };
    let range = |values: &mut dyn Iterator<Item = f64>, log: bool| {
        let (least, most) = values.fold((f64::INFINITY, f64::NEG_INFINITY), |(least, most), value| {
            (least.min(value), most.max(value))
        });
        if log { (least.floor(), most.ceil().max(least.floor() + 1.0)) } else { (0.0, (most * 1.1).max(1.0)) }
    };
    let (left, right) = range(&mut points().map(|(x, _)| place(*x, frame.log_x)), frame.log_x);
    let (low, high) = range(&mut points().map(|(_, y)| place(*y, frame.log_y)), frame.log_y);
    let mut chart = ChartBuilder::on(sheet)
        .caption(&frame.title, ("sans-serif", 16))
        .margin(12)
        .x_label_area_size(42)
        .y_label_area_size(62)
        .build_cartesian_2d(left..right, low..high)
        .unwrap();
    let shown = |value: &f64, log: bool| {
        let value = if log { 10_f64.powf(*value) } else { *value };
        if value < 10.0 && value.fract() > 1e-9 { format!("{value:.2}") } else { format!("{value:.0}") }
    };
    chart
        .configure_mesh()
        .x_desc(frame.x)
        .y_desc(frame.y)
        .x_label_formatter(&|value| shown(value, frame.log_x))
        .y_label_formatter(&|value| shown(value, frame.log_y))
        .light_line_style(TRANSPARENT)
        .draw()
        .unwrap();
    for (line, color) in lines.iter().zip(COLORS.iter().cycle()) {
        let points = line.points.iter().filter(|(x, y)| x.is_finite() && y.is_finite());
        let points: Vec<(f64, f64)> =
            points.map(|(x, y)| (place(*x, frame.log_x), place(*y, frame.log_y))).collect();
        let stroke = color.stroke_width(2);
        let drawn = chart.draw_series(LineSeries::new(points.iter().copied(), stroke)).unwrap();
        drawn.label(&line.name).legend(move |(x, y)| PathElement::new([(x, y), (x + 18, y)], stroke));
        if points.len() <= 20 {
            let dots = points.iter().map(|point| Circle::new(*point, 3, color.filled()));
            chart.draw_series(dots).unwrap();
        }
    }
    chart
        .configure_series_labels()
        .background_style(WHITE.mix(0.8))
        .border_style(BLACK.mix(0.2))
        .draw()
        .unwrap();
    true
}
